// The coverage as a table for a terminal: a line a statement, a column for each broker and device, then
// what failed or is a gap with the reason, then what nothing tested.

import { createColors } from 'picocolors'
import type { Coverage, Standing, StatementCoverage } from './coverage.ts'

const MARKS: Readonly<Record<Standing, string>> = { pass: '✓', gap: 'gap', inconclusive: '?', fail: '✗' }

export function showCoverage(coverage: Coverage, color: boolean): string {
  const c = createColors(color)
  const paint: Readonly<Record<Standing, (text: string) => string>> = {
    pass: c.green,
    gap: c.yellow,
    inconclusive: c.yellow,
    fail: c.red,
  }
  const { subjects, statements } = coverage
  const widths = subjects.map(({ name }) => Math.max(name.length, 3))
  const header = ['statement'.padEnd(16), 'binds'.padEnd(7), ...subjects.map(({ name }, k) => name.padEnd(widths[k]!))]
  const rows = statements.map(({ statement, subjects: by }) => {
    const cells = subjects.map(({ name }, k) => {
      const standing = by[name]?.standing
      return standing === undefined ? '–'.padEnd(widths[k]!) : paint[standing](MARKS[standing].padEnd(widths[k]!))
    })
    return [statement.id.padEnd(16), statement.side.padEnd(7), ...cells].join('  ')
  })
  return [
    c.bold(header.join('  ')),
    ...rows,
    '',
    ...troubles(statements).map((line) => `  ${line}`),
    ...uncovered(statements).map((line) => `  ${c.dim(line)}`),
    totalsLine(coverage),
    '',
  ].join('\n')
}

/** One line for each statement and reason. */
function troubles(statements: readonly StatementCoverage[]): string[] {
  const lines = statements.flatMap(({ statement, subjects }) =>
    Object.entries(subjects).flatMap(([name, { evidence }]) =>
      evidence
        .filter((e) => e.standing !== 'pass')
        .map((e) => `${statement.id} ${e.standing} on ${name}: ${e.reason ?? e.scenario} (${e.scenario})`),
    ),
  )
  return lines.length === 0 ? [] : [...new Set(lines), '']
}

function uncovered(statements: readonly StatementCoverage[]): string[] {
  const lines = statements
    .filter(({ missing }) => missing.length > 0)
    .map(
      ({ statement, missing }) =>
        `${statement.id} is not tested for the ${missing.join(' and the ')}${statement.testable === 'partly' ? ' (a wire shows it in part)' : ''}: ${statement.how}`,
    )
  return lines.length === 0 ? [] : [...lines, '']
}

export function totalsLine({ side, totals: { yes, partly } }: Coverage): string {
  const share = yes.of === 0 ? 0 : Math.floor((1000 * yes.covered) / yes.of) / 10
  const sides = side === null ? 'for each side that they bind' : `for the ${side}`
  return `${yes.covered} of ${yes.of} statements that a wire can show are covered, ${sides} (${share} %); of ${partly.of} that it shows in part, ${partly.covered}`
}
