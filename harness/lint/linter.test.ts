// Each lint is shown the packet that breaks it, and the closest one that does not.

import { describe, expect, test } from 'vitest'
import { Decoder, encode, type Instant, type Sendable } from '../../emulators/index.ts'
import type { Event, PacketEvent } from '../evidence/index.ts'
import { Linter } from './index.ts'

/** `up`/`down`, on which connection, what; or the end of a connection, after some ms. */
type Line =
  | readonly ['up' | 'down', Sendable | string, Partial<PacketEvent>?]
  | readonly ['after', number]
  | readonly ['end', number?]

function lint(lines: readonly Line[]): string[] {
  const linter = new Linter()
  let at = 0
  return lines.flatMap(([what, said, rest], seq) => {
    if (what === 'after') {
      at += said as number
      return []
    }
    const stamp = { at: at as Instant, seq }
    const event: Event =
      what === 'end'
        ? { kind: 'socket', device: 'd', change: 'closed', by: 'broker', connection: (said as number) ?? 1, ...stamp }
        : { ...packetOf(what, said as Sendable | string), ...rest, ...stamp }
    return linter.observe(event).map(({ by, statement }) => `${by} ${statement}`)
  })
}

function packetOf(direction: 'up' | 'down', said: Sendable | string): PacketEvent {
  const bytes = typeof said === 'string' ? Buffer.from(said.replace(/\s/g, ''), 'hex') : encode(said)
  const decoded = new Decoder().push(bytes)[0]!
  return { kind: 'packet', device: 'd', direction, connection: 1, ...decoded, delivered: true }
}

const connect = (rest: object = {}): Line => ['up', { type: 'connect', clientId: 'c', clean: true, ...rest }]
const connack = (rest: object = {}): Line => ['down', { type: 'connack', ...rest }]
const on = (connection: number, [way, said]: Line): Line => [way as 'up', said as Sendable, { connection }]
const open: readonly Line[] = [connect(), connack()]
const lasting: readonly Line[] = [connect({ clean: false }), connack()]
const again = (sessionPresent = true): readonly Line[] => [
  on(2, connect({ clean: false })),
  on(2, connack({ sessionPresent })),
]
const text = (said: string): Uint8Array => new TextEncoder().encode(said)
const publish = (way: 'up' | 'down', packetId: number, qos: 1 | 2, rest: object = {}): Line => [
  way,
  { type: 'publish', topic: 't', payload: text('x'), qos, packetId, ...rest },
]
const ack = (
  way: 'up' | 'down',
  type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback',
  packetId: number,
): Line => [way, { type, packetId }]
const subscribe = (packetId: number, topic = 't', qos = 2): Line => [
  'up',
  { type: 'subscribe', packetId, subscriptions: [{ topic, qos }] },
]
const suback = (packetId: number, granted: number[]): Line => ['down', { type: 'suback', packetId, granted }]
const subscribed: readonly Line[] = [...open, subscribe(9), suback(9, [2])]

const CASES: readonly (readonly [what: string, lines: readonly Line[], found: readonly string[]])[] = [
  // The client, and what it may do.
  ['another packet first', [publish('up', 1, 1)], ['device MQTT-3.1.0-1']],
  ['a second CONNECT', [...open, connect()], ['device MQTT-3.1.0-2']],
  ['an empty id without clean session', [['up', '10 0c 0004 4d515454 04 00 0000 0000']], ['device MQTT-3.1.3-7']],
  ['an empty id with it', [connect({ clientId: '' }), connack()], []],
  [
    'an id that is in use',
    [...open, publish('up', 1, 1), publish('up', 1, 1, { topic: 'u' })],
    ['device MQTT-2.3.1-2'],
  ],
  ['an id that was acknowledged', [...open, publish('up', 1, 1), ack('down', 'puback', 1), publish('up', 1, 1)], []],
  ['an id of a SUBSCRIBE', [...open, subscribe(1), publish('up', 1, 1)], ['device MQTT-2.3.1-2']],
  ['two SUBSCRIBEs with one id', [...open, subscribe(1), subscribe(1, 'u')], ['device MQTT-2.3.1-2']],
  ['a SUBSCRIBE with the id of a PUBLISH', [...open, publish('up', 1, 2), subscribe(1)], ['device MQTT-2.3.1-2']],
  ['QoS 0 with DUP', [...open, ['up', '38 03 0001 74']], ['device MQTT-3.3.1-2']],
  ['DUP the first time', [...open, publish('up', 1, 1, { dup: true })], ['device MQTT-4.3.2-1']],
  ['DUP the first time, QoS 2', [...open, publish('up', 1, 2, { dup: true })], ['device MQTT-4.3.3-1']],
  ['sent again with DUP', [...lasting, publish('up', 1, 1), ...again(), on(2, publish('up', 1, 1, { dup: true }))], []],
  [
    'sent again without',
    [...lasting, publish('up', 1, 1), ...again(), on(2, publish('up', 1, 1))],
    ['device MQTT-3.3.1-1'],
  ],
  [
    'sent again at another QoS',
    [...lasting, publish('up', 1, 2), ...again(), on(2, publish('up', 1, 1, { dup: true }))],
    ['device MQTT-4.4.0-1'],
  ],
  ['the session is gone', [...lasting, publish('up', 1, 1), ...again(false), on(2, publish('up', 1, 1))], []],
  [
    'sent again in another order',
    [
      ...lasting,
      publish('up', 1, 1),
      publish('up', 2, 1),
      ...again(),
      on(2, publish('up', 2, 1, { dup: true })),
      on(2, publish('up', 1, 1, { dup: true })),
    ],
    ['device MQTT-4.6.0-1'],
  ],
  ['PUBREL before PUBREC', [...open, publish('up', 1, 2), ack('up', 'pubrel', 1)], ['device MQTT-4.3.3-1']],
  ['PUBREL after it', [...open, publish('up', 1, 2), ack('down', 'pubrec', 1), ack('up', 'pubrel', 1)], []],
  [
    'PUBLISH after PUBREL',
    [
      ...open,
      publish('up', 1, 2),
      ack('down', 'pubrec', 1),
      ack('up', 'pubrel', 1),
      publish('up', 1, 2, { dup: true }),
    ],
    ['device MQTT-4.3.3-1'],
  ],
  [
    'PUBRELs in another order',
    [
      ...open,
      publish('up', 1, 2),
      publish('up', 2, 2),
      ack('down', 'pubrec', 1),
      ack('down', 'pubrec', 2),
      ack('up', 'pubrel', 2),
    ],
    ['device MQTT-4.6.0-4'],
  ],
  ['PUBACK of another id', [...subscribed, publish('down', 7, 1), ack('up', 'puback', 8)], ['device MQTT-2.3.1-6']],
  [
    'PUBACK twice',
    [...subscribed, publish('down', 7, 1), ack('up', 'puback', 7), ack('up', 'puback', 7)],
    ['device MQTT-2.3.1-6'],
  ],
  ['PUBACK for QoS 2', [...subscribed, publish('down', 7, 2), ack('up', 'puback', 7)], ['device MQTT-3.3.4-1']],
  [
    'PUBREC twice',
    [...subscribed, publish('down', 7, 2), ack('up', 'pubrec', 7), ack('up', 'pubrec', 7)],
    ['device MQTT-2.3.1-6'],
  ],
  [
    'PUBREC for each repetition',
    [
      ...subscribed,
      publish('down', 7, 2),
      ack('up', 'pubrec', 7),
      publish('down', 7, 2, { dup: true }),
      ack('up', 'pubrec', 7),
    ],
    [],
  ],
  ['PUBREC for QoS 1', [...subscribed, publish('down', 7, 1), ack('up', 'pubrec', 7)], ['device MQTT-3.3.4-1']],
  [
    'PUBACKs in another order',
    [...subscribed, publish('down', 7, 1), publish('down', 8, 1), ack('up', 'puback', 8)],
    ['device MQTT-4.6.0-2'],
  ],
  [
    'PUBRECs in another order',
    [...subscribed, publish('down', 7, 2), publish('down', 8, 2), ack('up', 'pubrec', 8)],
    ['device MQTT-4.6.0-3'],
  ],
  [
    'PUBCOMP without PUBREL',
    [...subscribed, publish('down', 7, 2), ack('up', 'pubrec', 7), ack('up', 'pubcomp', 7)],
    ['device MQTT-2.3.1-6'],
  ],
  [
    'something after DISCONNECT',
    [...open, ['up', { type: 'disconnect' }], ['up', { type: 'pingreq' }]],
    ['device MQTT-3.14.4-2'],
  ],
  ['a SUBACK from a client', [...open, ['up', { type: 'suback', packetId: 1, granted: [0] }]], ['device MQTT-4.8.0-1']],
  ['QoS bits 11', [...open, ['up', '36 05 0001 74 0001']], ['device MQTT-3.3.1-4']],
  [
    'silence beyond the keep alive',
    [connect({ keepalive: 1 }), connack(), ['after', 1200], ['up', { type: 'pingreq' }]],
    ['device MQTT-3.1.2-23'],
  ],
  ['a ping in time', [connect({ keepalive: 1 }), connack(), ['after', 990], ['up', { type: 'pingreq' }]], []],
  ['silence until the end', [connect({ keepalive: 1 }), connack(), ['after', 1600], ['end']], ['device MQTT-3.1.2-23']],
  [
    'silence after DISCONNECT',
    [connect({ keepalive: 1 }), ['up', { type: 'disconnect' }], ['after', 9000], ['end']],
    [],
  ],
  ['no keep alive', [connect(), connack(), ['after', 90_000], ['end']], []],
  // The server.
  [
    'PINGRESP before CONNACK',
    [connect(), ['down', { type: 'pingresp' }]],
    ['broker MQTT-3.2.0-1', 'broker MQTT-3.12.4-1'],
  ],
  ['a second CONNACK', [...open, connack()], ['broker MQTT-3.2.0-1']],
  ['session present with clean session', [connect(), connack({ sessionPresent: true })], ['broker MQTT-3.2.2-1']],
  [
    'session present with a refusal',
    [connect(), connack({ sessionPresent: true, returnCode: 5 })],
    ['broker MQTT-3.2.2-4'],
  ],
  [
    'something after a refusal',
    [connect(), connack({ returnCode: 5 }), ['down', { type: 'pingresp' }]],
    ['broker MQTT-3.2.2-5', 'broker MQTT-3.12.4-1'],
  ],
  ['a clean session that lasts', [...open, ...again()], ['broker MQTT-3.1.2-6']],
  [
    'PINGRESP twice',
    [...open, ['up', { type: 'pingreq' }], ['down', { type: 'pingresp' }], ['down', { type: 'pingresp' }]],
    ['broker MQTT-3.12.4-1'],
  ],
  ['SUBACK of another id', [...open, subscribe(1), suback(2, [0])], ['broker MQTT-3.8.4-2']],
  ['SUBACK with too many codes', [...open, subscribe(1), suback(1, [0, 0])], ['broker MQTT-3.8.4-5']],
  ['SUBACK with code 3', [...open, subscribe(1), ['down', '90 03 0001 03']], ['broker MQTT-3.9.3-2']],
  [
    'UNSUBACK of another id',
    [...open, ['up', { type: 'unsubscribe', packetId: 1, topics: ['t'] }], ack('down', 'unsuback', 2)],
    ['broker MQTT-3.10.4-4'],
  ],
  ['PUBACK of another id', [...open, publish('up', 1, 1), ack('down', 'puback', 256)], ['broker MQTT-2.3.1-6']],
  [
    'PUBACKs in any order',
    [...open, publish('up', 1, 1), publish('up', 2, 1), ack('down', 'puback', 2), ack('down', 'puback', 1)],
    [],
  ],
  ['PUBCOMP without PUBREL', [...open, publish('up', 1, 2), ack('down', 'pubcomp', 1)], ['broker MQTT-2.3.1-6']],
  [
    'an id in use',
    [...subscribed, publish('down', 1, 1), publish('down', 1, 1, { payload: text('y') })],
    ['broker MQTT-2.3.1-4'],
  ],
  ['DUP the first time', [...subscribed, publish('down', 1, 1, { dup: true })], ['broker MQTT-3.3.1-3']],
  ['a topic nobody asked for', [...subscribed, ['down', { type: 'publish', topic: 'u' }]], ['broker MQTT-3.3.2-3']],
  [
    'more QoS than was asked for',
    [...open, subscribe(9, 't', 1), suback(9, [1]), publish('down', 1, 2)],
    ['broker MQTT-3.8.4-6'],
  ],
  [
    'RETAIN twice for one subscription',
    [...subscribed, publish('down', 1, 1, { retain: true }), publish('down', 2, 1, { retain: true })],
    ['broker MQTT-3.3.1-9'],
  ],
  [
    'RETAIN again for a second',
    [
      ...subscribed,
      publish('down', 1, 1, { retain: true }),
      subscribe(10),
      suback(10, [2]),
      publish('down', 2, 1, { retain: true }),
    ],
    [],
  ],
  ['a message before its SUBACK', [...open, subscribe(9), publish('down', 1, 1), suback(9, [2])], []],
  ['a packet of a client', [...open, ['down', { type: 'pingreq' }]], ['broker MQTT-4.8.0-1']],
]

describe('a lint finds', () => {
  test.each(CASES)('%s', (_, lines, found) => {
    expect(lint(lines)).toEqual(found)
  })
})

test('nothing in a session that goes on over a lost connection', () => {
  const lines: Line[] = [
    ...lasting,
    subscribe(1),
    suback(1, [2]),
    publish('down', 1, 1),
    publish('down', 2, 2),
    ack('up', 'pubrec', 2),
    ['end'],
    ...again(),
    on(2, publish('down', 1, 1, { dup: true })),
    on(2, ack('down', 'pubrel', 2)),
    on(2, ack('up', 'puback', 1)),
    on(2, ack('up', 'pubcomp', 2)),
    // Lost with the first connection, before the link could see it.
    on(2, publish('down', 3, 1, { dup: true })),
  ]
  expect(lint(lines)).toEqual([])
})

test('nothing about a session that is older than the record', () => {
  const lines: Line[] = [
    connect({ clean: false }),
    connack({ sessionPresent: true }),
    publish('down', 1, 1, { dup: true }),
    ack('down', 'pubrel', 5),
    ack('up', 'pubcomp', 5),
  ]
  expect(lint(lines)).toEqual([])
})

test('nothing about a level that nobody knows', () => {
  expect(
    lint([
      ['up', '10 0d 0004 4d515454 09 02 0000 0001 63'],
      ['down', { type: 'pingresp' }],
    ]),
  ).toEqual([])
})

test('a packet that the network swallowed was sent by the one and not received by the other', () => {
  const lost: Line = ['up', { type: 'publish', topic: 't', qos: 1, packetId: 1 }, { delivered: false }]
  expect(lint([...open, lost, ack('down', 'puback', 1)])).toEqual(['broker MQTT-2.3.1-6'])
})
