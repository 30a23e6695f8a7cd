// A binding puts another device into a role of the scenario: `blue: umqtt.robust`. It changes the
// device's node before anything is compiled, so that all that is said of a device holds for a bound one.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve as resolvePath } from 'node:path'
import { type ClientName, clients, type OptionMeaning, type Place, Problem } from '../../../emulators/index.ts'
import { boardLabels, type DeviceOption, deviceKinds } from '../../devices/index.ts'
import {
  childOf,
  didYouMean,
  isError,
  type MapEntry,
  type MapNode,
  type Node,
  parseScenarioText,
  type ScalarNode,
} from '../../scenario/index.ts'

const KINDS: readonly string[] = Object.keys(deviceKinds)

/** What plays a role; as a person writes it, and taken apart. */
export interface Binding {
  readonly text: string
  readonly use: string
  readonly version?: string | undefined
  /** For a board. */
  readonly port?: string | undefined
  /** For a process. */
  readonly command?: string | undefined
  /** For a replay: the recording, from the folder that hil was started in. */
  readonly file?: string | undefined
  /** For a device that is written in a file of its own: what it says. */
  readonly node?: MapNode | undefined
  /** For a virtual board: a folder that is laid over the files of the scenario, such as a library of the user's own. */
  readonly folder?: string | undefined
}

/** By the device's name in the scenario. */
export type Bindings = Readonly<Record<string, Binding>>

/**
 * `CLIENT`, `CLIENT@VERSION`, `virtual`, `virtual:FOLDER`, `port:PATH`, a label of the hardware map, `process:COMMAND`,
 * `device:PATH` or `replay:PATH`. Throws Problem `binding/empty`, `binding/unknown-kind`, `binding/bad-device` or
 * `binding/no-folder`.
 */
export function parseBinding(text: string): Binding {
  const given = text.trim()
  const process = /^process:\s*(.+)$/s.exec(given)
  if (process !== null) return { text: given, use: 'process', command: process[1]! }
  const replay = /^replay:\s*(.+)$/s.exec(given)
  if (replay !== null) return { text: given, use: 'replay', file: resolvePath(replay[1]!) }
  const written = /^device:\s*(.+)$/.exec(given)
  if (written !== null) return writtenDevice(given, written[1]!)
  if (given === 'virtual') return { text: given, use: 'micropython' }
  const virtual = /^virtual:\s*(.+)$/.exec(given)
  if (virtual !== null) return { text: given, use: 'micropython', folder: folderAt(virtual[1]!) }
  const port = /^port:\s*(.+)$/.exec(given)
  if (port !== null) return { text: given, use: 'board', port: port[1]! }
  if (boardLabels().includes(given)) return { text: given, use: 'board', port: given }
  const [use, version, ...rest] = given.split('@')
  if (
    use === undefined ||
    use === '' ||
    version === '' ||
    rest.length > 0 ||
    given === 'virtual:' ||
    given === 'process:' ||
    given === 'device:' ||
    given === 'replay:'
  )
    throw new Problem('binding/empty', `"${text}" binds nothing`, {
      hint: 'write CLIENT, CLIENT@VERSION, virtual, virtual:FOLDER, port:PATH, process:COMMAND, device:PATH or replay:PATH',
    })
  if (!KINDS.includes(use))
    throw new Problem('binding/unknown-kind', `there is no device of the kind "${use}"`, {
      hint:
        didYouMean(use, [...KINDS, 'virtual', ...boardLabels()]) ??
        `there is virtual, virtual:FOLDER, port:PATH, ${[...KINDS, ...boardLabels()].join(', ')}`,
    })
  return { text: given, use, ...(version === undefined ? {} : { version }) }
}

/** A device in a file of its own, as under `devices: NAME:` of a scenario. */
function writtenDevice(text: string, path: string): Binding {
  const bad = (why: string, at?: Place): never => {
    throw new Problem('binding/bad-device', `${path} is no device: ${why}`, {
      at,
      hint: 'it says what stands under devices: NAME: of a scenario, such as use: process and command:',
    })
  }
  const file = resolvePath(path)
  if (!existsSync(file)) return bad('there is no such file')
  const { root, diagnostics } = parseScenarioText(file, readFileSync(file, 'utf8'))
  const wrong = diagnostics.find(isError)
  if (wrong !== undefined) return bad(wrong.message, wrong.at)
  if (root?.kind !== 'map') return bad('it is no map')
  const use = childOf(root, 'use')
  if (use?.kind !== 'scalar') return bad('it has no use:')
  if (!KINDS.includes(String(use.value))) return bad(`there is no kind "${use.value}"`, use.place)
  return { text, use: String(use.value), node: root }
}

/** What its file says, and of the scenario's what it can be told. */
function asWritten(device: MapNode, node: MapNode, use: string): MapNode {
  const told = childOf(node, 'commands') !== undefined && !runsByItself(device)
  const kept = device.entries
    .filter(({ key }) => childOf(node, key) === undefined && key !== 'use')
    .filter(({ key }) => (SETTINGS.has(key) ? told : stays(key, use)))
    .map((entry) => (entry.key === 'with' ? { ...entry, value: inWordsOf('process', device, entry) } : entry))
  return { ...node, entries: [...node.entries, ...kept] }
}

/** Whether the scenario has a program of its own in this role, which takes no calls. */
export const runsByItself = (device: Node): boolean => {
  const firmware = childOf(device, 'firmware')
  return firmware?.kind === 'scalar' && firmware.value !== 'puppet'
}

/** What a connect command may have a place for. */
const SETTINGS: ReadonlySet<string> = new Set(['with', 'will'])

function folderAt(given: string): string {
  const path = resolvePath(given)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path
  throw new Problem('binding/no-folder', `there is no folder ${given}`, {
    hint: 'virtual:FOLDER lays its files over those of the scenario, such as lib/ with your own copy of a library',
  })
}

/** The device's node with another device in it. What is not a map is left to be complained of. */
export function bound(device: Node, binding: Binding): Node {
  if (device.kind !== 'map') return device
  if (binding.node !== undefined) return asWritten(device, binding.node, binding.use)
  const { place } = device
  const replaced: Record<string, string | undefined> = {
    use: binding.use,
    version: binding.version,
    command: binding.command,
    port: binding.port,
    file: binding.file,
    client: BOARDS.has(binding.use) ? clientOf(device) : undefined,
  }
  const speaks = BOARDS.has(binding.use) ? (clientOf(device) ?? PUPPET) : binding.use
  const kept = device.entries
    .filter(({ key }) => replaced[key] === undefined && key !== 'use' && stays(key, binding.use))
    .map((entry) => (entry.key === 'with' ? { ...entry, value: inWordsOf(speaks, device, entry) } : entry))
  const put = Object.entries(replaced).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, keyPlace: childOf(device, key)?.place ?? place, value: scalar(value, place) }],
  )
  const entries = [...put, ...kept]
  return { ...device, entries: binding.folder === undefined ? entries : laidOver(entries, binding.folder, place) }
}

/** What comes later in `files:` is on top. */
function laidOver(entries: readonly MapEntry[], folder: string, place: Place): MapEntry[] {
  const { value: files } = entries.find(({ key }) => key === 'files') ?? {}
  const entry = (key: string, value: Node): MapEntry => ({ key, keyPlace: place, value })
  const below = files === undefined ? [] : files.kind === 'map' ? files.entries : [entry(ROOT, files)]
  const both: MapNode = { kind: 'map', entries: [...below, entry(ROOT_AGAIN, scalar(folder, place))], place }
  return [...entries.filter(({ key }) => key !== 'files'), entry('files', both)]
}

/** The board's flash itself, by two keys: a map has each only once. */
const ROOT = '.'
const ROOT_AGAIN = './'

/** Boards run MicroPython, and so any client that is a Python library: the one that the scenario names. */
const BOARDS: ReadonlySet<string> = new Set(['micropython', 'board'])

/** The library of a board that nothing else is said of. */
const PUPPET: ClientName = 'umqtt.simple'

function clientOf(device: MapNode): string | undefined {
  const [use, client] = ['use', 'client'].map((key) => childOf(device, key))
  const named = client ?? use
  const name = named?.kind === 'scalar' ? String(named.value) : ''
  return Object.hasOwn(clients, name) ? name : undefined
}

/** A program decides by itself what an emulated device is told; a board has no use for what other kinds take. */
function stays(key: string, use: string): boolean {
  const taken = (deviceKinds[use]?.keys as readonly string[] | undefined)?.includes(key) === true
  if (BOARDS.has(use)) return ALWAYS.has(key) || taken
  if (OF_BOARDS.has(key) || OF_REPLAYS.has(key)) return taken
  if (use === 'replay') return ALWAYS.has(key)
  return key !== 'command' && key !== 'version' && (use !== 'process' || !OF_EMULATED.has(key))
}

/** What every kind takes. */
const ALWAYS: ReadonlySet<string> = new Set(['needs', 'link'])

/** What a scenario says for boards in its roles. */
const OF_BOARDS: ReadonlySet<string> = new Set(['files', 'wifi', 'client', 'port'])

const OF_REPLAYS: ReadonlySet<string> = new Set(['file', 'device', 'speed', 'begin'])

/** A program decides these by itself. */
const OF_EMULATED: ReadonlySet<string> = new Set(['with', 'will', 'firmware', 'callback', 'poll', 'signals'])

const scalar = (value: string, place: Place): ScalarNode => ({
  kind: 'scalar',
  value,
  text: value,
  quoted: true,
  place,
})

/** Options that mean the same have other names in other libraries. Those of a firmware stay as they are. */
function inWordsOf(use: string, device: MapNode, { value }: MapEntry): Node {
  const was = childOf(device, 'use')
  if (value.kind !== 'map' || runsByItself(device) || was?.kind !== 'scalar') return value
  const entries = value.entries.map((entry) => {
    const meaning = meaningOf(String(was.value), entry.key)
    return { ...entry, key: (meaning && nameOf(use, meaning)) ?? entry.key }
  })
  return { ...value, entries }
}

const optionsOf = (use: string): readonly DeviceOption[] =>
  (Object.hasOwn(clients, use) ? clients[use as ClientName] : deviceKinds[use])?.options ?? []

const meaningOf = (use: string, name: string): OptionMeaning | undefined =>
  optionsOf(use).find((option) => option.name === name)?.means

const nameOf = (use: string, meaning: OptionMeaning): string | undefined =>
  optionsOf(use).find((option) => option.means === meaning)?.name
