// Who plays a recorded device in a draft. A client library that we emulate is told to do the same again, when the record
// knows it and it was no program of its own; every other device is replayed.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Connect, clients, type OptionMeaning, type Packet } from '../../../emulators/index.ts'
import { deviceKinds } from '../../devices/index.ts'
import { isSaid, type Recording } from '../../evidence/index.ts'
import { bare, childOf, parseScenarioText } from '../../scenario/index.ts'
import type { Item } from './items.ts'
import { hexOf, readable, type Word } from './words.ts'

export interface DraftDevice {
  /** Under its name. */
  readonly words: Word
  /** The client whose calls its steps are; null: it does everything by itself. */
  readonly calls: string | null
}

/**
 * Either all are told what to do, or none: a replay keeps to the times of the recording, and steps do not.
 * `path`: of the recording, as the scenario will name it.
 */
export function playersOf(
  devices: readonly string[],
  recording: Recording,
  path: string,
): ReadonlyMap<string, DraftDevice> {
  const told = devices.map((device) => {
    const client = clientOf(device, recording)
    const words = client === null ? null : clientWords(client, device, recording)
    return words === null ? null : { words, calls: client }
  })
  const all = told.every((player) => player !== null)
  return new Map(
    devices.map((device, k) => [
      device,
      all ? told[k]! : { words: { use: 'replay', file: path, device }, calls: null },
    ]),
  )
}

/** null: unknown, or one that does what it likes. */
function clientOf(device: string, { header, folder }: Recording): string | null {
  const use = (header.devices as Readonly<Record<string, string>> | undefined)?.[device]
  if (use === undefined || !(Object.hasOwn(clients, use) || use === 'mqttjs')) return null
  const file = join(folder, 'scenario.yaml')
  if (!existsSync(file)) return null
  const { root } = parseScenarioText(file, readFileSync(file, 'utf8'))
  const node = childOf(childOf(root ?? undefined, 'devices'), device)
  const special = ['firmware', 'callback', 'poll', 'version', 'link'].some((key) => childOf(node, key) !== undefined)
  return special ? null : use
}

/** What such a client sends by itself, or because it was called. */
const BY_CALLS: ReadonlySet<string> = new Set([
  ...['connect', 'publish', 'pingreq', 'disconnect'],
  ...['puback', 'pubrec', 'pubrel', 'pubcomp'],
])

/** null: it cannot be told to do this. */
function clientWords(use: string, device: string, { events }: Recording): Word | null {
  const said = events.filter(isSaid).filter((event) => event.device === device)
  const connects = said.flatMap(({ packet }) => (packet.type === 'connect' ? [packet] : []))
  const [connect] = connects
  // A library that gives a user wants the password as well, and no recording has it.
  if (
    connect === undefined ||
    connect.password !== undefined ||
    connects.length > 1 ||
    said.some((event) => event.connection > 1)
  )
    return null
  if (said.some(({ packet }) => !isCallable(packet, use)) || connect.protocolLevel !== 4) return null
  const given = optionsOf(use, device, connect)
  if (given === null) return null
  const text = connect.will === undefined ? undefined : readable(connect.will.payload)
  if (text === null) return null
  const will = connect.will === undefined ? undefined : { ...connect.will, payload: text! }
  return { use, with: Object.keys(given).length === 0 ? undefined : given, will }
}

function isCallable(packet: Packet, use: string): boolean {
  if (packet.type === 'subscribe') return packet.subscriptions.length === 1
  if (packet.type === 'unsubscribe') return use === 'mqttjs' && packet.topics.length === 1
  return BY_CALLS.has(packet.type)
}

function optionsOf(use: string, device: string, connect: Connect): Readonly<Record<string, Word>> | null {
  const options = Object.hasOwn(clients, use)
    ? clients[use as keyof typeof clients].options
    : (deviceKinds[use]?.options ?? [])
  const nameOf = (meaning: OptionMeaning): string | undefined => options.find(({ means }) => means === meaning)?.name
  const wanted: readonly (readonly [OptionMeaning, Word | undefined])[] = [
    ['client id', connect.clientId === device ? undefined : connect.clientId],
    ['keep alive', bare(`${connect.keepalive}s`)],
    ['user name', connect.username],
  ]
  const given: Record<string, Word> = {}
  for (const [meaning, value] of wanted) {
    if (value === undefined) continue
    const name = nameOf(meaning)
    if (name === undefined) return null
    given[name] = value
  }
  return given
}

/** A step that calls a library. */
export interface Call {
  readonly verb: string
  readonly args: Word
}

/** The step that makes a device of calls send this; null: it does so by itself, or it was not the device. */
export function callOf({ event, delivery }: Item, { calls }: DraftDevice): Call | null {
  if (calls === null || event.kind !== 'packet' || event.direction !== 'up' || delivery !== null) return null
  const { packet, device } = event
  const call = (verb: string, args: { readonly [key: string]: Word | undefined }): Call => ({
    verb,
    args: { device, ...args },
  })
  switch (packet.type) {
    case 'connect':
      return packet.clean ? { verb: 'connect', args: device } : call('connect', { clean: false })
    case 'publish': {
      const { topic, qos, retain } = packet
      const text = readable(packet.payload)
      const content = text === null || text.includes('${{') ? hexOf(packet.payload) : { payload: text }
      return call('publish', {
        topic,
        ...(content as object),
        qos: qos === 0 ? undefined : qos,
        retain: retain || undefined,
      })
    }
    case 'subscribe':
      return call('subscribe', { topic: packet.subscriptions[0]?.topic ?? '', qos: packet.subscriptions[0]?.qos })
    case 'unsubscribe':
      return call('unsubscribe', { topic: packet.topics[0] ?? '' })
    case 'pingreq':
      return calls === 'mqttjs' ? null : { verb: 'ping', args: device }
    case 'disconnect':
      return { verb: 'disconnect', args: device }
    default:
      return null
  }
}
