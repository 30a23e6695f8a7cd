// Each lint of MQTT 5 is shown the packet that breaks it, and the closest one that does not.

import { describe, expect, test } from 'vitest'
import { Decoder, Dialect, type Instant } from '../../../emulators/index.ts'
import type { Event } from '../../evidence/index.ts'
import { encodePacket, type PacketFields } from '../../packets/index.ts'
import { Linter } from '../index.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Fields with text where bytes go. */
type Said = Omit<Partial<PacketFields>, 'topic' | 'clientId' | 'payload' | 'will'> & {
  readonly type: PacketFields['type']
  readonly topic?: string | readonly string[]
  readonly clientId?: string
  readonly payload?: string
  readonly will?: object
}
/** `up`/`down`, what, on which connection; a time that passes, ms; the end of a connection; another event. */
type Line =
  | readonly ['up' | 'down', Said, number?]
  | readonly ['after', number]
  | readonly ['end', 'device' | 'broker', number?]
  | readonly ['event', object]

const bytesOf = ({ topic, clientId, payload, will, ...rest }: Said): Uint8Array =>
  encodePacket(
    {
      ...rest,
      ...(topic === undefined ? {} : { topic: typeof topic === 'string' ? utf8(topic) : topic.map(utf8) }),
      ...(clientId === undefined ? {} : { clientId: utf8(clientId) }),
      ...(payload === undefined ? {} : { payload: utf8(payload) }),
      ...(will === undefined ? {} : { will: will as never }),
    } as PacketFields,
    5,
  )

/** This process did nothing for so many ms. */
const stalled = (ms: number): Line => ['event', { kind: 'lag', stalled: ms }]

function lint(lines: readonly Line[]): string[] {
  const linter = new Linter()
  let at = 0
  return lines.flatMap(([what, said, rest], seq) => {
    const stamp = { at: at as Instant, seq }
    switch (what) {
      case 'after':
        at += said
        return []
      case 'end':
        return observe(linter, {
          kind: 'socket',
          device: 'd',
          change: 'closed',
          by: said,
          connection: rest ?? 1,
          ...stamp,
        })
      case 'event':
        return observe(linter, { ...(said as Event), ...stamp })
      default: {
        const dialect = new Dialect()
        dialect.level = 5
        const decoded = new Decoder(dialect).push(bytesOf(said))[0]!
        const connection = rest ?? 1
        return observe(linter, {
          kind: 'packet',
          device: 'd',
          direction: what,
          connection,
          level: 5,
          ...decoded,
          delivered: true,
          ...stamp,
        })
      }
    }
  })
}

const observe = (linter: Linter, event: Event): string[] =>
  linter.observe(event).map(({ by, statement }) => `${by} ${statement}`)

const connect = (properties: object = {}, rest: object = {}): Line => [
  'up',
  { type: 'connect', clientId: 'c', properties, ...rest },
]
const connack = (properties: object = {}, rest: object = {}): Line => ['down', { type: 'connack', properties, ...rest }]
const open: readonly Line[] = [connect(), connack()]
const given = (client: object, server: object): readonly Line[] => [connect(client), connack(server)]
const publish = (way: 'up' | 'down', id: number, rest: object = {}): Line => [
  way,
  { type: 'publish', topic: 't', qos: id === 0 ? 0 : 1, ...(id === 0 ? {} : { packetId: id }), ...rest },
]
const ack = (way: 'up' | 'down', type: PacketFields['type'], packetId: number, reasonCode = 0): Line => [
  way,
  { type, packetId, reasonCode },
]
const subscribe = (rest: object = {}, granted: readonly number[] = [2]): readonly Line[] => [
  ['up', { type: 'subscribe', packetId: 9, topic: 't', qos: 2, ...rest }],
  ['down', { type: 'suback', packetId: 9, granted: [...granted] }],
]
const subscribed: readonly Line[] = [...open, ...subscribe()]
const on = (connection: number, [way, said]: Line): Line => [way as 'up', said as Said, connection]

const DEVICE = 'device MQTT-'
const BROKER = 'broker MQTT-'

const CASES: readonly (readonly [what: string, lines: readonly Line[], found: readonly string[]])[] = [
  // Properties and reason codes.
  ['a property that is allowed', [connect({ receiveMaximum: 1 }), connack({ topicAliasMaximum: 0 })], []],
  ['one of another packet', [connect({ topicAlias: 1 }), connack()], [`${DEVICE}4.13.1-1`]],
  ['one of another packet, of a server', [connect(), connack({ requestProblemInformation: 1 })], [`${BROKER}4.13.1-1`]],
  ['one twice', [connect({ receiveMaximum: [1, 1] }), connack()], [`${DEVICE}4.13.1-1`]],
  [
    'user properties, as many as there are',
    [
      connect({
        userProperty: [
          ['a', 'b'],
          ['a', 'b'],
        ],
      }),
      connack(),
    ],
    [],
  ],
  [
    'two subscription identifiers in a SUBSCRIBE',
    [...open, ...subscribe({ properties: { subscriptionIdentifier: [1, 2] } })],
    [`${DEVICE}4.13.1-1`],
  ],
  ['a receive maximum of 0', [connect({ receiveMaximum: 0 }), connack()], [`${DEVICE}4.13.1-1`]],
  ['a flag of 2', [connect({ requestResponseInformation: 2 }), connack()], [`${DEVICE}4.13.1-1`]],
  ['maximum QoS 2', [connect(), connack({ maximumQos: 2 })], [`${BROKER}4.13.1-1`]],
  ['a will delay outside of a will', [connect({ willDelayInterval: 1 }), connack()], [`${DEVICE}4.13.1-1`]],
  ['a will delay', [connect({}, { will: { topic: utf8('w'), properties: { willDelayInterval: 1 } } }), connack()], []],
  ['authentication data alone', [connect({ authenticationData: utf8('x') }), connack()], [`${DEVICE}4.13.1-1`]],
  ['a response topic', [...open, publish('up', 0, { properties: { responseTopic: utf8('r') } })], []],
  [
    'a response topic with a wildcard',
    [...open, publish('up', 0, { properties: { responseTopic: utf8('r/#') } })],
    [`${DEVICE}3.3.2-14`],
  ],
  [
    'a subscription identifier of a client',
    [...open, publish('up', 0, { properties: { subscriptionIdentifier: 1 } })],
    [`${DEVICE}3.3.4-6`],
  ],
  [
    'a session expiry in a server’s DISCONNECT',
    [...open, ['down', { type: 'disconnect', reasonCode: 0x8b, properties: { sessionExpiryInterval: 1 } }]],
    [`${BROKER}3.14.2-2`],
  ],
  [
    'a session expiry in a client’s',
    [
      connect({ sessionExpiryInterval: 1 }),
      connack(),
      ['up', { type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 2 } }],
    ],
    [],
  ],
  [
    'one that CONNECT had as 0',
    [...open, ['up', { type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 2 } }]],
    [`${DEVICE}4.13.1-1`],
  ],
  ['CONNACK', [connect(), connack({}, { returnCode: 0x11 })], [`${BROKER}3.2.2-8`]],
  ['PUBACK', [...open, publish('up', 1), ack('down', 'puback', 1, 0x92)], [`${BROKER}3.4.2-1`]],
  ['PUBACK without subscribers', [...open, publish('up', 1), ack('down', 'puback', 1, 0x10)], []],
  ['PUBREC', [...subscribed, publish('down', 1, { qos: 2 }), ack('up', 'pubrec', 1, 1)], [`${DEVICE}3.5.2-1`]],
  [
    'PUBREL',
    [...open, publish('up', 1, { qos: 2 }), ack('down', 'pubrec', 1), ack('up', 'pubrel', 1, 0x80)],
    [`${DEVICE}3.6.2-1`],
  ],
  [
    'PUBCOMP',
    [
      ...subscribed,
      publish('down', 1, { qos: 2 }),
      ack('up', 'pubrec', 1),
      ack('down', 'pubrel', 1),
      ack('up', 'pubcomp', 1, 1),
    ],
    [`${DEVICE}3.7.2-1`],
  ],
  ['SUBACK', [...open, ...subscribe({}, [3])], [`${BROKER}3.9.3-2`]],
  [
    'UNSUBACK',
    [
      ...open,
      ['up', { type: 'unsubscribe', packetId: 9, topic: 't' }],
      ['down', { type: 'unsuback', packetId: 9, reasonCode: 1 }],
    ],
    [`${BROKER}3.11.3-2`],
  ],
  [
    'UNSUBACK of nothing',
    [
      ...open,
      ['up', { type: 'unsubscribe', packetId: 9, topic: 't' }],
      ['down', { type: 'unsuback', packetId: 9, reasonCode: 0x11 }],
    ],
    [],
  ],
  [
    'DISCONNECT of a client with a server’s code',
    [...open, ['up', { type: 'disconnect', reasonCode: 0x8e }]],
    [`${DEVICE}3.14.2-1`],
  ],
  ['DISCONNECT of a server with it', [...open, ['down', { type: 'disconnect', reasonCode: 0x8e }]], []],
  [
    'DISCONNECT of a server with a client’s',
    [...open, ['down', { type: 'disconnect', reasonCode: 4 }]],
    [`${BROKER}3.14.2-1`],
  ],

  // Topic aliases.
  [
    'an alias within the limit',
    [...given({}, { topicAliasMaximum: 2 }), publish('up', 0, { properties: { topicAlias: 2 } })],
    [],
  ],
  [
    'one above',
    [...given({}, { topicAliasMaximum: 2 }), publish('up', 0, { properties: { topicAlias: 3 } })],
    [`${DEVICE}3.2.2-17`],
  ],
  ['one where there is none', [...open, publish('up', 0, { properties: { topicAlias: 1 } })], [`${DEVICE}3.2.2-18`]],
  [
    'alias 0',
    [...given({}, { topicAliasMaximum: 2 }), publish('up', 0, { properties: { topicAlias: 0 } })],
    [`${DEVICE}3.3.2-8`],
  ],
  [
    'an alias that has a topic',
    [
      ...given({}, { topicAliasMaximum: 2 }),
      publish('up', 0, { properties: { topicAlias: 2 } }),
      publish('up', 0, { topic: '', properties: { topicAlias: 2 } }),
    ],
    [],
  ],
  [
    'an alias that has none',
    [...given({}, { topicAliasMaximum: 2 }), publish('up', 0, { topic: '', properties: { topicAlias: 2 } })],
    [`${DEVICE}3.3.2-7`],
  ],
  [
    'an alias of the connection before',
    [
      ...given({}, { topicAliasMaximum: 2 }),
      publish('up', 0, { properties: { topicAlias: 2 } }),
      on(2, connect()),
      on(2, connack({ topicAliasMaximum: 2 })),
      on(2, publish('up', 0, { topic: '', properties: { topicAlias: 2 } })),
    ],
    [`${DEVICE}3.3.2-7`],
  ],
  [
    'a server’s',
    [
      ...given({ topicAliasMaximum: 1 }, {}),
      ...subscribe(),
      publish('down', 0, { properties: { topicAlias: 1 } }),
      publish('down', 0, { topic: '', properties: { topicAlias: 1 } }),
    ],
    [],
  ],
  [
    'a server’s above the limit',
    [...given({ topicAliasMaximum: 1 }, {}), ...subscribe(), publish('down', 0, { properties: { topicAlias: 2 } })],
    [`${BROKER}3.1.2-26`],
  ],
  [
    'a server’s where there is none',
    [...subscribed, publish('down', 0, { properties: { topicAlias: 1 } })],
    [`${BROKER}3.1.2-27`],
  ],
  [
    'a server’s that means a topic which nobody asked for',
    [
      ...given({ topicAliasMaximum: 1 }, {}),
      ...subscribe(),
      publish('down', 0, { topic: 'u', properties: { topicAlias: 1 } }),
      publish('down', 0, { topic: '', properties: { topicAlias: 1 } }),
    ],
    [`${BROKER}3.3.2-3`, `${BROKER}3.3.2-3`],
  ],

  // Receive maximum.
  [
    'as many as the server takes',
    [...given({}, { receiveMaximum: 2 }), publish('up', 1), publish('up', 2), publish('up', 0)],
    [],
  ],
  ['one more', [...given({}, { receiveMaximum: 1 }), publish('up', 1), publish('up', 2)], [`${DEVICE}3.3.4-7`]],
  [
    'one more after an acknowledgement',
    [...given({}, { receiveMaximum: 1 }), publish('up', 1), ack('down', 'puback', 1), publish('up', 2)],
    [],
  ],
  [
    'PUBREC frees nothing',
    [...given({}, { receiveMaximum: 1 }), publish('up', 1, { qos: 2 }), ack('down', 'pubrec', 1), publish('up', 2)],
    [`${DEVICE}3.3.4-7`],
  ],
  [
    'PUBREC with an error does',
    [
      ...given({}, { receiveMaximum: 1 }),
      publish('up', 1, { qos: 2 }),
      ack('down', 'pubrec', 1, 0x80),
      publish('up', 2),
    ],
    [],
  ],
  [
    'as many as the client takes',
    [
      ...given({ receiveMaximum: 1 }, {}),
      ...subscribe(),
      publish('down', 1),
      ack('up', 'puback', 1),
      publish('down', 2),
    ],
    [],
  ],
  [
    'more than the client takes',
    [...given({ receiveMaximum: 1 }, {}), ...subscribe(), publish('down', 1), publish('down', 2)],
    [`${BROKER}3.3.4-9`],
  ],

  // Sizes and what the server has.
  ['a packet as long as is taken', [...given({}, { maximumPacketSize: 8 }), publish('up', 0, { payload: 'xx' })], []],
  [
    'one byte more',
    [...given({}, { maximumPacketSize: 8 }), publish('up', 0, { payload: 'xxx' })],
    [`${DEVICE}3.2.2-15`],
  ],
  [
    'a server’s',
    [...given({ maximumPacketSize: 8 }, {}), ...subscribe(), publish('down', 0, { payload: 'xxx' })],
    [`${BROKER}3.1.2-24`],
  ],
  ['QoS above the maximum', [...given({}, { maximumQos: 0 }), publish('up', 1)], [`${DEVICE}3.2.2-11`]],
  [
    'RETAIN where there is none',
    [...given({}, { retainAvailable: 0 }), publish('up', 0, { retain: true })],
    [`${DEVICE}3.2.2-14`],
  ],
  [
    'response information that was asked for',
    given({ requestResponseInformation: 1 }, { responseInformation: utf8('r') }),
    [],
  ],
  ['response information that was not', given({}, { responseInformation: utf8('r') }), [`${BROKER}3.1.2-28`]],
  [
    'problem information that was not wanted',
    [
      ...given({ requestProblemInformation: 0 }, {}),
      publish('up', 1),
      ['down', { type: 'puback', packetId: 1, reasonCode: 0x80, properties: { reasonString: utf8('r') } }],
    ],
    [`${BROKER}3.1.2-29`],
  ],
  [
    'problem information where it may be',
    [
      ...given({ requestProblemInformation: 0 }, { reasonString: utf8('r') }),
      ['down', { type: 'disconnect', reasonCode: 0x8b, properties: { reasonString: utf8('r') } }],
    ],
    [],
  ],

  // Subscriptions.
  [
    'the identifier that the client made',
    [
      ...open,
      ...subscribe({ properties: { subscriptionIdentifier: 7 } }),
      publish('down', 0, { properties: { subscriptionIdentifier: 7 } }),
    ],
    [],
  ],
  [
    'another',
    [
      ...open,
      ...subscribe({ properties: { subscriptionIdentifier: 7 } }),
      publish('down', 0, { properties: { subscriptionIdentifier: 8 } }),
    ],
    [`${BROKER}3.3.4-5`],
  ],
  [
    'none',
    [...open, ...subscribe({ properties: { subscriptionIdentifier: 7 } }), publish('down', 0)],
    [`${BROKER}3.3.4-3`],
  ],
  [
    'none, where one subscription has none',
    [
      ...open,
      ...subscribe({ properties: { subscriptionIdentifier: 7 } }),
      ...subscribe({ topic: '#' }),
      publish('down', 0),
    ],
    [],
  ],
  ['RETAIN for a new subscription', [...subscribed, publish('down', 0, { retain: true })], []],
  [
    'RETAIN twice for one',
    [...subscribed, publish('down', 0, { retain: true }), publish('down', 0, { retain: true })],
    [`${BROKER}3.3.1-12`],
  ],
  [
    'RETAIN as published',
    [
      ...open,
      ...subscribe({ retainAsPublished: true }),
      publish('down', 0, { retain: true }),
      publish('down', 0, { retain: true }),
    ],
    [],
  ],
  [
    'RETAIN where none was asked for',
    [...open, ...subscribe({ retainHandling: 2 }), publish('down', 0, { retain: true })],
    [`${BROKER}3.3.1-11`],
  ],
  ['no local with a group', [...open, ...subscribe({ topic: '$share/g/t', noLocal: true })], [`${DEVICE}3.8.3-4`]],
  ['a delivery of a group', [...open, ...subscribe({ topic: '$share/g/t' }), publish('down', 0)], []],
  ['above what was granted', [...open, ...subscribe({}, [0]), publish('down', 1)], [`${BROKER}3.8.4-8`]],
  ['a topic that nobody asked for', [...open, publish('down', 0)], [`${BROKER}3.3.2-3`]],
  ['codes for other filters', [...open, ...subscribe({ topic: ['a', 'b'] })], [`${BROKER}3.8.4-6`]],

  // Flows.
  [
    'sent again on the same connection',
    [...open, publish('up', 1), publish('up', 1, { dup: true })],
    [`${DEVICE}4.4.0-1`],
  ],
  [
    'sent again by a server',
    [...subscribed, publish('down', 1), publish('down', 1, { dup: true })],
    [`${BROKER}4.4.0-1`],
  ],
  [
    'PUBREL after an error',
    [...open, publish('up', 1, { qos: 2 }), ack('down', 'pubrec', 1, 0x80), ack('up', 'pubrel', 1)],
    [],
  ],
  ['an id that is in use', [...open, publish('up', 1), publish('up', 1, { topic: 'u' })], [`${DEVICE}2.2.1-3`]],
  [
    'an id after an error',
    [...open, publish('up', 1, { qos: 2 }), ack('down', 'pubrec', 1, 0x80), publish('up', 1, { qos: 2, topic: 'u' })],
    [],
  ],
  ['PUBACK for nothing', [...open, ack('down', 'puback', 1)], [`${BROKER}2.2.1-5`]],

  // Sessions.
  ['a session after clean start', [connect(), connack({}, { sessionPresent: true })], [`${BROKER}3.2.2-2`]],
  [
    'a client that goes on with it',
    [connect(), connack({}, { sessionPresent: true }), publish('up', 0)],
    [`${BROKER}3.2.2-2`, `${DEVICE}3.2.2-4`],
  ],
  [
    'a client that leaves',
    [connect(), connack({}, { sessionPresent: true }), ['up', { type: 'disconnect', reasonCode: 0x82 }]],
    [`${BROKER}3.2.2-2`],
  ],
  [
    'a session in a refusal',
    [connect({}, { clean: false }), connack({}, { returnCode: 0x87, sessionPresent: true })],
    [`${BROKER}3.2.2-6`],
  ],
  ['no id for a client without', [connect({}, { clientId: '' }), connack()], [`${BROKER}3.2.2-16`]],
  ['an id', [connect({}, { clientId: '' }), connack({ assignedClientIdentifier: utf8('x') })], []],
  [
    'the same id for another',
    [
      connect({}, { clientId: '' }),
      connack({ assignedClientIdentifier: utf8('x') }),
      on(2, connect({}, { clientId: '' })),
      on(2, connack({ assignedClientIdentifier: utf8('x') })),
    ],
    [`${BROKER}3.2.2-16`],
  ],
  [
    'an id of a message whose alias means nothing, for another message',
    [
      connect({ topicAliasMaximum: 1 }),
      connack(),
      ...subscribe(),
      publish('down', 1, { topic: '', properties: { topicAlias: 1 } }),
      publish('down', 1),
    ],
    [`${BROKER}3.3.2-7`, `${BROKER}2.2.1-4`],
  ],
  ...(['down', 'up'] as const).map((way): (typeof CASES)[number] => [
    `a message whose alias is spelled out when it is sent again, ${way}`,
    [
      connect({ topicAliasMaximum: 1, sessionExpiryInterval: 60 }, { clean: false }),
      connack({ topicAliasMaximum: 1 }),
      ...subscribe(),
      publish(way, 1, { properties: { topicAlias: 1 } }),
      publish(way, 2, { topic: '', properties: { topicAlias: 1 } }),
      on(2, connect({ sessionExpiryInterval: 60 }, { clean: false })),
      on(2, connack({}, { sessionPresent: true })),
      on(2, publish(way, 2, { dup: true })),
    ],
    [],
  ]),
  [
    'an unacknowledged message of a session that is gone',
    [
      connect({ sessionExpiryInterval: 60 }, { clean: false }),
      connack(),
      publish('up', 1),
      on(2, connect({ sessionExpiryInterval: 60 }, { clean: false })),
      on(2, connack()),
      on(2, publish('up', 1, { dup: true })),
    ],
    [`${DEVICE}3.2.2-5`],
  ],
  [
    'a new message of QoS 2 with an id of a session that is gone, and its PUBREL',
    [
      connect({ sessionExpiryInterval: 60 }, { clean: false }),
      connack(),
      publish('up', 1, { qos: 2 }),
      on(2, connect({ sessionExpiryInterval: 60 }, { clean: false })),
      on(2, connack()),
      on(2, publish('up', 1, { qos: 2 })),
      on(2, ack('down', 'pubrec', 1)),
      on(2, ack('up', 'pubrel', 1)),
    ],
    [],
  ],
  [
    'PUBREL of a session that is gone',
    [
      connect({ sessionExpiryInterval: 60 }, { clean: false }),
      connack(),
      publish('up', 1, { qos: 2 }),
      ack('down', 'pubrec', 1),
      on(2, connect({ sessionExpiryInterval: 60 }, { clean: false })),
      on(2, connack()),
      on(2, ack('up', 'pubrel', 1)),
    ],
    [`${DEVICE}3.2.2-5`],
  ],
  [
    'of one that is there',
    [
      connect({ sessionExpiryInterval: 60 }, { clean: false }),
      connack(),
      publish('up', 1),
      on(2, connect({ sessionExpiryInterval: 60 }, { clean: false })),
      on(2, connack({}, { sessionPresent: true })),
      on(2, publish('up', 1, { dup: true })),
    ],
    [],
  ],

  // Order.
  ['PINGRESP before CONNACK', [connect(), ['down', { type: 'pingresp' }]], [`${BROKER}3.2.0-1`, `${BROKER}3.12.4-1`]],
  ['a second CONNACK', [...open, connack()], [`${BROKER}3.2.0-2`]],
  ['DISCONNECT before CONNACK', [connect(), ['down', { type: 'disconnect', reasonCode: 0x82 }]], [`${BROKER}3.14.0-1`]],
  [
    'anything after a refusal',
    [connect(), connack({}, { returnCode: 0x87 }), ['down', { type: 'disconnect', reasonCode: 0x87 }]],
    [`${BROKER}3.2.2-7`],
  ],
  [
    'a packet after DISCONNECT',
    [...open, ['up', { type: 'disconnect' }], ['up', { type: 'pingreq' }]],
    [`${DEVICE}3.14.4-1`],
  ],
  [
    'a server’s packet after its DISCONNECT',
    [
      ...open,
      ['up', { type: 'pingreq' }],
      ['down', { type: 'disconnect', reasonCode: 0x8b }],
      ['down', { type: 'pingresp' }],
    ],
    [`${BROKER}3.14.4-1`],
  ],
  [
    'what was on its way to a server that disconnects',
    [...open, ['down', { type: 'disconnect', reasonCode: 0x8b }], ['up', { type: 'pingreq' }]],
    [],
  ],

  // Keep alive.
  ['silence', [connect({}, { keepalive: 1 }), connack(), ['after', 1500], ['end', 'broker']], [`${DEVICE}3.1.2-20`]],
  [
    'silence while this process stood still, in which the device may live',
    [connect({}, { keepalive: 1 }), connack(), ['after', 1500], stalled(450), ['up', { type: 'pingreq' }]],
    [],
  ],
  [
    'silence for longer than that',
    [connect({}, { keepalive: 1 }), connack(), ['after', 1500], stalled(300), ['up', { type: 'pingreq' }]],
    [`${DEVICE}3.1.2-20`],
  ],
  [
    'silence, and this process stood still before it',
    [stalled(450), connect({}, { keepalive: 1 }), connack(), ['after', 1500], ['up', { type: 'pingreq' }]],
    [`${DEVICE}3.1.2-20`],
  ],
  [
    'silence under a server’s keep alive',
    [connect({}, { keepalive: 60 }), connack({ serverKeepAlive: 1 }), ['after', 1500], ['up', { type: 'pingreq' }]],
    [`${DEVICE}3.1.2-21`],
  ],
  [
    'a server’s keep alive that is longer',
    [connect({}, { keepalive: 1 }), connack({ serverKeepAlive: 60 }), ['after', 1500], ['end', 'broker']],
    [],
  ],

  // Enhanced authentication.
  [
    'AUTH without a method',
    [...open, ['up', { type: 'auth', reasonCode: 0x19, properties: { authenticationMethod: utf8('m') } }]],
    [`${DEVICE}4.12.0-7`],
  ],
  [
    'AUTH to a client without',
    [connect(), ['down', { type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: utf8('m') } }]],
    [`${BROKER}4.12.0-6`],
  ],
  ['a method in CONNACK alone', [connect(), connack({ authenticationMethod: utf8('m') })], [`${BROKER}4.12.0-6`]],
]

const M = { authenticationMethod: utf8('m') }
const auth = (way: 'up' | 'down', reasonCode: number, properties: object = M): Line => [
  way,
  { type: 'auth', reasonCode, properties },
]

const AUTH: typeof CASES = [
  [
    'in order',
    [
      connect(M),
      auth('down', 0x18),
      auth('up', 0x18),
      connack(M),
      auth('up', 0x19),
      auth('down', 0x18),
      auth('up', 0x18),
      auth('down', 0),
    ],
    [],
  ],
  ['a server that says success before CONNACK', [connect(M), auth('down', 0)], [`${BROKER}4.12.0-2`]],
  ['an answer with another code', [connect(M), auth('down', 0x18), auth('up', 0x19)], [`${DEVICE}4.12.0-3`]],
  ['another method', [connect(M), auth('down', 0x18, { authenticationMethod: utf8('n') })], [`${BROKER}4.12.0-5`]],
  ['CONNACK without the method', [connect(M), connack()], [`${BROKER}4.12.0-5`]],
  [
    'another method when it begins again',
    [connect(M), connack(M), auth('up', 0x19, { authenticationMethod: utf8('n') })],
    [`${DEVICE}4.12.1-1`],
  ],
  ['something else before CONNACK', [connect(M), ['up', { type: 'pingreq' }]], [`${DEVICE}3.1.2-30`]],
  ['DISCONNECT before CONNACK', [connect(M), ['up', { type: 'disconnect' }]], []],
  ['a code of the server’s', [connect(M), connack(M), auth('up', 0)], [`${DEVICE}3.15.2-1`]],
]

describe('the linter finds', () => {
  test.each(CASES)('%s', (_, lines, found) => expect(lint(lines)).toEqual(found))
  test.each(AUTH)('authentication: %s', (_, lines, found) => expect(lint(lines)).toEqual(found))
})

describe('a session that has expired', () => {
  const first = (expiry: number): readonly Line[] => [
    connect({ sessionExpiryInterval: expiry }, { clean: false }),
    connack(),
  ]
  const second: readonly Line[] = [on(2, connect({}, { clean: false })), on(2, connack({}, { sessionPresent: true }))]
  const bye: Line = ['up', { type: 'disconnect' }]

  test.each<readonly [string, readonly Line[], readonly string[]]>([
    ['long ago', [...first(2), ['end', 'broker'], ['after', 5000], ...second], [`${BROKER}4.1.0-2`]],
    ['not yet', [...first(2), ['end', 'broker'], ['after', 1500], ...second], []],
    ['just now, which a server may not have seen', [...first(2), ['end', 'broker'], ['after', 3500], ...second], []],
    [
      'perhaps: the connection that ended had been taken over long before',
      [
        ...first(2),
        on(2, connect({ sessionExpiryInterval: 2 }, { clean: false })),
        on(2, connack({}, { sessionPresent: true })),
        ['end', 'broker', 1],
        ['after', 5000],
        ['end', 'broker', 2],
        on(3, connect({}, { clean: false })),
        on(3, connack({}, { sessionPresent: true })),
      ],
      [],
    ],
    ['never', [...first(0xffff_ffff), ['end', 'broker'], ['after', 5e8], ...second], []],
    ['with the connection', [...first(0), bye, ['end', 'device'], ['after', 3000], ...second], [`${BROKER}4.1.0-2`]],
    [
      'perhaps: whether the server saw the end is not known',
      [...first(0), ['end', 'device'], ['after', 3000], ...second],
      [],
    ],
    [
      'by its DISCONNECT',
      [
        ...first(60),
        ['up', { type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } }],
        ['end', 'device'],
        ['after', 3000],
        ...second,
      ],
      [`${BROKER}4.1.0-2`],
    ],
    [
      'before a restart',
      [...first(2), ['end', 'broker'], ['event', { kind: 'broker', change: 'stopped' }], ['after', 5000], ...second],
      [],
    ],
  ])('%s', (_, lines, found) => expect(lint(lines)).toEqual(found))
})

describe('wills', () => {
  const will = { topic: utf8('w'), payload: utf8('gone'), properties: { willDelayInterval: 3 } }
  const watch: readonly Line[] = [
    on(9, connect({ topicAliasMaximum: 1 }, { clientId: 'watcher' })),
    on(9, connack({ topicAliasMaximum: 1 })),
    ...subscribe({ topic: 'w' }).map((line) => on(9, line)),
  ]
  const mine = (expiry = 60, rest: object = {}): readonly Line[] => [
    connect({ sessionExpiryInterval: expiry }, { will, clean: false, ...rest }),
    connack(),
  ]
  const comes: Line = on(9, publish('down', 0, { topic: 'w', payload: 'gone' }))
  const back = (sessionPresent: boolean): readonly Line[] => [
    on(2, connect({ sessionExpiryInterval: 60 }, { clean: false })),
    on(2, connack({}, { sessionPresent })),
  ]

  test.each<readonly [string, readonly Line[], readonly string[]]>([
    ['after its delay', [...watch, ...mine(), ['end', 'broker'], ['after', 3100], comes], []],
    ['before', [...watch, ...mine(), ['end', 'broker'], ['after', 1000], comes], [`${BROKER}3.1.2-8`]],
    ['before, with a session that ended earlier', [...watch, ...mine(0), ['end', 'broker'], ['after', 100], comes], []],
    [
      'after DISCONNECT',
      [...watch, ...mine(), ['up', { type: 'disconnect' }], ['end', 'device'], comes],
      [`${BROKER}3.14.4-3`],
    ],
    [
      'after DISCONNECT with will',
      [...watch, ...mine(), ['up', { type: 'disconnect', reasonCode: 4 }], ['end', 'device'], ['after', 3100], comes],
      [],
    ],
    [
      'though its client came back',
      [...watch, ...mine(), ['end', 'broker'], ['after', 1000], ...back(true), ['after', 3000], comes],
      [`${BROKER}3.1.3-9`],
    ],
    [
      'because its client began another session',
      [...watch, ...mine(), ['end', 'broker'], ['after', 1000], ...back(false), ['after', 3000], comes],
      [],
    ],
    ['when it may have been seen later', [...watch, ...mine(), ['end', 'device'], ['after', 100], comes], []],
    [
      'that somebody has published as well',
      [
        ...watch,
        ...mine(),
        on(9, publish('up', 0, { topic: 'w', payload: 'gone' })),
        ['up', { type: 'disconnect' }],
        comes,
      ],
      [],
    ],
    [
      'that somebody has published as well, by an alias',
      [
        ...watch,
        ...mine(),
        on(9, publish('up', 0, { topic: 'w', payload: 'other', properties: { topicAlias: 1 } })),
        on(9, publish('up', 0, { topic: '', payload: 'gone', properties: { topicAlias: 1 } })),
        ['up', { type: 'disconnect' }],
        comes,
      ],
      [],
    ],
    [
      'that is told by an alias',
      [
        ...watch,
        ...mine(),
        on(9, publish('down', 0, { topic: 'w', payload: 'other', properties: { topicAlias: 1 } })),
        ['end', 'broker'],
        on(9, publish('down', 0, { topic: '', payload: 'gone', properties: { topicAlias: 1 } })),
      ],
      [`${BROKER}3.1.2-8`],
    ],
    [
      'when the session is over, which a DISCONNECT has shortened',
      [
        ...watch,
        ...mine(),
        ['up', { type: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 1 } }],
        ['end', 'device'],
        ['after', 900],
        comes,
      ],
      [],
    ],
    [
      'before the session is over, which a DISCONNECT has shortened',
      [
        ...watch,
        ...mine(),
        ['up', { type: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 1 } }],
        ['end', 'device'],
        ['after', 300],
        comes,
      ],
      [`${BROKER}3.1.2-8`],
    ],
    [
      'as soon as the server lets the session be over',
      [
        ...watch,
        connect({ sessionExpiryInterval: 60 }, { will, clean: false }),
        connack({ sessionExpiryInterval: 0 }),
        ['end', 'broker'],
        comes,
      ],
      [],
    ],
    [
      'that a client of MQTT 3.1.1 has announced as well',
      [
        ...watch,
        ...mine(),
        ['up', { type: 'disconnect' }],
        on(3, [
          'up',
          { type: 'connect', clientId: 'old', protocolLevel: 4, will: { topic: utf8('w'), payload: utf8('gone') } },
        ]),
        comes,
      ],
      [],
    ],
    [
      'that a client of MQTT 3.1.1 hears',
      [
        on(9, ['up', { type: 'connect', clientId: 'old', protocolLevel: 4 }]),
        on(9, ['down', { type: 'connack' }]),
        on(9, ['up', { type: 'subscribe', topic: 'w' }]),
        on(9, ['down', { type: 'suback' }]),
        ...mine(),
        ['up', { type: 'disconnect' }],
        comes,
      ],
      [`${BROKER}3.14.4-3`],
    ],
    [
      'again, to somebody else',
      [...watch, ...mine(), ['end', 'broker'], ['after', 3100], comes, ...back(true), comes],
      [],
    ],
    [
      'that is there as a retained message',
      [
        ...watch,
        ...mine(),
        ['up', { type: 'disconnect' }],
        on(9, publish('down', 0, { topic: 'w', payload: 'gone', retain: true })),
      ],
      [],
    ],
    [
      'that another client has announced',
      [
        ...watch,
        ...mine(),
        ['up', { type: 'disconnect' }],
        on(3, connect({}, { clientId: 'e', will })),
        on(3, connack()),
        comes,
      ],
      [],
    ],
  ])('%s', (_, lines, found) => expect(lint(lines)).toEqual(found))
})
