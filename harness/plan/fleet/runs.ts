// What the devices of a group run: a library whose program the group's words are, or a firmware over the library that
// it was written for, which decides by itself what the words of other groups say.

import {
  type ClientKind,
  clients,
  type FirmwareKind,
  type FirmwareName,
  firmware,
  type LibraryCall,
  type OptionSpec,
  Problem,
  type VerbMap,
} from '../../../emulators/index.ts'
import { deviceKinds, optionsOf } from '../../devices/index.ts'
import { childOf, type Diagnostics, entryOf, type Node } from '../../scenario/index.ts'
import type { FleetMember } from '../model/fleet.ts'

export interface Runs {
  readonly client: ClientKind
  /** null: the program is what the group says. */
  readonly firmware: FirmwareKind | null
}

const programs: readonly FirmwareKind[] = Object.values(firmware)

/** The programs that a fleet can run: words of `use`, beside those of the libraries. */
export const FLEET_FIRMWARE = programs.flatMap(({ name, inFleet }) =>
  inFleet !== undefined && 'library' in inFleet ? [name as FirmwareName] : [],
)

/** What such a group cannot say: its firmware decides that. */
const OF_THE_PROGRAM = [
  'protocol',
  'will',
  'connect',
  'reconnect',
  'ping',
  'poll',
  'subscribe',
  'publish',
  'late-after',
] as const

/** `use`: a library or one of `FLEET_FIRMWARE`. */
export function whatRuns(use: string): Runs {
  const program = firmwareOf(use)
  const { inFleet } = program ?? {}
  const library = inFleet !== undefined && 'library' in inFleet ? inFleet.library : (use as keyof typeof clients)
  return { client: clients[library], firmware: program }
}

/** By whose options `with` is read. */
export const optionsIn = ({ client, firmware: program }: Runs): readonly OptionSpec[] => (program ?? client).options

/** Reports what no fleet can run, and words that the group of a firmware cannot say; false: there was something. */
export function fitsFleet(group: Node, diagnostics: Diagnostics): boolean {
  const given = childOf(group, 'use')
  const word = given?.kind === 'scalar' ? String(given.value) : ''
  if (Object.hasOwn(clients, word)) return doesAll(clients[word as keyof typeof clients], group, diagnostics)
  if (Object.hasOwn(deviceKinds, word) && firmwareOf(word) === null) {
    diagnostics.add({
      code: 'scenario/fleet-client',
      message: `a fleet cannot run ${word}: it runs programs whose every wait is a board call, which one process answers for thousands`,
      at: given!.place,
      hint: `under devices: it can run; a fleet runs ${[...Object.keys(clients), ...FLEET_FIRMWARE].join(', ')}`,
    })
    return false
  }
  const program = given?.kind === 'scalar' ? firmwareOf(given.value) : null
  if (program === null) return true
  const { name, inFleet } = program
  if (inFleet === undefined || 'never' in inFleet) {
    diagnostics.add({
      code: 'scenario/fleet-firmware',
      message: `a fleet cannot run ${name}${inFleet === undefined ? '' : `: ${inFleet.never}`}`,
      at: given!.place,
      hint: `it runs ${FLEET_FIRMWARE.join(', ')}, or a library`,
    })
    return false
  }
  const wrong = OF_THE_PROGRAM.flatMap((key) => entryOf(group, key) ?? [])
  for (const { key, keyPlace } of wrong)
    diagnostics.add({
      code: 'scenario/fleet-firmware',
      message: `${key} is for groups of a library: ${name} decides that by itself`,
      at: keyPlace,
      hint: `remove it, or write use: ${inFleet.library}; the options of ${name} stand under with (hil clients ${name})`,
    })
  return wrong.length === 0
}

const NOTHING = new Uint8Array()

/** Words of a group that are calls of its library, and which call each is. */
const ASKED: Readonly<Record<'publish' | 'subscribe' | 'will', (verbs: VerbMap) => LibraryCall | null>> = {
  publish: ({ publish }) => publish({ topic: NOTHING, payload: NOTHING }),
  subscribe: ({ subscribe }) => subscribe({ topic: NOTHING, qos: 0 }),
  will: ({ will }) => will({ topic: NOTHING, payload: NOTHING, qos: 0, retain: false }),
}

/** Reports what the library has no method for. */
function doesAll({ name, verbs, inTask }: ClientKind, group: Node, diagnostics: Diagnostics): boolean {
  const lacking = (Object.keys(ASKED) as (keyof typeof ASKED)[]).flatMap((key) => {
    const entry = entryOf(group, key)
    const isOption = key === 'will' && inTask !== undefined
    return entry === undefined || isOption || ASKED[key](verbs) !== null ? [] : [entry]
  })
  for (const { key, keyPlace } of lacking)
    diagnostics.add({
      code: 'scenario/fleet-client',
      message: `${name} has no method for ${key}`,
      at: keyPlace,
      hint: `hil clients ${name} shows what it has`,
    })
  return lacking.length === 0
}

/** Reports options under `with` that are not there, of another type, or missing; false: there was one. */
export function checkOptions(
  words: { readonly with?: object | undefined },
  group: Node,
  runs: Runs,
  to: Diagnostics,
): boolean {
  const before = to.all.length
  const { client, firmware: program } = runs
  const owner = (program ?? client).name
  const specs = optionsIn(runs)
  if (words.with !== undefined) optionsOf({ words, node: group, diagnostics: to } as never, owner, specs)
  if (program === null) return to.all.length === before
  const lacking = specs.filter((spec) => spec.default === undefined && !Object.hasOwn(words.with ?? {}, spec.name))
  for (const { name, summary } of lacking)
    to.add({
      code: 'scenario/missing-option',
      message: `${owner} needs the option "${name}": ${summary}`,
      at: childOf(group, 'use')!.place,
      hint: `with: { ${name}: … }`,
    })
  return to.all.length === before
}

/** What its firmware finds wrong with a device's options before it boots; null: nothing. */
export function firmwareFault({ client, firmware: program }: Runs, member: FleetMember): Problem | null {
  try {
    program?.program({ client, server: '', port: 0, name: member.clientId, options: member.options, poll: null })
    return null
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

const firmwareOf = (use: unknown): FirmwareKind | null => programs.find(({ name }) => name === use) ?? null
