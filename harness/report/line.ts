// `line`: one line that says how far it is and what runs, rewritten in place, and each failure in
// full above it as it happens. Where a line cannot be rewritten each is a line of its own.

import { createColors } from 'picocolors'
import type { ScenarioRun } from '../run/index.ts'
import { closing, failureOf, titleOf } from './list.ts'
import type { ReporterKind } from './reporter.ts'

/** To the line's beginning, and clear what stands there. */
const BACK = '\u001b[2K\u001b[G'

export const line: ReporterKind = {
  name: 'line',
  summary: 'one line that is rewritten, failures in full as they happen',
  to: ['terminal'],
  create({ print, color, live, width }) {
    const c = createColors(color)
    let total = 0
    let begun = 0
    const rewrite = (text: string): void => print(live ? `${BACK}${clip(text, width)}` : `${text}\n`)
    return {
      onBegin(plans, { repeatEach }) {
        total = plans.length * repeatEach
      },
      onScenarioBegin(plan, repetition, attempt) {
        if (attempt === 0) begun++
        rewrite(`[${begun}/${total}] ${plan.file}:${plan.place.line} ${titleOf(plan, repetition, attempt)}`)
      },
      onScenarioEnd(run, final) {
        const text = failureText(run, final, color, live ? width : undefined)
        if (text !== '') print(`${live ? BACK : ''}${text}`)
      },
      onEnd(result) {
        print(`${live ? BACK : ''}\n${closing(result, c)}\n`)
      },
    }
  },
}

function failureText(run: ScenarioRun, final: boolean, color: boolean, width?: number): string {
  const text = failureOf(run, color, width)
  return text === '' || final ? text : `${text}  it will be tried again\n`
}

/** A line that wraps cannot be taken back whole. */
const clip = (text: string, width: number): string => {
  const cells = [...text]
  return cells.length < width ? text : `${cells.slice(0, Math.max(1, width - 2)).join('')}…`
}
