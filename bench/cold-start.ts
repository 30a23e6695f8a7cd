// How long a person waits: `hil --help` and the hello scenario, whole processes, against `node -e 0`.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Measure } from './measure.ts'

const RUNS = 7
const HIL = 'dist/harness/cli/main.js'

export async function coldStart(): Promise<readonly Measure[]> {
  const output = mkdtempSync(join(tmpdir(), 'hil-bench-'))
  try {
    const bare = median(['-e', '0'])
    return (
      [
        ['hil --help', [HIL, '--help']],
        ['hil check of one scenario', [HIL, 'check', 'scenarios/01-hello.scenario.yaml']],
        ['hil run of the hello scenario', [HIL, 'run', 'scenarios/01-hello.scenario.yaml', '--output', output]],
      ] as const
    ).map(([name, args]) => {
      const took = median(args)
      return { name, value: `${took.toFixed(0)} ms`, baseline: `node itself ${bare.toFixed(0)} ms`, ratio: took / bare }
    })
  } finally {
    rmSync(output, { recursive: true, force: true })
  }
}

function median(args: readonly string[]): number {
  const times = Array.from({ length: RUNS }, () => {
    const begun = performance.now()
    const { status, stderr } = spawnSync(process.execPath, [...args], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
    return performance.now() - begun
  })
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!
}
