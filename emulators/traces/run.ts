// The command behind `npm run traces -- DIR`: replays each case of each *.json of a directory.
// Exit codes: 0 all as the library, 1 some differ, 2 the directory or a file cannot be read.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientKind } from '../clients/client.ts'
import { Problem } from '../core/problem.ts'
import type { RecordedCase } from './format.ts'
import { type CaseResult, parseCases, replay } from './replay.ts'

export interface TracesOutput {
  out(line: string): void
  err(line: string): void
}

/** Replays DIR; gives the exit code. */
export function runTraces(
  args: readonly string[],
  catalog: Readonly<Record<string, ClientKind>>,
  { out, err }: TracesOutput,
): number {
  const [directory, ...more] = args
  if (directory === undefined || more.length > 0) {
    err('usage: npm run traces -- DIR    replays every case of every *.json in DIR')
    return 2
  }
  let files: readonly (readonly RecordedCase[])[]
  try {
    files = readDirectory(directory)
  } catch (e) {
    if (!(e instanceof Problem)) throw e
    err(e.message)
    return 2
  }
  let failed = 0
  for (const cases of files) failed += reportFile(cases, catalog, out)
  return failed > 0 ? 1 : 0
}

function readDirectory(directory: string): RecordedCase[][] {
  let names: string[]
  try {
    names = readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch (cause) {
    throw new Problem('traces/bad-directory', `cannot read ${directory}: ${(cause as Error).message}`, { cause })
  }
  if (names.length === 0) throw new Problem('traces/bad-directory', `no *.json in ${directory}`)
  return names.map((name) => {
    const path = join(directory, name)
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (cause) {
      throw new Problem('traces/bad-file', `cannot read ${path}: ${(cause as Error).message}`, { cause })
    }
    return parseCases(path, text)
  })
}

/** A file's cases, one summary line a client; gives how many failed. */
function reportFile(
  cases: readonly RecordedCase[],
  catalog: Readonly<Record<string, ClientKind>>,
  out: (line: string) => void,
): number {
  const tally = new Map<string, { passed: number; failed: number }>()
  const details: string[] = []
  for (const recorded of cases) {
    const count = tally.get(recorded.client) ?? { passed: 0, failed: 0 }
    tally.set(recorded.client, count)
    const result = replay(recorded, catalog)
    if (result.kind === 'passed') count.passed++
    else {
      count.failed++
      details.push(`  ${recorded.name}`, ...explain(result))
    }
  }
  let failed = 0
  for (const [client, count] of tally) {
    out(`${client}: ${count.passed} passed, ${count.failed} failed`)
    failed += count.failed
  }
  for (const line of details) out(line)
  return failed
}

function explain(result: Exclude<CaseResult, { kind: 'passed' }>): string[] {
  if (result.kind === 'unplayable') return [`    ${result.reason}`]
  const { index, expected, got } = result.difference
  const show = (entry: unknown): string => (entry === undefined ? '(nothing more)' : JSON.stringify(entry))
  return [`    entry ${index}`, `      library: ${show(expected)}`, `      here:    ${show(got)}`]
}
