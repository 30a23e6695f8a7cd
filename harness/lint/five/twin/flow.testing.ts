// The naive twin's rules of PUBLISH flows of MQTT 5, for both sides: each packet is judged from all that its session saw.

import type { Packet, Publish } from '../../../../emulators/index.ts'
import { idOf } from '../../naive-words.testing.ts'
import { isError, type Seen5, type Side, topicOf } from './words.testing.ts'

/** A packet of a session, the topic of a PUBLISH resolved. */
export interface Item {
  readonly seen: Seen5
  readonly packet: Packet
  /** By this CONNACK a client learns that its server has not the session. */
  readonly isLoss: boolean
}

const outward = (item: Item, type: Packet['type'], id: number): boolean =>
  item.seen.way === 'sent' && item.packet.type === type && idOf(item.packet) === id
const inward = (item: Item, type: Packet['type'], id: number): boolean =>
  item.seen.way === 'received' && item.packet.type === type && idOf(item.packet) === id

export const same = (a: Publish, b: Publish): boolean =>
  a.topic === b.topic && a.qos === b.qos && Buffer.from(a.payload).equals(Buffer.from(b.payload))

interface Message {
  readonly publish: Publish
  readonly connection: string
  readonly from: number
  /** Where it was over: acknowledged, or dropped with its session; absent: it is not. */
  readonly to?: number
  readonly lost?: true
}

/** All messages with this id that this side began to send. */
function messages(id: number, items: readonly Item[]): Message[] {
  const all: Message[] = []
  for (const [k, item] of items.entries()) {
    const last = all.at(-1)
    const open = last !== undefined && last.to === undefined ? last : null
    if (outward(item, 'publish', id) && (item.packet as Publish).qos > 0 && open === null)
      all.push({ publish: item.packet as Publish, connection: item.seen.connection, from: k })
    if (open === null) continue
    const isOver =
      (inward(item, 'puback', id) && open.publish.qos === 1) ||
      inward(item, 'pubcomp', id) ||
      (inward(item, 'pubrec', id) && isError(item.packet))
    if (isOver) all[all.length - 1] = { ...open, to: k }
    else if (item.isLoss && open.connection !== item.seen.connection)
      all[all.length - 1] = { ...open, to: k, lost: true }
  }
  return all
}

export const openMessage = (id: number, items: readonly Item[]): Message | null => {
  const last = messages(id, items).at(-1)
  return last === undefined || last.to !== undefined ? null : last
}

const finished = (id: number, items: readonly Item[]): Message | undefined =>
  messages(id, items).findLast((one) => one.to !== undefined && one.lost !== true)

/** Ids of what a client knew to be under way when this CONNACK told it that the session is gone. */
export const lostAt = (connack: Item, items: readonly Item[]): number[] => {
  const before = items.slice(0, items.indexOf(connack))
  const ids = new Set(before.flatMap(({ packet }) => idOf(packet) ?? []))
  return [...ids].filter((id) => {
    const open = openMessage(id, before)
    return open !== null && open.connection !== connack.seen.connection
  })
}

export function publishes(packet: Publish, on: string, items: readonly Item[], side: Side, whole: boolean): string[] {
  const { packetId: id, qos, dup } = packet
  if (qos === 0) return dup ? ['3.3.1-2'] : []
  if (id === undefined) return []
  const open = openMessage(id, items)
  if (open === null) {
    const before = finished(id, items)
    if (!dup || !whole || (before !== undefined && same(before.publish, packet))) return []
    return [side === 'server' ? '3.3.1-3' : qos === 1 ? '4.3.2-2' : '4.3.3-2']
  }
  const elsewhere = open.connection !== on
  const isSame = same(open.publish, packet)
  if (!isSame || (!dup && !elsewhere)) {
    if (!isSame && dup && elsewhere && side === 'client') return ['4.4.0-1']
    return [side === 'client' ? '2.2.1-3' : '2.2.1-4']
  }
  const found: string[] = []
  if (items.slice(open.from).some((item) => outward(item, 'pubrel', id))) found.push('4.3.3-6')
  if (!elsewhere) found.push('4.4.0-1')
  if (!dup) found.push('3.3.1-1')
  if (elsewhere && outOfOrder(open, on, items)) found.push('4.6.0-1')
  return found
}

/** Something that was sent first later was sent again here already, and this was not. */
function outOfOrder(open: Message, on: string, items: readonly Item[]): boolean {
  const again = items.flatMap((item, k) => {
    const { packet, seen } = item
    if (seen.way !== 'sent' || seen.connection !== on || packet.type !== 'publish' || packet.qos === 0) return []
    const meant = openMessage(packet.packetId!, items.slice(0, k))
    return meant !== null && meant.connection !== on && same(meant.publish, packet)
      ? [{ from: meant.from, id: packet.packetId }]
      : []
  })
  const id = (items[open.from]!.packet as Publish).packetId
  return !again.some((one) => one.id === id) && again.some(({ from }) => from > open.from)
}

/** @param mine what passed on this connection: all that came, and what was sent since its session is known */
export function acknowledges(
  packet: Packet & { readonly packetId: number },
  mine: readonly Seen5[],
  items: readonly Item[],
  side: Side,
  whole: boolean,
): string[] {
  const { packetId: id, type } = packet
  const inOrder = (due: readonly number[], statement: string): string[] =>
    due.indexOf(id) > 0 && side === 'client' ? [statement] : []
  if (type === 'puback' || type === 'pubrec') {
    const [own, other] = type === 'puback' ? ([1, 2] as const) : ([2, 1] as const)
    const due = unanswered(mine, (p) => p.type === 'publish' && p.qos === own, type)
    if (due.includes(id)) return inOrder(due, type === 'puback' ? '4.6.0-2' : '4.6.0-3')
    const others = unanswered(
      mine,
      (p) => p.type === 'publish' && p.qos === other,
      type === 'puback' ? 'pubrec' : 'puback',
    )
    if (others.includes(id)) return ['3.3.4-1']
    return type === 'pubrec' && !whole && incoming(id, items) !== 'none' ? [] : ['2.2.1-5']
  }
  if (type === 'pubcomp') return whole && incoming(id, items) !== 'released' ? ['2.2.1-5'] : []
  const due = unanswered(mine, (p) => p.type === 'pubrec' && !isError(p), 'pubrel')
  if (due.includes(id)) return inOrder(due, '4.6.0-4')
  if (!whole) return []
  const open = openMessage(id, items)
  if (open === null) return finished(id, items)?.publish.qos === 2 ? [] : ['4.3.3-4']
  const went = items.slice(open.from).some((item) => inward(item, 'pubrec', id) || outward(item, 'pubrel', id))
  return went ? [] : ['4.3.3-4']
}

/** Ids of what came here and waits for its answer, oldest first. */
function unanswered(mine: readonly Seen5[], asks: (packet: Packet) => boolean, answer: Packet['type']): number[] {
  const due: number[] = []
  for (const { packet, way } of mine) {
    const id = idOf(packet)
    if (id === undefined) continue
    if (way === 'received' && asks(packet)) due.push(id)
    if (way === 'sent' && packet.type === answer && due.includes(id)) due.splice(due.indexOf(id), 1)
  }
  return due
}

/** What is known of a QoS 2 message with this id that came. */
function incoming(id: number, items: readonly Item[]): 'none' | 'published' | 'released' {
  let state: 'none' | 'published' | 'released' = 'none'
  for (const item of items) {
    const { packet } = item
    if (inward(item, 'publish', id) && (packet as Publish).qos === 2 && state === 'none') state = 'published'
    if (inward(item, 'pubrel', id)) state = 'released'
    if (outward(item, 'pubcomp', id) || (outward(item, 'pubrec', id) && isError(packet))) state = 'none'
  }
  return state
}

/** The packets of a session as items; a PUBLISH has its topic, or none where its alias means none. */
export function itemsOf(
  seen: readonly Seen5[],
  earlier: (one: Seen5) => readonly Seen5[],
  isLoss: (one: Seen5) => boolean = () => false,
): Item[] {
  return seen.flatMap((one): Item[] => {
    const { packet } = one
    if (packet.type !== 'publish' || one.way !== 'sent') return [{ seen: one, packet, isLoss: isLoss(one) }]
    return [{ seen: one, packet: { ...packet, topic: topicOf(packet, earlier(one)) ?? '' }, isLoss: false }]
  })
}
