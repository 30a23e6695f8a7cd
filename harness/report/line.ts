// `line`: one line that says how far it is and what runs, rewritten in place, and each failure in
// full above it as it happens. Where a line cannot be rewritten each is a line of its own.

import { createColors } from 'picocolors'
import type { ScenarioRun } from '../run/index.ts'
import { causeOf } from './causes.ts'
import { clip } from './cells.ts'
import { closing, failureOf } from './list.ts'
import { type RunNames, runNames, titleOf } from './names.ts'
import type { ReporterKind } from './reporter.ts'

/** To the line's beginning, and clear what stands there. */
const BACK = '\u001b[2K\u001b[G'

export const line: ReporterKind = {
  name: 'line',
  summary: 'one line that is rewritten, failures in full as they happen',
  to: ['terminal'],
  create({ print, color, live, width, page }) {
    const c = createColors(color)
    let total = 0
    let begun = 0
    let names = runNames([])
    /** What each way to fail was shown with first. */
    const told = new Map<string, string>()
    const rewrite = (text: string): void => print(live ? `${BACK}${clip(text, width - 1)}` : `${text}\n`)
    return {
      onBegin(plans, { repeatEach }) {
        total = plans.length * repeatEach
        names = runNames(plans)
      },
      onScenarioBegin(plan, repetition, attempt) {
        if (attempt === 0) begun++
        rewrite(
          `[${begun}/${total}] ${plan.file}:${plan.place.line} ${titleOf(plan, repetition, attempt)}${names.on(plan)}`,
        )
      },
      onScenarioEnd(run, final) {
        const text = failureText(told, run, final, failureOf(run, color, live ? width : undefined, names), names)
        if (text !== '') print(`${live ? BACK : ''}${text}`)
      },
      onEnd(result) {
        print(`${live ? BACK : ''}\n${closing(result, c, page)}\n`)
      },
    }
  },
}

/** A way to fail is shown in full once; then the names of those that failed so. */
function failureText(
  told: Map<string, string>,
  run: ScenarioRun,
  final: boolean,
  text: string,
  names: RunNames,
): string {
  if (text === '') return ''
  const name = names.of(run)
  const cause = causeOf(run)
  const first = told.get(cause)
  if (first === undefined) told.set(cause, name)
  const shown =
    first === undefined || first === name
      ? text
      : `  ✗ ${name}: failed in the same way as "${first}"${run.artifacts === null ? '' : `; record: ${run.artifacts}`}\n`
  return final ? shown : `${shown}  it will be tried again\n`
}
