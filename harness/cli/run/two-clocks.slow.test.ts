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
  /** The verdict of each step, by its path; of the whole as `''`. */
  readonly told: ReadonlyMap<string, string>
  /** Packets, a line each, by device, connection and direction. */
  readonly ways: ReadonlyMap<string, string>
}

const scratch = new Scratch()

/** Those that say `clock: virtual` claim what happens after a quarter of an hour: nobody waits for that here. */
const FILES = readdirSync(join(ROOT, 'scenarios'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.scenario.yaml'))
  .map((name) => join('scenarios', name))
  .filter((file) => !/^clock: virtual$/m.test(readFileSync(join(ROOT, file), 'utf8')))
  .sort()
const underneath = (folder: string): readonly string[] => FILES.filter((file) => file.includes(folder))

/** HIL_TWO_CLOCKS=all: all files of the conformance packs; else a part of them, which is the same each time. */
const isWhole = process.env.HIL_TWO_CLOCKS === 'all'
/** Of the MQTT 5 packs each twelfth file, of the other each fourth. */
const PART = isWhole ? 1 : 12
const PART_311 = isWhole ? 1 : 4
const partOf = (files: readonly string[], part = PART): readonly string[] => files.filter((_, k) => k % part === 0)

/** Whose verdicts are known; one does not compile. */
const FLEETS = readdirSync(join(ROOT, 'fixtures/verdict-cases/fleets'))
  .map((name) => join('fixtures/verdict-cases/fleets', name))
  .filter((file) => !/^# truth: usage/m.test(readFileSync(join(ROOT, file), 'utf8')))
  .sort()

interface Pack {
  readonly title: string
  readonly files: readonly string[]
  /** Default: each scenario's own, which is aedes mostly. */
  readonly broker?: string
  /** How many of the runs must be possible in virtual time. */
  readonly least: number
}

const PACKS: readonly Pack[] = [
  {
    title: 'MQTT 3.1.1',
    files: [
      ...FILES.filter((file) => !/scenarios.(conformance|contract)/.test(file)),
      ...partOf(underneath('conformance/broker'), PART_311),
    ],
    least: isWhole ? 1000 : 400,
  },
  {
    title: 'MQTT 5 on reference',
    files: partOf(underneath('mqtt5/broker')),
    broker: 'reference',
    least: 380 / PART / 3,
  },
  { title: 'MQTT 5 on aedes@2', files: partOf(underneath('mqtt5/broker')), broker: 'aedes@2', least: 350 / PART / 3 },
  { title: 'fleets', files: FLEETS, least: 15 },
  { title: 'MQTT 5, MQTT.js', files: partOf(underneath('mqtt5/device')), broker: 'reference', least: 120 / PART / 3 },
]

async function storiesIn(
  clock: 'real' | 'virtual',
  files: readonly string[],
  broker: string | undefined,
): Promise<ReadonlyMap<string, Story>> {
  const output = join(scratch.path, `${clock}-${runs++}`)
  const on = broker === undefined ? [] : ['--broker', broker]
  const all = ['--clock', clock, '--output', output, '--seed', '1', '--reporter', 'json']
  await hilBuilt('run', ...files, ...on, ...all)
  return new Map(storiesOf(output))
}
let runs = 0

afterAll(() => scratch[Symbol.dispose]())

function* storiesOf(folder: string): Generator<[string, Story]> {
  const { scenarios } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as Written
  for (const { file, variant, status, steps, artifacts } of scenarios) {
    if (status === 'skipped') continue
    const told = new Map(steps.map(({ path, outcome, verdict }) => [path, `${outcome} ${verdict}`]))
    told.set('', status)
    const record = artifacts.find((name) => name.endsWith('timeline.ndjson'))!
    yield [`${file} ${variant}`, { told, ways: waysIn(join(folder, record)) }]
  }
}

/** Without what a library draws by chance. */
function waysIn(file: string): ReadonlyMap<string, string> {
  const ways = new Map<string, string>()
  for (const event of readTimelineFile(file).events) {
    if (event.kind !== 'packet') continue
    const { packetId: _, ...packet } = event.packet as { packetId?: number; payload?: Uint8Array }
    // A message of a fleet carries when it was meant to leave, and the key of its run.
    if (isStamped(packet.payload)) delete packet.payload
    const way = `${event.device} ${event.connection} ${event.direction} ${event.end ?? ''}`
    const line = JSON.stringify(packet).replace(/(aedes|mqttjs)_[0-9a-f-]+/, '')
    ways.set(way, `${ways.get(way) ?? ''}${line}\n`)
  }
  return ways
}

const isStamped = (payload: Uint8Array | undefined): boolean =>
  payload !== undefined && Buffer.from(payload).includes('hil:')

/** What was inconclusive in real time, because the machine was slow, says nothing. */
function toldOtherwise(real: Story, virtual: Story): boolean {
  const isOpen = [...real.told.values()].some((verdict) => verdict.includes('inconclusive'))
  const known = (told: string): boolean => !told.includes('inconclusive')
  return [...virtual.told].some(([path, told]) => {
    const there = real.told.get(path)
    if (isOpen && (path === '' || there === undefined)) return false
    return there === undefined || (known(there) && there !== told)
  })
}

function differs(real: Story, virtual: Story): boolean {
  if (toldOtherwise(real, virtual)) return true
  // What a broker does where it has a known gap hangs on chance more often: aedes sends what waited by ids that it draws.
  if (virtual.told.get('') === 'gap') return false
  return [...real.ways.keys(), ...virtual.ways.keys()].some((way) => {
    const [a, b] = [real.ways.get(way) ?? '', virtual.ways.get(way) ?? '']
    return !a.startsWith(b) && !b.startsWith(a)
  })
}

/** Real time has chances of its own, such as which of two timers is first: virtual time is one of what it can be. */
const TIMES_IN_REAL_TIME = 4

it.each(PACKS)(
  'says the same in both: $title',
  async ({ files, broker, least }) => {
    const virtual = await storiesIn('virtual', files, broker)
    expect(virtual.size).toBeGreaterThan(least)
    let left = [...virtual.keys()]
    for (let k = 0; k < TIMES_IN_REAL_TIME && left.length > 0; k++) {
      const again = k === 0 ? files : [...new Set(left.map((name) => name.slice(0, name.indexOf(' '))))]
      const real = await storiesIn('real', again, broker)
      left = left.filter((name) => differs(real.get(name)!, virtual.get(name)!))
      // A few are chance. Many are a defect, whatever comes of them later.
      expect(left.length, left.join('\n')).toBeLessThan(20)
    }
    expect(left).toEqual([])
  },
  MOST_MS,
)
