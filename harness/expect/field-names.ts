// The names of an event's fields, for `save`.

import { PROPERTIES } from '../../emulators/index.ts'
import type { FactKind } from '../evidence/index.ts'
import { FIELDS_OF } from './packet-types.ts'

const OF_PACKETS = ['type', 'flags', 'length', 'connection', 'level', 'delivered', 'at', 'by', 'hex']

const NAMES: Partial<Readonly<Record<FactKind, readonly string[]>>> = {
  message: ['topic', 'payload', 'qos', 'retain', 'dup', 'properties'],
  socket: ['device', 'change', 'by', 'connection', 'detail', 'serverName', 'ends'],
  upgrade: ['device', 'direction', 'connection', 'subprotocols', 'path', 'status'],
  frame: ['device', 'direction', 'connection', 'opcode', 'final', 'length', 'code', 'delivered', 'by'],
  call: ['device', 'id', 'method', 'state', 'value', 'error', 'detail'],
  serial: ['device', 'line', 'stream'],
  signal: ['device', 'signal', 'value', 'by'],
  device: ['device', 'change', 'detail', 'cause', 'as'],
  exit: ['device', 'code', 'signal'],
  violation: ['device', 'by', 'statement', 'what', 'of'],
  fleet: ['group', 'devices', 'connected', 'connecting', 'off', 'ended', 'reconnects'],
}

/** Of the events that a matcher of this kind finds with these fields. */
export function fieldNames(kind: FactKind, fields: unknown): readonly string[] {
  if (kind !== 'packet') return NAMES[kind] ?? []
  const { type } = fields as { readonly type?: string }
  const own = type === undefined ? Object.values(FIELDS_OF).flat() : (FIELDS_OF[type] ?? [])
  return [...own.filter((name) => name !== 'hex'), ...OF_PACKETS]
}

const OF_WILLS = ['topic', 'payload', 'qos', 'retain', 'properties']

/** The part of a dotted path that a field with names of its own has not, such as a property that there is not; null: none. */
export function unknownPart(path: string): { readonly part: string; readonly known: readonly string[] } | null {
  let known: readonly string[] | undefined
  for (const part of path.split('.')) {
    if (known !== undefined && !known.includes(part)) return { part, known }
    const isMap = part === 'properties' && (known === undefined || known === OF_WILLS)
    if (isMap) known = Object.keys(PROPERTIES)
    else if (part === 'will' && known === undefined) known = OF_WILLS
    else return null
  }
  return null
}
