// Shipped scenarios that can run in either clock have the same verdicts in both clocks, and the same packets in the same
// order on each connection. Packet ids that a library draws by chance are left out; at the end of a run one of the two may
// have seen more of what was on its way.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readTimelineFile } from '../../evidence/index.ts'
import { hilBuilt, ROOT, Scratch } from '../testing.ts'

const MOST_MS = 20 * 60_000

interface Written {
  readonly scenarios: readonly {
    readonly file: string
    readonly variant: string
    readonly status: string
    readonly steps: readonly { readonly path: string; readonly outcome: string; readonly verdict: string | null }[]
    readonly artifacts: readonly string[]
  }[]
}

interface Story {
  /** Status and verdicts. */
  readonly told: string
  /** Packets, a line each, by device, connection and direction. */
  readonly ways: ReadonlyMap<string, string>
}

const scratch = new Scratch()

/** Those that say `clock: virtual` claim what happens after a quarter of an hour: nobody waits for that here. */
const FILES = readdirSync(join(ROOT, 'scenarios'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.scenario.yaml') && !/^conformance.(mqtt5|device)/.test(name))
  .map((name) => join('scenarios', name))
  .filter((file) => !/^clock: virtual$/m.test(readFileSync(join(ROOT, file), 'utf8')))

async function storiesIn(clock: 'real' | 'virtual', files: readonly string[]): Promise<ReadonlyMap<string, Story>> {
  const output = join(scratch.path, `${clock}-${runs++}`)
  await hilBuilt('run', ...files, '--clock', clock, '--output', output, '--seed', '1', '--reporter', 'json')
  return new Map(storiesOf(output))
}
let runs = 0

afterAll(() => scratch[Symbol.dispose]())

function* storiesOf(folder: string): Generator<[string, Story]> {
  const { scenarios } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as Written
  for (const { file, variant, status, steps, artifacts } of scenarios) {
    if (status === 'skipped') continue
    const verdicts = steps.map(({ path, outcome, verdict }) => `${path} ${outcome} ${verdict}`).sort()
    const record = artifacts.find((name) => name.endsWith('timeline.ndjson'))!
    yield [`${file} ${variant}`, { told: [status, ...verdicts].join(), ways: waysIn(join(folder, record)) }]
  }
}

/** Without what a library draws by chance. */
function waysIn(file: string): ReadonlyMap<string, string> {
  const ways = new Map<string, string>()
  for (const event of readTimelineFile(file).events) {
    if (event.kind !== 'packet') continue
    const { packetId: _, ...packet } = event.packet as { packetId?: number }
    const way = `${event.device} ${event.connection} ${event.direction} ${event.end ?? ''}`
    const line = JSON.stringify(packet).replace(/(aedes|mqttjs)_[0-9a-f-]+/, '')
    ways.set(way, `${ways.get(way) ?? ''}${line}\n`)
  }
  return ways
}

function differs(one: Story, other: Story): boolean {
  if (one.told !== other.told) return true
  return [...one.ways.keys(), ...other.ways.keys()].some((way) => {
    const [a, b] = [one.ways.get(way) ?? '', other.ways.get(way) ?? '']
    return !a.startsWith(b) && !b.startsWith(a)
  })
}

/** Real time has chances of its own, such as which of two timers is first: virtual time is one of what it can be. */
const TIMES_IN_REAL_TIME = 4

it(
  'says the same in both',
  async () => {
    const virtual = await storiesIn('virtual', FILES)
    expect(virtual.size).toBeGreaterThan(1000)
    let left = [...virtual.keys()]
    for (let k = 0; k < TIMES_IN_REAL_TIME && left.length > 0; k++) {
      const files = k === 0 ? FILES : [...new Set(left.map((name) => name.slice(0, name.indexOf(' '))))]
      const real = await storiesIn('real', files)
      left = left.filter((name) => differs(real.get(name)!, virtual.get(name)!))
      // A few are chance. Many are a defect, whatever comes of them later.
      expect(left.length, left.join('\n')).toBeLessThan(20)
    }
    expect(left).toEqual([])
  },
  MOST_MS,
)
