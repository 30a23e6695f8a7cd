// How long a person waits: commands as whole processes, against `node -e 0`; and what the package adds to a program or a test file
// that imports it.

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
    const commands = (
      [
        ['hil --help', [HIL, '--help']],
        ['hil check of one scenario', [HIL, 'check', 'scenarios/01-hello.scenario.yaml']],
        ['hil run of the hello scenario', [HIL, 'run', 'scenarios/01-hello.scenario.yaml', '--output', output]],
      ] as const
    ).map(([name, args]) => {
      const took = median(args)
      return { name, ...against(took, bare, 'node itself') }
    })
    const vitest = median(importing('vitest'))
    return [
      ...commands,
      { name: 'hil check scenarios', ...against(median([HIL, 'check', 'scenarios'], 3), bare, 'node itself') },
      { name: "import 'mqtt-hil'", ...against(median(importing('./dist/harness/index.js')), bare, 'node itself') },
      { name: "import 'mqtt-hil/vitest/test'", ...against(median(importing(...TEST_NEEDS)), vitest, 'vitest itself') },
    ]
  } finally {
    rmSync(output, { recursive: true, force: true })
  }
}

const against = (took: number, base: number, what: string): Omit<Measure, 'name'> => ({
  value: `${took.toFixed(0)} ms`,
  baseline: `${what} ${base.toFixed(0)} ms`,
  ratio: took / base,
})

/** `mqtt-hil/vitest/test` can be imported in a worker of vitest alone: this is what it stands on. */
const TEST_NEEDS = ['vitest', './dist/harness/vitest/collect.js']

const importing = (...modules: readonly string[]): readonly string[] => [
  '--input-type=module',
  '-e',
  modules.map((one) => `import ${JSON.stringify(one)}`).join(';'),
]

/** Of whole processes; ms. */
function median(args: readonly string[], runs = RUNS): number {
  const times = Array.from({ length: runs }, () => {
    const begun = performance.now()
    const { status, stderr } = spawnSync(process.execPath, [...args], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
    return performance.now() - begun
  })
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)]!
}
