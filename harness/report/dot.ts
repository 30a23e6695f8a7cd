// `dot`: one character per scenario, 80 to a line, then failures in full. The characters are
// Playwright's; a scenario that will be tried again shows as ×, and again when it is.

import { createColors } from 'picocolors'
import type { ScenarioRun, Status } from '../run/index.ts'
import { closing, failures } from './list.ts'
import type { ReporterKind } from './reporter.ts'

const PER_LINE = 80

type Colors = ReturnType<typeof createColors>

const DOTS: Readonly<Record<Status, (c: Colors) => string>> = {
  passed: (c) => c.green('·'),
  failed: (c) => c.red('F'),
  inconclusive: (c) => c.yellow('?'),
  gap: (c) => c.magenta('≠'),
  skipped: (c) => c.yellow('°'),
  broken: (c) => c.red('!'),
  interrupted: (c) => c.yellow('■'),
}

export const dot: ReporterKind = {
  name: 'dot',
  summary: 'one character per scenario, failures in full at the end',
  to: ['terminal'],
  create({ print, color, page }) {
    const c = createColors(color)
    let count = 0
    return {
      onScenarioEnd(run, final) {
        if (count > 0 && count % PER_LINE === 0) print('\n')
        count++
        print(dotOf(run, final, c))
      },
      onEnd(result) {
        print('\n')
        for (const text of failures(result, color)) print(text)
        print(`\n${closing(result, c, page)}\n`)
      },
    }
  },
}

function dotOf(run: ScenarioRun, final: boolean, c: Colors): string {
  if (!final) return c.gray('×')
  return run.status === 'passed' && run.attempt > 0 ? c.yellow('±') : DOTS[run.status](c)
}
