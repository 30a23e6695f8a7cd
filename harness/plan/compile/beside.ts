// What a scenario reads beside its own text: the defaults.yaml of its folders, and the files that its vars, its matrix
// and its payloads name. All of it is put into the tree before anything is compiled, and kept with the plan, so that a
// record can be judged, and a fleet be run on another machine, without those files.

import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize, relative } from 'node:path'
import type { Place } from '../../../emulators/index.ts'
import {
  childOf,
  type Diagnostics,
  entryOf,
  type MapEntry,
  type Node,
  parseScenarioText,
} from '../../scenario/index.ts'
import { parseCsv } from './csv.ts'
import { csvNode } from './csv-node.ts'

export const DEFAULTS_FILE = 'defaults.yaml'
/** What a scenario takes from a defaults.yaml: its own word wins; vars are merged by name, tags are added. */
const INHERITED = ['tags', 'timeout', 'vars', 'broker', 'observer'] as const
const MAX_PAYLOAD_BYTES = 1 << 20

/** By path from the scenario's folder, in base64: bytes stay what they are. */
export type BesideFiles = Readonly<Record<string, string>>

export interface Beside {
  readonly root: Node
  readonly files: BesideFiles
}

/** The scenario with all of it filled in. `recorded`: read from there, and nothing from the disk. */
export function withBeside(file: string, root: Node, diagnostics: Diagnostics, recorded?: BesideFiles): Beside {
  const reader = new Reader(file, diagnostics, recorded)
  const inherited = reader.defaults().reduce<Node>((node, defaults) => inherit(node, defaults, diagnostics), root)
  return { root: fill(inherited, reader), files: reader.files }
}

/** Payloads of single steps, for programs that make them up as they go along. */
export function withPayloadFiles(file: string, node: Node, diagnostics: Diagnostics): Node {
  return payloads(node, new Reader(file, diagnostics, undefined))
}

/** The vars and axes whose file was reported as broken: `vars.NAME`, `matrix.NAME`. */
export function brokenFiles(root: Node): ReadonlySet<string> {
  const names = (['vars', 'matrix'] as const).flatMap((key) => {
    const map = childOf(root, key)
    if (map?.kind !== 'map') return []
    return map.entries.flatMap((entry) =>
      entry.value.kind === 'scalar' && entry.value.broken === true ? [`${key}.${entry.key}`] : [],
    )
  })
  return new Set(names)
}

class Reader {
  readonly files: Record<string, string> = {}
  readonly #folder: string
  readonly #diagnostics: Diagnostics
  readonly #recorded: BesideFiles | undefined

  constructor(file: string, diagnostics: Diagnostics, recorded: BesideFiles | undefined) {
    this.#folder = dirname(file)
    this.#diagnostics = diagnostics
    this.#recorded = recorded
  }

  /** The nearest first: of the scenario's folder, then of those above it, up to the one that hil was started in. */
  defaults(): readonly Node[] {
    return foldersUp(this.#folder).flatMap((up) => {
      const path = join(up, DEFAULTS_FILE)
      const bytes = this.#read(path)
      if (typeof bytes === 'string') return []
      const { root, diagnostics } = parseScenarioText(this.#shown(path), bytes.toString())
      this.#diagnostics.addAll(diagnostics)
      return root === null ? [] : [root]
    })
  }

  /** What a `file:` names, as a value: of JSON and YAML what they say, of CSV a list of maps, else text. */
  value(node: Node): Node {
    const bytes = this.#named(node)
    if (bytes === null) return broken(node)
    const path = String((node as { value?: unknown }).value)
    const shown = this.#shown(path)
    const text = textOf(bytes)
    if (text === null) {
      this.complain(node, `${shown} is not in UTF-8`, 'save it as UTF-8; a payload takes bytes: payload: { file: … }')
      return broken(node)
    }
    if (/\.csv$/i.test(path)) return this.#csv(text, shown, node)
    if (!/\.(json|ya?ml)$/i.test(path)) return scalar(text.replace(/\r?\n$/, ''), node.place)
    const { root, diagnostics } = parseScenarioText(shown, text)
    this.#diagnostics.addAll(diagnostics)
    return root ?? broken(node)
  }

  /** The bytes of a payload, as hex digits. */
  hex(node: Node): Node {
    const bytes = this.#named(node)
    if (bytes === null) return broken(node)
    if (bytes.length <= MAX_PAYLOAD_BYTES) return scalar(bytes.toString('hex'), node.place)
    this.complain(node, `the file has ${bytes.length} bytes, and a payload at most ${MAX_PAYLOAD_BYTES}`, undefined)
    return broken(node)
  }

  complain(node: Node, message: string, hint: string | undefined): void {
    this.#diagnostics.add({ code: 'scenario/file', message, at: node.place, hint })
  }

  #csv(text: string, file: string, node: Node): Node {
    const table = parseCsv(text)
    if (!('wrong' in table)) return csvNode(table.rows, file)
    this.complain(node, `${file}:${table.line}: ${table.wrong}`, 'the first line has the names of the columns')
    return broken(node)
  }

  #named(node: Node): Buffer | null {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '' || node.value.includes('${{')) {
      this.complain(
        node,
        'file takes the path of a file',
        'a path from the folder of the scenario, without expressions',
      )
      return null
    }
    const bytes = this.#read(node.value)
    if (typeof bytes !== 'string') return bytes
    this.complain(node, `the file ${node.value} ${bytes}`, 'paths count from the folder of the scenario')
    return null
  }

  /** Text: why there is none. */
  #read(path: string): Buffer | string {
    const key = normalize(path)
    if (this.#recorded !== undefined) {
      const kept = this.#recorded[key]
      return kept === undefined ? 'is not in the record' : this.#keep(key, Buffer.from(kept, 'base64'))
    }
    try {
      return this.#keep(key, readFileSync(isAbsolute(path) ? path : join(this.#folder, path)))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    }
  }

  #keep(key: string, bytes: Buffer): Buffer {
    this.files[key] = bytes.toString('base64')
    return bytes
  }

  #shown(path: string): string {
    return isAbsolute(path) ? path : normalize(join(this.#folder, path))
  }
}

/** Without a byte order mark; null: it is not UTF-8. */
function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** `.`, `..`, `../..`: from a folder up to the one that hil was started in; outside of that only the folder itself. */
function foldersUp(folder: string): readonly string[] {
  const inside = relative(process.cwd(), folder === '' ? '.' : folder)
  if (inside.startsWith('..') || isAbsolute(inside)) return ['.']
  const depth = inside === '' ? 0 : inside.split(/[\\/]/).length
  return Array.from({ length: depth + 1 }, (_, k) => (k === 0 ? '.' : Array(k).fill('..').join('/')))
}

function inherit(root: Node, defaults: Node, diagnostics: Diagnostics): Node {
  if (root.kind !== 'map' || defaults.kind !== 'map') return root
  const known: readonly string[] = ['version', ...INHERITED]
  for (const { key, keyPlace } of defaults.entries)
    if (!known.includes(key))
      diagnostics.add({
        code: 'scenario/unknown-key',
        message: `${DEFAULTS_FILE} has no key "${key}"`,
        at: keyPlace,
        hint: `it has ${known.join(', ')}`,
      })
  const added = INHERITED.flatMap((key) => {
    const theirs = entryOf(defaults, key)
    const own = entryOf(root, key)
    if (theirs === undefined) return []
    return own === undefined ? [theirs] : [{ ...own, value: joined(key, own.value, theirs.value) }]
  })
  const replaced = new Set(added.map(({ key }) => key))
  return { ...root, entries: [...root.entries.filter(({ key }) => !replaced.has(key)), ...added] }
}

function joined(key: string, own: Node, theirs: Node): Node {
  if (key === 'tags' && own.kind === 'list' && theirs.kind === 'list')
    return { ...own, items: [...theirs.items, ...own.items] }
  if (key !== 'vars' || own.kind !== 'map' || theirs.kind !== 'map') return own
  // Theirs come first, so that own ones may be made of them.
  return {
    ...own,
    entries: [...theirs.entries.filter((entry) => entryOf(own, entry.key) === undefined), ...own.entries],
  }
}

function fill(root: Node, reader: Reader): Node {
  if (root.kind !== 'map') return root
  const entries = root.entries.map((entry): MapEntry => {
    if (entry.key === 'vars' || entry.key === 'matrix') return { ...entry, value: values(entry.value, reader) }
    if (entry.key === 'devices') return { ...entry, value: payloads(contracts(entry.value, reader), reader) }
    if (entry.key === 'steps' || entry.key === 'always' || entry.key === 'fleet')
      return { ...entry, value: payloads(entry.value, reader) }
    return entry
  })
  return entries.every((entry, k) => entry.value === root.entries[k]!.value) ? root : { ...root, entries }
}

/** `NAME: { file: PATH }` */
function values(map: Node, reader: Reader): Node {
  if (map.kind !== 'map') return map
  return {
    ...map,
    entries: map.entries.map((entry) => {
      const path = onlyFile(entry.value)
      return path === undefined ? entry : { ...entry, value: reader.value(path) }
    }),
  }
}

/** `contract: { file: PATH }` of each device. */
function contracts(devices: Node, reader: Reader): Node {
  if (devices.kind !== 'map') return devices
  const entries = devices.entries.map((device): MapEntry => {
    const said = childOf(device.value, 'contract')
    const path = said === undefined ? undefined : onlyFile(said)
    if (path === undefined || device.value.kind !== 'map') return device
    const value = reader.value(path)
    const keys = device.value.entries.map((entry) => (entry.key === 'contract' ? { ...entry, value } : entry))
    return { ...device, value: { ...device.value, entries: keys } }
  })
  return entries.every((entry, k) => entry === devices.entries[k]) ? devices : { ...devices, entries }
}

/** `payload: { file: PATH }` wherever a payload stands, and `file: PATH` in a publish, become hex digits. */
function payloads(node: Node, reader: Reader): Node {
  if (node.kind === 'scalar') return node
  if (node.kind === 'list') {
    const items = node.items.map((item) => payloads(item, reader))
    return items.every((item, k) => item === node.items[k]) ? node : { ...node, items }
  }
  const entries = node.entries.map((entry): MapEntry => {
    const path = entry.key === 'payload' ? onlyFile(entry.value) : undefined
    if (path !== undefined) {
      const hex = { key: 'hex', keyPlace: path.place, value: reader.hex(path) }
      return { ...entry, value: { kind: 'map', entries: [hex], place: entry.value.place } }
    }
    const value = payloads(entry.key === 'publish' ? publishOf(entry.value, reader) : entry.value, reader)
    return value === entry.value ? entry : { ...entry, value }
  })
  return entries.every((entry, k) => entry === node.entries[k]) ? node : { ...node, entries }
}

/** A step's publish, or the list of a fleet's. */
function publishOf(node: Node, reader: Reader): Node {
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => publishOf(item, reader)) }
  if (node.kind !== 'map' || entryOf(node, 'file') === undefined) return node
  const entries = node.entries.map((entry) =>
    entry.key === 'file' ? { ...entry, key: 'hex', value: reader.hex(entry.value) } : entry,
  )
  return { ...node, entries }
}

const onlyFile = (node: Node): Node | undefined =>
  node.kind === 'map' && node.entries.length === 1 ? childOf(node, 'file') : undefined

const scalar = (value: string, place: Place): Node => ({ kind: 'scalar', value, text: value, quoted: true, place })

/** Something of it has been reported: nothing more is said. */
const broken = (node: Node): Node => ({
  kind: 'scalar',
  value: null,
  text: '',
  quoted: false,
  place: node.place,
  broken: true,
})
