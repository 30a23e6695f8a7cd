// No key of a claim is passed over: for each key of each matcher there is an event, a value that fits it, and one that
// does not. A key that the schema has and this table has not fails the test, and so does one that nothing evaluates.

import { describe, expect, it } from 'vitest'
import type { Sendable } from '../../emulators/index.ts'
import type { Event, PacketEvent } from '../evidence/index.ts'
import { type AnyMatcher, type MatcherName, matchers } from './index.ts'
import { packetMatch } from './packet.ts'
import { propertiesMatch } from './properties.ts'
import { compare, event, packetEvent } from './testing.ts'

/** An event, the fields without which there is no claim, and for each key a value that fits and one that does not. */
interface Case {
  readonly of: Event
  readonly with: Readonly<Record<string, unknown>>
  readonly keys: Readonly<Record<string, readonly [fits: unknown, wrong: unknown]>>
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const up = (said: Sendable | string, rest: object = {}): Event => packetEvent('up', said, rest)

const CASES: Readonly<Record<MatcherName, readonly Case[]>> = {
  packet: [
    {
      of: up({ type: 'pingreq' }, { connection: 2, by: 'link', end: 'broker', level: 5 }),
      with: { from: 'blue', at: 'broker' },
      keys: {
        from: ['blue', 'red'],
        type: ['pingreq', 'pingresp'],
        delivered: [true, false],
        at: ['broker', 'device'],
        by: ['link', 'peer'],
        connection: [2, 1],
        level: [5, 4],
        match: [{ flags: 0 }, { flags: 1 }],
      },
    },
    { of: packetEvent('down', { type: 'pingresp' }), with: {}, keys: { to: ['blue', 'red'] } },
  ],
  message: [
    {
      of: event({
        kind: 'message',
        topic: 'a',
        payload: text('x'),
        qos: 1,
        retain: true,
        dup: true,
        properties: { contentType: 'c' },
      }),
      with: {},
      keys: {
        topic: ['a', 'b'],
        payload: ['x', 'y'],
        qos: [1, 0],
        retain: [true, false],
        dup: [true, false],
        properties: [{ contentType: 'c' }, { contentType: { absent: true } }],
      },
    },
  ],
  socket: [
    {
      of: event({
        kind: 'socket',
        device: 'blue',
        change: 'secured',
        by: 'device',
        connection: 2,
        serverName: 'h',
        detail: 'TLS',
      }),
      with: { from: 'blue', event: 'secured' },
      keys: {
        from: ['blue', 'red'],
        event: ['secured', 'closed'],
        by: ['device', 'broker'],
        serverName: ['h', 'i'],
        detail: ['TLS', 'no'],
        connection: [2, 1],
      },
    },
  ],
  call: [
    {
      of: event({ kind: 'call', device: 'blue', id: 'pub', method: 'publish', state: 'returned', value: 5 }),
      with: { device: 'blue', returned: true },
      keys: { device: ['blue', 'red'], method: ['publish', 'ping'], id: ['pub', 'sub'], returned: [5, 6] },
    },
    {
      of: event({
        kind: 'call',
        device: 'blue',
        id: 'pub',
        method: 'publish',
        state: 'raised',
        error: { type: 'OSError', args: [1] },
      }),
      with: { device: 'blue' },
      keys: { raised: ['OSError', 'ValueError'] },
    },
    {
      // What still runs at the end of its window is the judge's matter: here an end of the call breaks it.
      of: event({ kind: 'call', device: 'blue', id: 'pub', method: 'publish', state: 'returned', value: null }),
      with: { id: 'pub' },
      keys: { running: [true, undefined] },
    },
  ],
  serial: [
    {
      of: event({ kind: 'serial', device: 'blue', line: 'x', stream: 'err' }),
      with: { device: 'blue', line: 'x' },
      keys: { device: ['blue', 'red'], line: ['x', 'y'], stream: ['err', 'out'] },
    },
  ],
  signal: [
    {
      of: event({ kind: 'signal', device: 'blue', signal: 'led', value: 1, by: 'device' }),
      with: { device: 'blue', signal: 'led' },
      keys: { device: ['blue', 'red'], signal: ['led', 'fan'], value: [1, 0] },
    },
  ],
  exit: [
    {
      of: event({ kind: 'exit', device: 'p', code: 3, signal: null }),
      with: { device: 'p' },
      keys: { device: ['p', 'q'], code: [3, 0] },
    },
    {
      of: event({ kind: 'exit', device: 'p', code: null, signal: 'SIGKILL' }),
      with: { device: 'p' },
      keys: { signal: ['SIGKILL', 'SIGTERM'] },
    },
  ],
  violation: [
    {
      of: event({ kind: 'violation', device: 'blue', by: 'device', statement: 'MQTT-2.3.1-1', what: 'w', of: 0 }),
      with: {},
      keys: { from: ['blue', 'red'], by: ['device', 'broker'] },
    },
    {
      of: event({ kind: 'violation', device: 'blue', by: 'device', statement: 'MQTT-2.3.1-1', what: 'w', of: 0 }),
      with: { from: 'blue' },
      keys: { statement: ['MQTT-2.3.1-1', 'MQTT-2.3.1-5'], what: ['w', 'v'] },
    },
    {
      of: event({ kind: 'violation', device: 'blue', by: 'broker', statement: 'MQTT-2.3.1-1', what: 'w', of: 0 }),
      with: {},
      keys: { to: ['blue', 'red'] },
    },
  ],
  fleet: [
    {
      of: event({
        kind: 'fleet',
        group: 'g',
        devices: 4,
        connected: 2,
        connecting: 0,
        off: 1,
        ended: 1,
        reconnects: 0,
      }),
      with: { group: 'g', connected: '50%' },
      keys: { group: ['g', 'h'], connected: ['50%', '75%'], 'at-most': ['50%', '25%'], ended: ['25%', '50%'] },
    },
  ],
  upgrade: [
    {
      of: event({
        kind: 'upgrade',
        device: 'blue',
        direction: 'up',
        connection: 2,
        subprotocols: ['mqtt'],
        path: '/p',
      }),
      with: { from: 'blue' },
      keys: { from: ['blue', 'red'], subprotocol: ['mqtt', 'x'], path: ['/p', '/q'], connection: [2, 1] },
    },
    {
      of: event({ kind: 'upgrade', device: 'blue', direction: 'down', connection: 2, subprotocols: [], status: 101 }),
      with: {},
      keys: { to: ['blue', 'red'] },
    },
    {
      of: event({ kind: 'upgrade', device: 'blue', direction: 'down', connection: 2, subprotocols: [], status: 101 }),
      with: { to: 'blue' },
      keys: { status: [101, 200] },
    },
  ],
  device: [
    {
      of: event({ kind: 'device', device: 'blue', change: 'restarted', cause: 'panic' }),
      with: { device: 'blue', change: 'restarted' },
      keys: { device: ['blue', 'red'], change: ['restarted', 'boot'], cause: ['panic', 'power'] },
    },
  ],
  frame: [
    {
      of: event({
        kind: 'frame',
        device: 'blue',
        direction: 'up',
        connection: 2,
        opcode: 'close',
        final: true,
        length: 2,
        code: 1000,
        delivered: true,
        by: 'link',
      }),
      with: { from: 'blue' },
      keys: {
        from: ['blue', 'red'],
        opcode: ['close', 'text'],
        final: [true, false],
        length: [2, 3],
        code: [1000, 1001],
        by: ['link', 'peer'],
        connection: [2, 1],
      },
    },
    {
      of: event({
        kind: 'frame',
        device: 'blue',
        direction: 'down',
        connection: 1,
        opcode: 'ping',
        final: true,
        length: 0,
        delivered: true,
      }),
      with: {},
      keys: { to: ['blue', 'red'] },
    },
  ],
}

const connect: Event = up({
  type: 'connect',
  clean: true,
  keepalive: 60,
  clientId: 'c',
  will: { topic: 'w', payload: text('p'), qos: 1, retain: true },
  username: 'u',
  password: text('s'),
} as Sendable)
const publish: Event = up({
  type: 'publish',
  topic: 't',
  payload: text('x'),
  qos: 1,
  packetId: 7,
  retain: true,
  dup: true,
} as Sendable)
const connack: Event = packetEvent('up', '20 02 01 05')
const suback: Event = packetEvent('up', '90 03 00 07 80')
const malformed: Event = packetEvent('up', '30 03 0001 23')
const subscribe5: Event = packetEvent('up', '82 0b 0001 00 0001 61 2d 0001 62 01', { level: 5 })
const unsuback5: Event = packetEvent('up', 'b0 05 0001 00 00 11', { level: 5 })

/** Of decoded fields: an event that has it, a value that fits, one that does not. */
const MATCH: Readonly<Record<string, readonly [of: Event, fits: unknown, wrong: unknown]>> = {
  topic: [publish, 't', 'u'],
  payload: [publish, 'x', 'y'],
  qos: [publish, 1, 0],
  retain: [publish, true, false],
  dup: [publish, true, false],
  packetId: [publish, 7, 8],
  clean: [connect, true, false],
  keepalive: [connect, '60s', '61s'],
  will: [connect, { topic: 'w', payload: 'p', qos: 1, retain: true }, { retain: false }],
  clientId: [connect, 'c', 'd'],
  username: [connect, 'u', 'v'],
  password: [connect, 's', 't'],
  protocolLevel: [connect, 4, 5],
  protocolName: [connect, 'MQTT', 'MQIsdp'],
  returnCode: [connack, 5, 0],
  reasonCode: [unsuback5, ['success', 'no-subscription-existed'], 'success'],
  sessionPresent: [connack, true, false],
  granted: [suback, [128], [0]],
  length: [suback, 3, 4],
  flags: [publish, 0b1011, 0],
  reason: [malformed, '/./', '/nothing like it/'],
  claims: [malformed, 'publish', 'connect'],
  statement: [malformed, 'MQTT-3.3.2-2', null],
  offset: [malformed, 2, 3],
  noLocal: [subscribe5, [true, false], true],
  retainAsPublished: [subscribe5, [true, false], false],
  retainHandling: [subscribe5, [2, 0], 2],
  hex: [connack, '20 02 01 05', '20 02 01 04'],
}
/** Properties of MQTT 5 have a table of their own. */
const ELSEWHERE: readonly string[] = ['properties']

/** Of each property: how it stands in a PUBLISH, whether it belongs there or not, a value that fits, one that does not. */
const PROPERTY: Readonly<Record<string, readonly [hex: string, fits: unknown, wrong: unknown]>> = {
  payloadFormatIndicator: ['01 01', true, 0],
  messageExpiryInterval: ['02 0000000a', '10s', { gt: '10s' }],
  contentType: ['03 0001 61', 'a', '/b/'],
  responseTopic: ['08 0001 61', '/a/', 'b'],
  correlationData: ['09 0001 ff', { hex: 'ff' }, { hex: 'fe' }],
  subscriptionIdentifier: ['0b 07 0b 08', [7, 8], [8, 7]],
  sessionExpiryInterval: ['11 ffffffff', 4_294_967_295, 0],
  assignedClientIdentifier: ['12 0001 61', { absent: false }, { absent: true }],
  serverKeepAlive: ['13 003c', '60s', '61s'],
  authenticationMethod: ['15 0001 61', 'a', 'b'],
  authenticationData: ['16 0001 61', 'a', 'b'],
  requestProblemInformation: ['17 00', false, true],
  willDelayInterval: ['18 00000003', { gte: '3s' }, { lt: '3s' }],
  requestResponseInformation: ['19 01', 1, false],
  responseInformation: ['1a 0001 61', 'a', { not: 'a' }],
  serverReference: ['1c 0001 61', { in: ['a', 'b'] }, { in: ['b'] }],
  reasonString: ['1f 0001 61', 'a', 'b'],
  receiveMaximum: ['21 0003', 3, { lt: 3 }],
  topicAliasMaximum: ['22 0000', 0, { absent: true }],
  topicAlias: ['23 0001', 1, 2],
  maximumQos: ['24 01', 1, 0],
  retainAvailable: ['25 00', false, true],
  userProperty: ['26 0001 61 0001 31 26 0001 61 0001 32', { a: '2' }, [['a', '2']]],
  maximumPacketSize: ['27 00000080', 128, 127],
  wildcardSubscriptionAvailable: ['28 01', true, 0],
  subscriptionIdentifierAvailable: ['29 00', 0, 1],
  sharedSubscriptionAvailable: ['2a 01', 1, 0],
}

const withProperty = (hex: string): Event => {
  const size = Buffer.from(hex.replaceAll(' ', ''), 'hex').length
  const length = (n: number): string => n.toString(16).padStart(2, '0')
  return packetEvent('up', `30 ${length(4 + size)} 0001 74 ${length(size)} ${hex}`, { level: 5 })
}

const willWithProperty = (hex: string): Event => {
  const size = Buffer.from(hex.replaceAll(' ', ''), 'hex').length
  const length = (n: number): string => n.toString(16).padStart(2, '0')
  return packetEvent(
    'up',
    `10 ${length(21 + size)} 0004 4d515454 05 06 0000 00 0001 63 ${length(size)} ${hex} 0001 77 0001 78`,
  )
}

/** Of the will of `connect`, whose keep alive is 60 s. */
const WILL: Readonly<Record<string, readonly [fits: unknown, wrong: unknown]>> = {
  topic: ['w', 'v'],
  payload: ['p', 'q'],
  qos: [1, 2],
  retain: [true, false],
  properties: [{ willDelayInterval: '3s' }, { willDelayInterval: '4s' }],
}
const KEEP_ALIVE: Readonly<Record<string, readonly [fits: string, wrong: string]>> = {
  gt: ['59s', '60s'],
  gte: ['60s', '61s'],
  lt: ['61s', '60s'],
  lte: ['60s', '59s'],
}
/** The keys of the map that a decoded field may be. */
const mapOf = (name: 'will' | 'keepalive'): readonly string[] => {
  const { options } = packetMatch.shape[name].unwrap() as unknown as {
    readonly options: readonly { readonly shape?: object }[]
  }
  return Object.keys(options.find(({ shape }) => shape !== undefined)!.shape!)
}

const shapeOf = (schema: unknown): readonly string[] => Object.keys((schema as { readonly shape: object }).shape)

describe('every key of every matcher is evaluated', () => {
  for (const [name, cases] of Object.entries(CASES) as [MatcherName, readonly Case[]][]) {
    it(`${name}: the table has all of its keys`, () => {
      const told = new Set(cases.flatMap(({ keys }) => Object.keys(keys)))
      expect([...told].sort()).toEqual([...shapeOf((matchers[name] as AnyMatcher).fields)].sort())
    })

    for (const { of, with: base, keys } of cases)
      it.each(Object.entries(keys))(`${name}: %s`, (key, [fits, wrong]) => {
        const whose = ['from', 'to', 'by'].includes(key) && name === 'violation' ? {} : base
        expect(compare(name, { ...whose, [key]: fits }, of)).toEqual([])
        expect(compare(name, { ...whose, [key]: wrong }, of) ?? ['another']).not.toEqual([])
      })
  }

  it('match: the table has all of its keys', () => {
    expect(Object.keys(MATCH).sort()).toEqual(
      shapeOf(packetMatch)
        .filter((key) => !ELSEWHERE.includes(key))
        .sort(),
    )
  })

  it('properties: the table has all of them', () => {
    expect(Object.keys(PROPERTY).sort()).toEqual([...shapeOf(propertiesMatch)].sort())
  })

  it.each(Object.entries(PROPERTY))('properties: %s', (key, [hex, fits, wrong]) => {
    const of = withProperty(hex)
    for (const value of [fits, { absent: false }])
      expect(compare('packet', { from: 'blue', match: { properties: { [key]: value } } }, of)).toEqual([])
    for (const value of [wrong, { absent: true }])
      expect(compare('packet', { from: 'blue', match: { properties: { [key]: value } } }, of)).not.toEqual([])
    const without = withProperty('')
    expect(compare('packet', { from: 'blue', match: { properties: { [key]: { absent: true } } } }, without)).toEqual([])
    expect(compare('packet', { from: 'blue', match: { properties: { [key]: fits } } }, without)).not.toEqual([])
  })

  it('properties: subscription identifiers in any order, each as often as it stands', () => {
    const ids = withProperty('0b 07 0b 08 0b 07')
    const says = (unordered: readonly unknown[]): readonly string[] =>
      compare('packet', { from: 'blue', match: { properties: { subscriptionIdentifier: { unordered } } } }, ids)!
    expect([says([7, 7, 8]), says([8, 7, 7]), says([{ gte: 7 }, 7, 7])]).toEqual([[], [], []])
    expect(says([7, 8])).toEqual(['properties.subscriptionIdentifier: expected [7, 8] in any order, got [7, 8, 7]'])
    for (const wrong of [[7, 8, 8], [7, 7, 8, 8], [], [{ gte: 8 }, { gte: 8 }, 7]]) expect(says(wrong)).toHaveLength(1)
  })

  it('properties: those of a will, those of a user by name and as a list; MQTT 3.1.1 has none', () => {
    // A will with a will delay of 3 s [MQTT 5.0, 3.1.3.2].
    const will = packetEvent('up', '10 1a 0004 4d515454 05 06 0000 00 0001 63 05 18 00000003 0001 77 0001 78')
    const willSays = (willDelayInterval: unknown): readonly string[] =>
      compare('packet', { from: 'blue', match: { will: { properties: { willDelayInterval } } } }, will)!
    expect(willSays('3s')).toEqual([])
    expect(willSays('4s')).toEqual(['will.properties.willDelayInterval: expected 4, got 3'])
    const user = withProperty(PROPERTY.userProperty![0])
    const says = (userProperty: unknown): boolean =>
      compare('packet', { from: 'blue', match: { properties: { userProperty } } }, user)!.length === 0
    expect(
      says([
        ['a', '1'],
        ['a', '/2/'],
      ]),
    ).toBe(true)
    expect(
      says([
        ['a', '2'],
        ['a', '1'],
      ]),
    ).toBe(false)
    expect([says({ a: '1' }), says({ a: '3' }), says({ b: { absent: true } }), says({ a: { absent: true } })]).toEqual([
      true,
      false,
      true,
      false,
    ])
    for (const topicAlias of [1, { absent: true }])
      expect(compare('packet', { from: 'blue', match: { properties: { topicAlias } } }, publish)).not.toEqual([])
  })

  it.each(Object.entries(PROPERTY))('properties of a message, and of a will: %s', (key, [hex, fits, wrong]) => {
    const { packet } = withProperty(hex) as PacketEvent
    const { properties } = packet as { readonly properties: object }
    const heard = event({
      kind: 'message',
      topic: 't',
      payload: text(''),
      qos: 0,
      retain: false,
      dup: false,
      properties,
    } as never)
    const connects = willWithProperty(hex)
    for (const [value, fit] of [
      [fits, true],
      [{ absent: false }, true],
      [wrong, false],
      [{ absent: true }, false],
    ] as const) {
      expect(compare('message', { properties: { [key]: value } }, heard)!.length === 0).toBe(fit)
      const said = { from: 'blue', match: { will: { properties: { [key]: value } } } }
      expect(compare('packet', said, connects)!.length === 0).toBe(fit)
    }
  })

  it.each(Object.entries(WILL))('will: %s', (key, [fits, wrong]) => {
    const of = key === 'properties' ? willWithProperty('18 00000003') : connect
    expect(compare('packet', { from: 'blue', match: { will: { [key]: fits } } }, of)).toEqual([])
    expect(compare('packet', { from: 'blue', match: { will: { [key]: wrong } } }, of)).not.toEqual([])
  })

  it.each(Object.entries(KEEP_ALIVE))('keepalive: %s', (key, [fits, wrong]) => {
    expect(compare('packet', { from: 'blue', match: { keepalive: { [key]: fits } } }, connect)).toEqual([])
    expect(compare('packet', { from: 'blue', match: { keepalive: { [key]: wrong } } }, connect)).not.toEqual([])
  })

  it('will and keepalive: the tables have all of their keys', () => {
    expect(Object.keys(WILL).sort()).toEqual([...mapOf('will')].sort())
    expect(Object.keys(KEEP_ALIVE).sort()).toEqual([...mapOf('keepalive')].sort())
  })

  it.each(Object.entries(MATCH))('match: %s', (key, [of, fits, wrong]) => {
    expect(compare('packet', { from: 'blue', match: { [key]: fits } }, of)).toEqual([])
    expect(compare('packet', { from: 'blue', match: { [key]: wrong } }, of)).not.toEqual([])
  })
})
