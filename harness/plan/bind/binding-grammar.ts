// A binding puts another device into a role of the scenario: `blue: umqtt.robust`. It changes the
// device's node before anything is compiled, so that all that is said of a device holds for a bound one.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve as resolvePath } from 'node:path'
import { type ClientName, clients, type OptionMeaning, type Place, Problem } from '../../../emulators/index.ts'
import {
  type AnyDeviceKind,
  type BindingWord,
  type DeviceKey,
  type DeviceOption,
  deviceKinds,
} from '../../devices/index.ts'
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

const kindNames = (): readonly string[] => Object.keys(deviceKinds)

/** What plays a role; as a person writes it, and taken apart. */
export interface Binding {
  readonly text: string
  readonly use: string
  readonly version?: string | undefined
  /** What stands after the colon (`port:PATH`, `process:COMMAND`), as the key that it is the value of. */
  readonly given?: { readonly key: DeviceKey; readonly value: string } | undefined
  /** For a process of the command line: the folder that hil was started in, as a shell would have it. */
  readonly directory?: string | undefined
  /** For a device that is written in a file of its own: what it says. */
  readonly node?: MapNode | undefined
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
  const [, word = '', value] = /^([\w-]+)(?::\s*(.*))?$/s.exec(given) ?? []
  if (word === 'device' && value) return writtenDevice(given, value)
  const named = value === '' ? undefined : wordNamed(word, value)
  if (named !== undefined) {
    const { use, key, isPath, whole } = named
    if (whole === true) return { text: given, use, given: { key: key!, value: given } }
    if (key === undefined || value === undefined) return { text: given, use }
    return {
      text: given,
      use,
      given: { key, value: key === 'files' ? folderAt(value) : isPath ? resolvePath(value) : value },
    }
  }
  for (const { name, binding } of kinds())
    if (binding?.labels?.all().includes(given) === true)
      return { text: given, use: name, given: { key: binding.labels.key, value: given } }
  const [use, version, ...rest] = given.split('@')
  if (use === undefined || use === '' || version === '' || rest.length > 0 || value === '')
    throw new Problem('binding/empty', `"${text}" binds nothing`, {
      hint: `write CLIENT, CLIENT@VERSION, device:PATH, or ${forms().join(', ')}`,
    })
  if (!kindNames().includes(use))
    throw new Problem('binding/unknown-kind', `unknown kind of device "${use}"`, {
      hint: given.startsWith('board:')
        ? `a board is bound by port:PATH, or by its label alone; ${ABOUT_LABELS}`
        : (didYouMean(use, [...kindNames(), ...words(), ...labels()]) ??
          `known: ${[...forms(), ...kindNames(), ...labels()].join(', ')}; ${ABOUT_LABELS}`),
    })
  return { text: given, use, ...(version === undefined ? {} : { version }) }
}

const ABOUT_LABELS = 'labels of boards stand in hardware-map.yaml, which hil devices --map writes'

const kinds = (): readonly AnyDeviceKind[] => Object.values(deviceKinds)

/** The kind that a word means, with a value or without. */
const wordNamed = (word: string, value: string | undefined): (BindingWord & { readonly use: string }) | undefined =>
  kinds()
    .flatMap(({ name, binding }) => (binding?.words ?? []).map((one) => ({ ...one, use: name })))
    .find((one) => one.word === word && (one.whole === true || (one.key === undefined) === (value === undefined)))

const words = (): readonly string[] => kinds().flatMap(({ binding }) => (binding?.words ?? []).map(({ word }) => word))
const labels = (): readonly string[] => kinds().flatMap(({ binding }) => binding?.labels?.all() ?? [])

/** `virtual`, `port:PATH`, … for hints. */
const forms = (): readonly string[] =>
  kinds().flatMap(({ binding }) =>
    (binding?.words ?? []).map(({ word, key, whole }) =>
      whole === true ? `${word}:CAPABILITY` : key === undefined ? word : `${word}:${VALUES[key] ?? key.toUpperCase()}`,
    ),
  )
const VALUES: Readonly<Record<string, string>> = { port: 'PATH', file: 'PATH', files: 'FOLDER', command: 'COMMAND' }

/** A device in a file of its own, as under `devices: NAME:` of a scenario. */
function writtenDevice(text: string, path: string): Binding {
  const bad = (why: string, at?: Place): never => {
    throw new Problem('binding/bad-device', `${path} is not a device: ${why}`, {
      at,
      hint: 'it says what stands under devices: NAME: of a scenario, such as use: process and command:',
    })
  }
  const file = resolvePath(path)
  if (!existsSync(file)) return bad('no such file')
  const { root, diagnostics } = parseScenarioText(file, readFileSync(file, 'utf8'))
  const wrong = diagnostics.find(isError)
  if (wrong !== undefined) return bad(wrong.message, wrong.at)
  if (root?.kind !== 'map') return bad('it is not a map')
  const use = childOf(root, 'use')
  if (use?.kind !== 'scalar') return bad('it has no use:')
  if (!kindNames().includes(String(use.value))) return bad(`unknown kind "${use.value}"`, use.place)
  return { text, use: String(use.value), node: root }
}

/** What its file says, and of the scenario's what it can be told. */
function asWritten(device: MapNode, node: MapNode, use: string): MapNode {
  const told = childOf(node, 'commands') !== undefined && !runsByItself(device)
  const kept = device.entries
    .filter(({ key }) => childOf(node, key) === undefined && key !== 'use')
    .filter(({ key }) => (SETTINGS.has(key) ? told : stays(key, use)))
    .map((entry) => (entry.key === 'with' ? { ...entry, value: inWordsOf(use, device, entry) } : entry))
  const own = node.entries.map((entry) =>
    entry.key === 'link' ? { ...entry, value: withRest(entry.value, childOf(device, 'link')) } : entry,
  )
  return { ...node, entries: [...own, ...kept] }
}

/** A link where the device looks for it, of the kind that the scenario is about: with TLS, a WebSocket. */
function withRest(link: Node, ofRole: Node | undefined): Node {
  if (link.kind !== 'map' || ofRole?.kind !== 'map') return link
  return {
    ...link,
    entries: [...link.entries, ...ofRole.entries.filter(({ key }) => childOf(link, key) === undefined)],
  }
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
  throw new Problem('binding/no-folder', `folder ${given} does not exist`, {
    hint: 'virtual:FOLDER lays its files over those of the scenario, such as lib/ with your own copy of a library',
  })
}

/** The device's node with another device in it. What is not a map is left to be complained of. */
export function bound(device: Node, binding: Binding): Node {
  if (device.kind !== 'map') return device
  if (binding.node !== undefined) return asWritten(device, binding.node, binding.use)
  const { place } = device
  const { use, version, given } = binding
  const { library } = deviceKinds[use]?.binding ?? {}
  const own = library === undefined ? undefined : clientOf(device)
  const isLaidOver = given?.key === 'files'
  const replaced: Record<string, string | undefined> = {
    use,
    version,
    client: own,
    ...(given === undefined || isLaidOver ? {} : { [given.key]: given.value }),
    directory: binding.directory,
  }
  const speaks = library === undefined ? use : (own ?? library)
  const kept = device.entries
    .filter(({ key }) => replaced[key] === undefined && key !== 'use' && stays(key, use))
    .map((entry) => (entry.key === 'with' ? { ...entry, value: inWordsOf(speaks, device, entry) } : entry))
  const put = Object.entries(replaced).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, keyPlace: childOf(device, key)?.place ?? place, value: scalar(value, place) }],
  )
  const entries = [...put, ...kept]
  return { ...device, entries: isLaidOver ? laidOver(entries, given.value, place) : entries }
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

/** The library that the scenario names, where a kind runs any client that is a Python library. */
function clientOf(device: MapNode): string | undefined {
  const [use, client] = ['use', 'client'].map((key) => childOf(device, key))
  const named = client ?? use
  const name = named?.kind === 'scalar' ? String(named.value) : ''
  return Object.hasOwn(clients, name) ? name : undefined
}

/** Whether a key of the role is kept for what plays it. */
function stays(key: string, use: string): boolean {
  if (ALWAYS.has(key)) return true
  // Another device makes other promises.
  if (key === 'contract') return false
  const { keys = [], binding: { keeps, decides = [] } = {} } = deviceKinds[use] ?? {}
  const taken = (keys as readonly string[]).includes(key)
  if (keeps === 'what it takes' || FOR_SOME.has(key)) return taken
  if (keeps === 'nothing') return false
  return key !== 'command' && key !== 'version' && !(decides as readonly string[]).includes(key)
}

/** What every kind takes. */
const ALWAYS: ReadonlySet<string> = new Set(['needs', 'link'])

/** What a scenario says for some kinds in its roles, and others pass over: of boards, and of replays. */
const FOR_SOME: ReadonlySet<string> = new Set([
  'files',
  'wifi',
  'chip',
  'client',
  'port',
  'file',
  'device',
  'speed',
  'begin',
  'reset',
  'power',
  'clean',
  'image',
  'flash',
  'elf',
])

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
