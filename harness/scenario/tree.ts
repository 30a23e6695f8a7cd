// A scenario's text as a tree in which every key and value knows its place. A scalar keeps how it
// was written, because `1.10`, `0x10` and "1" are told apart by that and not by their values.

import type { Place } from '../../emulators/index.ts'

export interface MapEntry {
  readonly key: string
  readonly keyPlace: Place
  readonly value: Node
}

export interface MapNode {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
  readonly place: Place
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly Node[]
  readonly place: Place
}

export type ScalarValue = string | number | boolean | null

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly value: ScalarValue
  /** As written: with its quotes, or the `|` of a block. */
  readonly text: string
  /** Quoted or a block: text whatever it looks like. */
  readonly quoted: boolean
  readonly place: Place
  /** Where `text` stands, when this is the use of an alias and `place` is the `*name`. */
  readonly written?: Place
  /** The outcome of an expression: never interpolated again, whatever text came out. */
  readonly computed?: boolean
  /** Stands for something that could not be read, which has been reported: nothing more is said about it. */
  readonly broken?: boolean
}

export type Node = MapNode | ListNode | ScalarNode

/** An assignment to `__proto__` would set what the object inherits from. */
const define = (plain: object, key: string, value: unknown): void =>
  void Object.defineProperty(plain, key, { value, enumerable: true, configurable: true, writable: true })

/** As JSON would have it. `instead` gives other values for some scalars. */
export function toPlain(node: Node, instead?: ReadonlyMap<ScalarNode, unknown>): unknown {
  switch (node.kind) {
    case 'scalar':
      return instead?.has(node) ? instead.get(node) : node.value
    case 'list':
      return node.items.map((item) => toPlain(item, instead))
    case 'map': {
      const plain: Record<string, unknown> = {}
      for (const { key, value } of node.entries)
        if (key === '__proto__') define(plain, key, toPlain(value, instead))
        else plain[key] = toPlain(value, instead)
      return plain
    }
  }
}

export const entryOf = (node: Node | undefined, key: string): MapEntry | undefined =>
  node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined

export const childOf = (node: Node | undefined, key: string): Node | undefined => entryOf(node, key)?.value

export interface Found {
  /** The node at the path, or the nearest one above it that exists. */
  readonly node: Node
  /** How many steps of the path exist. */
  readonly depth: number
}

export function nodeAt(root: Node, path: readonly PropertyKey[]): Found {
  let node = root
  let depth = 0
  for (const step of path) {
    const next = node.kind === 'list' ? node.items[Number(step)] : childOf(node, String(step))
    if (next === undefined) break
    node = next
    depth++
  }
  return { node, depth }
}

/** What a complaint about the whole of a node points at: for a map its first key. */
/** Where the text `value` stands in a node, under `key` when one is given; else the node's head. */
export function placeOf(node: Node, value: string, key?: string): Place {
  const found = findScalar(node, value, key, key === undefined)
  return found?.place ?? headPlace(node)
}

function findScalar(node: Node, value: string, key: string | undefined, under: boolean): ScalarNode | undefined {
  if (node.kind === 'scalar') return under && String(node.value) === value ? node : undefined
  const below = node.kind === 'list' ? node.items.map((item) => [item, under] as const) : []
  const entries = node.kind === 'map' ? node.entries.map((e) => [e.value, under || e.key === key] as const) : below
  for (const [child, inside] of entries) {
    const found = findScalar(child, value, key, inside)
    if (found !== undefined) return found
  }
  return undefined
}

export const headPlace = (node: Node): Place =>
  node.kind === 'map' ? (node.entries[0]?.keyPlace ?? node.place) : node.place

/** The place of `length` characters at `offset` of a scalar's *value*, found again in what was written. */
export function placeInScalar(node: ScalarNode, offset: number, length = 1): Place {
  if (typeof node.value !== 'string' || node.computed) return node.place
  const base = node.written ?? node.place
  const from = writtenOffset(node, offset)
  const to = Math.max(from, writtenOffset(node, offset + length))
  const before = node.text.slice(0, from)
  const newline = before.lastIndexOf('\n')
  const lines = before.split('\n').length - 1
  const [onLine = ''] = node.text.slice(from, to).split('\n')
  return {
    file: base.file,
    line: base.line + lines,
    column: newline < 0 ? base.column + from : from - newline,
    length: Math.max(1, onLine.length),
  }
}

/** Walks value and written text side by side: escapes and doubled quotes are longer than what they mean. */
function writtenOffset(node: ScalarNode, offset: number): number {
  const { text } = node
  const value = String(node.value)
  const quote = node.quoted ? text[0] : undefined
  let at = 0
  if (quote === '"' || quote === "'") at = 1
  else if (node.quoted) at = Math.max(0, text.indexOf('\n') + 1)
  for (let i = 0; i < offset && at < text.length; ) {
    const char = text[at]!
    if (quote === '"' && char === '\\') {
      const sequence = /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n\s*|[\s\S])/.exec(
        text.slice(at, at + 200),
      )
      at += sequence?.[0].length ?? 1
      if (!/^\\\r?\n/.test(sequence?.[0] ?? '')) i += (value.codePointAt(i) ?? 0) > 0xffff ? 2 : 1
    } else if (quote === "'" && char === "'") {
      at += 2
      i++
    } else if (char === value[i]) {
      at++
      i++
    } else if (/\s/.test(char)) {
      at++ // indentation, or the rest of a fold
    } else {
      i++ // a fold's space that was a newline, already passed
    }
  }
  // Where the value goes on after a fold or at the start of a block's line, step over the indentation.
  while (at < text.length && /\s/.test(text[at]!) && value[offset] !== undefined && !/\s/.test(value[offset]!)) at++
  return at
}

/** All scalars of a tree, in their order. */
export function scalarsOf(node: Node): readonly ScalarNode[] {
  if (node.kind === 'scalar') return [node]
  if (node.kind === 'list') return node.items.flatMap(scalarsOf)
  return node.entries.flatMap(({ value }) => scalarsOf(value))
}
