// A MiniMQTT on a scripted board, for its tests. The board's OSErrors have their errno, as on real
// ones and unlike in the recordings.

import type { PyValue } from '../../board.ts'
import type { FeedEntry, ScriptedConnection } from '../../drive/peer.ts'
import { ScriptedBoard } from '../../drive/scripted.ts'
import type { ClientHooks, EmulatedClient } from '../client.ts'
import { minimqtt } from './minimqtt.ts'

export const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))
export const data = (...parts: string[]): FeedEntry[] => parts.map((hex) => ({ data: bytes(hex) }))
export const feed = (...entries: FeedEntry[]): ScriptedConnection => ({ feed: entries })
export const gaps = (count: number): FeedEntry[] => Array.from({ length: count }, () => ({ gap: true }) as const)
export const CONNACK = '20020000'
export const CONNECT_SENDS = 4

interface More {
  readonly hooks?: (c: () => EmulatedClient) => ClientHooks
  readonly options?: Record<string, PyValue>
}

export function rig(connections: ScriptedConnection[], more: More = {}) {
  const board = new ScriptedBoard({ connections })
  const events: unknown[] = []
  const hooks: ClientHooks = more.hooks?.(() => client) ?? {
    *onMessage(topic, payload, callback) {
      const told = [Buffer.from(topic).toString(), Buffer.from(payload).toString()]
      events.push(callback === undefined ? told : [...told, callback])
    },
    *onEvent(name, args) {
      events.push([name, ...args])
    },
  }
  const client = minimqtt.create({ broker: 'h', client_id: 'x', ...more.options }, hooks)
  const called = (method: string, args: readonly PyValue[], kwargs: Record<string, PyValue> = {}): unknown => {
    const end = board.run(client.call(method, args, kwargs))
    if (end.kind === 'returned') return end.value
    return end.kind === 'raised' ? [end.error.type, ...end.error.args] : end.kind
  }
  return {
    board,
    client,
    events,
    called,
    call: (method: string, ...args: PyValue[]): unknown => called(method, args),
    sends: (from = 0) =>
      board.trace
        .filter(([kind]) => kind === 'send')
        .map(([, hex]) => hex)
        .slice(from),
    kinds: () => board.trace.map(([kind]) => kind).join(' '),
  }
}

/** Connected, with what else the peer sends. */
export function connected(entries: FeedEntry[], more: More = {}) {
  const it = rig([feed(...data(CONNACK), ...entries)], more)
  it.call('connect')
  it.events.splice(0)
  return it
}

/** With whatever text. */
export const raises = (type: string): readonly unknown[] => [type, { asymmetricMatch: () => true }]
export const mmqtt = (text: string, code: number | null = null) => ['MMQTTException', text, code]
