// The rooms of the house by floor, as data: floors.test.ts holds every import against them, and docs/architecture.md has
// them as a table.

/** Lowest floor first; the rooms of one floor do not know each other. */
export const FLOORS: readonly (readonly (readonly [room: string, knows: string])[])[] = [
  [
    ['emulators/core', 'time, chance, the error class'],
    ['emulators/mqtt', 'packets'],
  ],
  [['emulators', 'clients, firmware, drivers, the virtual board']],
  [
    ['harness/outside', 'what comes from outside, made safe to show'],
    ['harness/virtual-time', 'a clock, timers, chance and a network that a run has for itself'],
  ],
  [
    ['harness/child', 'child processes'],
    ['harness/scenario', 'text to tree, and the grammar of values'],
    ['harness/tls', 'test certificates'],
    ['harness/websocket', 'handshake and frames'],
  ],
  [
    ['harness/packets', 'packets as scenarios write them'],
    ['harness/problems', 'codes of messages: fault, exit code, meaning, fix'],
  ],
  [
    ['harness/evidence', 'events and the record'],
    ['harness/brokers', 'brokers, started or by URL'],
    ['harness/devices', 'devices, emulated and real'],
    ['harness/link', 'the recorded link of each device'],
  ],
  [
    ['harness/steps', 'what a scenario can do'],
    ['harness/expect', 'what a scenario can claim'],
    ['harness/lint', 'what breaks the rules of MQTT'],
  ],
  [['harness/plan/model', 'a compiled scenario']],
  [
    ['harness/plan', 'the compiler: text to plan'],
    ['harness/judge', 'claims held against evidence'],
    ['harness/capture', 'evidence as files for Wireshark'],
  ],
  [['harness/session', 'clock, lag, timeline, lints, broker and stop, for every kind of run']],
  [['harness/run', 'the conductor: acquire, run, release']],
  [
    ['harness/record', 'devices that others run, recorded'],
    ['harness/coverage', 'which statements of MQTT were tested'],
    ['harness/compare', 'what differs between two runs'],
  ],
  [['harness/report', 'what is shown of a run']],
  [['harness/config', 'the config file, and what package.json says']],
  [['harness/load', 'how fleets are run']],
  [['harness/select', 'arguments to jobs: a plan with its broker']],
  [['harness/api', 'what a program can do with it, and the command line stands on']],
  [
    ['harness/cli', 'the command line'],
    ['harness/vitest', 'the plugin and fixtures of vitest'],
    ['harness/reference', 'generated documentation'],
  ],
  [
    ['bench', 'benchmarks'],
    ['fixtures/defective', 'planted defects'],
    ['harness', 'the package’s face'],
  ],
]

const row = (floor: (typeof FLOORS)[number], k: number): string =>
  floor.map(([room, knows]) => `| ${k} | \`${room}\` | ${knows} |`).join('\n')

/** As Markdown, highest floor first. */
export const floorsTable = (): string =>
  ['| floor | room | what it knows |', '| ----- | ---- | ------------- |', ...FLOORS.map(row).reverse()].join('\n')
