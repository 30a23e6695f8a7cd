// Every shipped scenario that can run in virtual time has the same verdicts in both clocks, and the same packets in the same
// order on each connection. Packet ids that a library draws by chance are left out; at the end of a run one of the two may
// have seen more of what was on its way.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readTimelineFile } from '../../evidence/index.ts'
import { hilBuilt, Scratch } from '../testing.ts'

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
const stories = { real: new Map<string, Story>(), virtual: new Map<string, Story>() }

beforeAll(async () => {
  for (const clock of ['real', 'virtual'] as const) {
    const output = join(scratch.path, clock)
    await hilBuilt('run', 'scenarios', '--clock', clock, '--output', output, '--seed', '1', '--reporter', 'json')
    stories[clock] = new Map(storiesOf(output))
  }
}, MOST_MS)
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

it(
  'says the same in both',
  () => {
    const { real, virtual } = stories
    expect(virtual.size).toBeGreaterThan(1000)
    const different = [...virtual].filter(([name, story]) => differs(real.get(name)!, story))
    expect(different.map(([name]) => name)).toEqual([])
  },
  MOST_MS,
)
