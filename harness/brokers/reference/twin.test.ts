// The reference broker and mosquitto are told the same, where MQTT 5 leaves no choice, and must answer the same. Packets
// are made and read by mqtt-packet. A PINGREQ after each packet says when all of its answers are there.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import mqttPacket, { type Packet as Generated } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { type Broker, brokers } from '../index.ts'
import { needs } from '../needs.testing.ts'

const { skip, why } = await needs('mosquitto')

type Fields = { readonly cmd: string; readonly [name: string]: unknown }
/** Which client sends what; `cut`: its connection is reset. */
type Move = readonly [client: string, what: Fields | 'cut']

const hello = (clientId: string, properties: object = {}, fields: object = {}): Move => [
  clientId,
  {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clientId,
    clean: true,
    keepalive: 0,
    properties,
    ...fields,
  },
]
const subscribe = (client: string, topic: string, options: object = {}, properties: object = {}): Move => [
  client,
  {
    cmd: 'subscribe',
    messageId: 7,
    subscriptions: [{ topic, qos: 0, nl: false, rap: false, rh: 0, ...options }],
    properties,
  },
]
const publish = (client: string, topic: string, payload: string, fields: object = {}): Move => [
  client,
  { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false, ...fields },
]
const sent = (client: string, cmd: string, fields: object = {}): Move => [client, { cmd, ...fields }]

const EXCHANGES: Readonly<Record<string, readonly Move[]>> = {
  'subscription identifiers of overlapping filters': [
    hello('a'),
    subscribe('a', 'x/#', { qos: 1 }, { subscriptionIdentifier: 7 }),
    subscribe('a', 'y', { qos: 2 }, { subscriptionIdentifier: 268_435_455 }),
    publish('a', 'x/1', 'one', { qos: 1, messageId: 3 }),
    publish('a', 'y', 'two', { qos: 2, messageId: 4 }),
    sent('a', 'pubrel', { messageId: 4 }),
  ],
  'a filter that is subscribed to again': [
    hello('a'),
    publish('a', 't', 'kept', { retain: true, qos: 1, messageId: 1 }),
    subscribe('a', 't', { qos: 0, rh: 1 }, { subscriptionIdentifier: 1 }),
    subscribe('a', 't', { qos: 1, rh: 1 }, { subscriptionIdentifier: 2 }),
    subscribe('a', 't', { qos: 1, rh: 0 }),
    subscribe('a', 't', { qos: 1, rh: 2 }),
    publish('a', 't', 'live', { qos: 1, messageId: 2 }),
  ],
  'no local and retain as published': [
    hello('a'),
    hello('b'),
    subscribe('a', 't', { nl: true, rap: true }),
    subscribe('b', 't', { rap: true }),
    publish('a', 't', 'x', { retain: true }),
    publish('b', 't', 'y', { retain: true }),
    publish('b', 't', 'z'),
    sent('a', 'pingreq'),
    sent('b', 'pingreq'),
  ],
  'properties of a message': [
    hello('a'),
    subscribe('a', 't'),
    publish('a', 't', 'x', {
      properties: {
        payloadFormatIndicator: true,
        contentType: 'text/ä',
        responseTopic: 'answers/1',
        correlationData: Buffer.from([0, 255, 0]),
        userProperties: { b: ['1', '2'], a: '' },
      },
    }),
    publish('a', 't', 'y'),
  ],
  'topic aliases of a client': [
    hello('a'),
    subscribe('a', '#'),
    publish('a', 'one', '1', { properties: { topicAlias: 1 } }),
    publish('a', 'two', '2', { properties: { topicAlias: 10 } }),
    publish('a', '', '3', { properties: { topicAlias: 1 } }),
    publish('a', 'three', '4', { properties: { topicAlias: 1 } }),
    publish('a', '', '5', { properties: { topicAlias: 1 } }),
  ],
  'codes of UNSUBACK': [
    hello('a'),
    subscribe('a', 'b'),
    sent('a', 'unsubscribe', { messageId: 9, unsubscriptions: ['a', 'b', 'b/#'] }),
    publish('a', 'b', 'x'),
    sent('a', 'pingreq'),
  ],
  'a session that goes on': [
    hello('a', { sessionExpiryInterval: 60 }),
    subscribe('a', 't', { qos: 1 }, { subscriptionIdentifier: 5 }),
    ['a', 'cut'],
    hello('b'),
    publish('b', 't', 'waits', { qos: 1, messageId: 1, properties: { userProperties: { k: 'v' } } }),
    hello('a', { sessionExpiryInterval: 60 }, { clean: false }),
    sent('a', 'disconnect', { reasonCode: 0, properties: { sessionExpiryInterval: 0 } }),
    hello('a', {}, { clean: false }),
  ],
  'a receive maximum of one': [
    hello('a', { receiveMaximum: 1 }),
    hello('b'),
    subscribe('a', 't', { qos: 2 }),
    publish('b', 't', '1', { qos: 1, messageId: 1 }),
    publish('b', 't', '2', { qos: 2, messageId: 2 }),
    sent('b', 'pubrel', { messageId: 2 }),
    sent('a', 'pingreq'),
    sent('a', 'puback', { messageId: 1 }),
    sent('a', 'pubrec', { messageId: 2 }),
    sent('a', 'pubcomp', { messageId: 2 }),
    sent('a', 'pingreq'),
  ],
  'a shared subscription of one': [
    hello('a'),
    subscribe('a', '$share/g/t', { qos: 1 }),
    publish('a', 't', 'kept', { qos: 2, messageId: 1, retain: true }),
    sent('a', 'pubrel', { messageId: 1 }),
    sent('a', 'pingreq'),
  ],
  'a will of a client that leaves with one': [
    hello('watch'),
    subscribe('watch', 'w'),
    hello(
      'a',
      {},
      { will: { topic: 'w', payload: Buffer.from('gone'), qos: 0, retain: false, properties: { contentType: 'c' } } },
    ),
    sent('a', 'disconnect', { reasonCode: 4 }),
    sent('watch', 'pingreq'),
  ],
}

/** What a broker says is its own choice. */
const OWN: readonly string[] = [
  'topicAliasMaximum',
  'receiveMaximum',
  'maximumPacketSize',
  'retainAvailable',
  'reasonString',
  'serverKeepAlive',
]

class Speaker {
  readonly got: Record<string, unknown>[] = []
  readonly socket: Socket
  #answered: () => void = () => {}

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const parser = mqttPacket.parser({ protocolVersion: 5 })
    parser.on('packet', (packet) => {
      if (packet.cmd === 'pingresp') this.#answered()
      else this.got.push(plain(packet))
    })
    this.socket.on('data', (bytes) => parser.parse(bytes))
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.#answered()
    })
  }

  async say(fields: Fields): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve
    })
    this.socket.write(mqttPacket.generate(fields as unknown as Generated, { protocolVersion: 5 }))
    if (fields.cmd !== 'disconnect' && fields.cmd !== 'pingreq')
      this.socket.write(mqttPacket.generate({ cmd: 'pingreq' }))
    await answered
  }
}

/** Without what mqtt-packet remembers of the bytes, and what is the broker's choice. */
function plain(packet: Generated): Record<string, unknown> {
  const { length: _, topic, payload, properties = {}, ...fields } = packet as never as Record<string, never>
  const kept = Object.entries(properties).filter(([name]) => !OWN.includes(name))
  // That nobody is subscribed need not be told.
  if (fields.reasonCode === 0x10) Object.assign(fields, { reasonCode: 0 })
  return JSON.parse(
    JSON.stringify({ ...fields, topic, payload: payload && String(payload), properties: Object.fromEntries(kept) }),
  )
}

async function play({ port }: Broker, moves: readonly Move[]): Promise<unknown> {
  const all: (readonly [string, Speaker])[] = []
  const of = (name: string): Speaker => all.findLast(([one]) => one === name)![1]
  for (const [name, what] of moves) {
    if (what === 'cut') {
      const { socket } = of(name)
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
      continue
    }
    if (what.cmd === 'connect') all.push([name, new Speaker(port)])
    await of(name).say(what)
  }
  // Those who were cut off by the broker hear of it before their end.
  for (const [name, speaker] of all)
    if (of(name) !== speaker && !speaker.socket.destroyed) await once(speaker.socket, 'close')
  for (const [, { socket }] of all) socket.destroy()
  // Messages may overtake what acknowledges others.
  return all.map(([name, { got }]) => ({
    name,
    messages: got.filter(({ cmd }) => cmd === 'publish'),
    answers: got.filter(({ cmd }) => cmd !== 'publish'),
  }))
}

describe.skipIf(skip)(`the reference broker answers as mosquitto does${why}`, () => {
  it.each(Object.entries(EXCHANGES))('%s', async (_, moves) => {
    await using mosquitto = await brokers.mosquitto.open()
    await using reference = await brokers.reference.open({ ownAliases: 0 })
    const answers = await play(reference, moves)
    expect(answers).toEqual(await play(mosquitto, moves))
    expect(JSON.stringify(answers)).toContain('connack')
  })
})
