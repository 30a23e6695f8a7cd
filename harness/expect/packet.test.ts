import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Sendable } from '../../emulators/index.ts'
import type { Event, PacketEvent } from '../evidence/index.ts'
import { describe as describeEvent, eventFields, fieldAt, mayMatch, packetDifferences, packetFields } from './index.ts'
import { accepts, compare, packetEvent, shown } from './testing.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const will = { topic: 'w', payload: bytes('gone'), qos: 1 as const, retain: true }
const connect: Sendable = {
  type: 'connect',
  clientId: 'blue',
  clean: false,
  keepalive: 60,
  will,
  username: 'u',
  password: bytes('p'),
}
const up = (match: object, said: Sendable | string) =>
  compare('packet', { from: 'blue', match }, packetEvent('up', said))

describe('whose packet', () => {
  const puback: Sendable = { type: 'puback', packetId: 1 }

  it('is none of the matcher’s business: other device, direction, type, kind of event', () => {
    expect(compare('packet', { from: 'green' }, packetEvent('up', puback))).toBeNull()
    expect(compare('packet', { to: 'blue' }, packetEvent('up', puback))).toBeNull()
    expect(compare('packet', { from: 'blue' }, packetEvent('down', puback))).toBeNull()
    expect(compare('packet', { from: 'blue', type: 'publish' }, packetEvent('up', puback))).toBeNull()
    const socket = { kind: 'socket', device: 'blue', change: 'closed', by: 'device', at: 0, seq: 0 } as never
    expect(compare('packet', { from: 'blue' }, socket)).toBeNull()
  })

  it('matches by device, direction and type alone', () => {
    expect(compare('packet', { from: 'blue', type: 'puback' }, packetEvent('up', puback))).toEqual([])
    expect(compare('packet', { to: 'blue' }, packetEvent('down', puback))).toEqual([])
  })

  it('needs exactly one direction', () => {
    expect([accepts('packet', {}), accepts('packet', { from: 'a', to: 'a' }), accepts('packet', { to: 'a' })]).toEqual([
      false,
      false,
      true,
    ])
  })
})

describe('which end of the link saw it', () => {
  const publish: Sendable = { type: 'publish', topic: 'a' }
  const seen = (fields: object, rest: object) =>
    compare('packet', { from: 'blue', ...fields }, packetEvent('up', publish, rest))

  it('the device, when nothing is said', () => {
    expect(seen({}, { end: 'device' })).toEqual([])
    expect(seen({ at: 'device' }, { end: 'device' })).toEqual([])
    expect(seen({}, { end: 'broker' })).toEqual(['at: expected device, got broker'])
    expect(seen({ at: 'broker' }, { end: 'device' })).toEqual(['at: expected broker, got device'])
  })

  it('both saw what nothing happened to', () => {
    expect([seen({}, {}), seen({ at: 'device' }, {}), seen({ at: 'broker' }, {})]).toEqual([[], [], []])
  })

  it('by: whether a peer sent it or the link', () => {
    expect(seen({ at: 'broker', by: 'link' }, { end: 'broker', by: 'link' })).toEqual([])
    expect(seen({ at: 'broker', by: 'link' }, { end: 'broker' })).toEqual(['by: expected link, got peer'])
    expect(seen({ at: 'broker', by: 'peer' }, { end: 'broker', by: 'link' })).toEqual(['by: expected peer, got link'])
  })

  it('in words', () => {
    expect(shown('packet', { from: 'blue', at: 'broker', by: 'link', type: 'publish' })).toBe(
      'PUBLISH from blue, at the broker, by the link',
    )
    const told = (rest: object) => describeEvent(packetEvent('up', publish, rest)).replace(/^.*blue/, 'blue')
    expect(told({ end: 'device', delivered: false })).toBe(
      'blue → PUBLISH topic "a" payload "" qos 0 [at the device] (dropped by the link)',
    )
    expect(told({ end: 'broker', by: 'link' })).toBe(
      'blue → PUBLISH topic "a" payload "" qos 0 [at the broker, from the link]',
    )
  })
})

// For each type: all of its fields as they are, and one line for each that is not.
const types: readonly (readonly [string, Sendable | string, object, object, string[]])[] = [
  [
    'connect',
    connect,
    {
      clientId: 'blue',
      clean: false,
      keepalive: '60s',
      username: 'u',
      password: 'p',
      protocolName: 'MQTT',
      protocolLevel: 4,
      flags: 0,
    },
    { clientId: 'green', clean: true, keepalive: '30s', username: null },
    [
      'clientId: expected "green", got "blue"',
      'clean: expected true, got false',
      'keepalive: expected 30, got 60',
      'username: expected nothing, got "u"',
    ],
  ],
  [
    'connack',
    '20 02 01 05',
    { sessionPresent: true, returnCode: 5, length: 2 },
    { sessionPresent: false, returnCode: 0 },
    ['sessionPresent: expected false, got true', 'returnCode: expected 0, got 5'],
  ],
  [
    'publish',
    { type: 'publish', topic: 'a/b', payload: bytes('hi'), qos: 1, packetId: 7, retain: true, dup: true },
    { topic: 'a/b', payload: 'hi', qos: 1, packetId: 7, retain: true, dup: true, flags: 0b1011 },
    { topic: '/^b/', payload: { hex: '6869 00' }, qos: 0, packetId: 8, retain: false, dup: false },
    [
      'topic: expected /^b/, got "a/b"',
      'payload: expected the bytes 68 69 00, got "hi"',
      'qos: expected 0, got 1',
      'packetId: expected 8, got 7',
      'retain: expected false, got true',
      'dup: expected false, got true',
    ],
  ],
  [
    'puback',
    { type: 'puback', packetId: 3 },
    { packetId: 3, flags: 0 },
    { packetId: 4 },
    ['packetId: expected 4, got 3'],
  ],
  ['pubrec', { type: 'pubrec', packetId: 3 }, { packetId: 3 }, { packetId: 4 }, ['packetId: expected 4, got 3']],
  [
    'pubrel',
    { type: 'pubrel', packetId: 3 },
    { packetId: 3, flags: 2 },
    { packetId: 4 },
    ['packetId: expected 4, got 3'],
  ],
  ['pubcomp', { type: 'pubcomp', packetId: 3 }, { packetId: 3 }, { packetId: 4 }, ['packetId: expected 4, got 3']],
  [
    'subscribe',
    {
      type: 'subscribe',
      packetId: 2,
      subscriptions: [
        { topic: 'a', qos: 0 },
        { topic: 'b', qos: 1 },
      ],
    },
    { packetId: 2, topic: ['a', 'b'], qos: [0, 1], flags: 2 },
    { topic: ['b', 'a'], qos: 0 },
    ['topic: expected ["b", "a"], got ["a", "b"]', 'qos: expected 0, got [0, 1]'],
  ],
  [
    'suback',
    { type: 'suback', packetId: 2, granted: [0, 128] },
    { packetId: 2, granted: [0, 128] },
    { granted: [128, 0] },
    ['granted: expected [128, 0], got [0, 128]'],
  ],
  [
    'unsubscribe',
    { type: 'unsubscribe', packetId: 4, topics: ['a'] },
    { packetId: 4, topic: 'a', flags: 2 },
    { topic: 'b' },
    ['topic: expected "b", got ["a"]'],
  ],
  ['unsuback', { type: 'unsuback', packetId: 4 }, { packetId: 4 }, { packetId: 5 }, ['packetId: expected 5, got 4']],
  ['pingreq', { type: 'pingreq' }, { length: 0 }, { length: 1 }, ['length: expected 1, got 0']],
  ['pingresp', { type: 'pingresp' }, { length: 0 }, { length: 1 }, ['length: expected 1, got 0']],
  ['disconnect', { type: 'disconnect' }, { hex: 'e0 00' }, { hex: 'e001' }, ['hex: expected e001, got e000']],
  [
    'malformed',
    '62 00',
    { claims: 'pubrel', reason: '/./' },
    { claims: 'puback' },
    ['claims: expected "puback", got "pubrel"'],
  ],
]

test.each(types)('%s: every field, and what differs', (type, said, same, other, lines) => {
  expect(compare('packet', { from: 'blue', type, match: same }, packetEvent('up', said))).toEqual([])
  expect(compare('packet', { from: 'blue', type, match: other }, packetEvent('up', said))?.toSorted()).toEqual(
    lines.toSorted(),
  )
})

test.each(types)('%s: whatever a report shows of it can be claimed', (_, said) => {
  const given = packetEvent('up', said)
  const names = given.kind === 'packet' ? Object.keys(packetFields(given.packet)) : []
  expect(names).toContain('length')
  const match = Object.fromEntries(names.filter((name) => name !== 'type').map((name) => [name, undefined]))
  expect(accepts('packet', { from: 'blue', match })).toBe(true)
  expect(accepts('packet', { from: 'blue', match: { ...match, nothing: undefined } })).toBe(false)
})

describe('keepalive', () => {
  const claims: readonly (readonly [object | string, boolean])[] = [
    ['60s', true],
    ['1m', true],
    [{ gte: '1m', lt: '61s' }, true],
    [{ gt: '60s' }, false],
    [{ lte: '59999ms' }, false],
  ]

  it.each(claims)('%j on a CONNECT of 60 s: %s', (keepalive, fits) => {
    expect(up({ keepalive }, connect)?.length).toBe(fits ? 0 : 1)
  })

  it('is a duration, so a bare number is not one', () => {
    expect(accepts('packet', { from: 'blue', match: { keepalive: 60 } })).toBe(false)
    expect(accepts('packet', { from: 'blue', match: { keepalive: { gt: 60 } } })).toBe(false)
  })
})

describe('will', () => {
  const without: Sendable = { type: 'connect', clientId: 'blue' }

  it('true or false: is there one', () => {
    expect([up({ will: true }, connect), up({ will: false }, without)]).toEqual([[], []])
    expect(up({ will: false }, connect)?.[0]).toContain('will: expected none, got { topic: "w"')
    expect(up({ will: true }, without)).toEqual(['will: expected one, got none'])
  })

  it('partial: only what is named', () => {
    expect(up({ will: { topic: 'w', qos: 1 } }, connect)).toEqual([])
    expect(up({ will: { payload: '/^go/', retain: true } }, connect)).toEqual([])
    expect(up({ will: { retain: false, topic: '/x/' } }, connect)).toEqual([
      'will.topic: expected /x/, got "w"',
      'will.retain: expected false, got true',
    ])
    expect(up({ will: { topic: 'w' } }, without)?.[0]).toMatch(/^will: expected .*, got none$/)
  })

  it('is nothing that another packet has or lacks', () => {
    const publish: Sendable = { type: 'publish', topic: 'w' }
    for (const will of [true, false, { topic: 'w' }]) expect(up({ will }, publish)).toHaveLength(1)
    expect(up({ returnCode: { not: 0 } }, publish)).toEqual(['returnCode: expected not 0, got none'])
  })

  it('is shown with its matchers', () => {
    expect(shown('packet', { from: 'blue', type: 'connect', match: { will: { topic: '/x/', qos: 1 } } })).toBe(
      'CONNECT from blue, will { topic: /x/, qos: 1 }',
    )
  })
})

describe('beside the packet', () => {
  const lost = packetEvent('up', { type: 'pingreq' }, { delivered: false, connection: 2 })

  it('delivered: whether the link passed it on', () => {
    expect(compare('packet', { from: 'blue', delivered: false }, lost)).toEqual([])
    expect(compare('packet', { from: 'blue', delivered: true }, lost)).toEqual(['delivered: expected true, got false'])
  })

  it('connection: the device’s first, second, …', () => {
    expect(compare('packet', { from: 'blue', connection: 2 }, lost)).toEqual([])
    expect(compare('packet', { from: 'blue', connection: { lt: 2 } }, lost)).toEqual([
      'connection: expected < 2, got 2',
    ])
  })

  it('hex: the packet’s own bytes, in any case and with spaces', () => {
    expect(up({ hex: 'C0 00' }, { type: 'pingreq' })).toEqual([])
    expect(accepts('packet', { from: 'blue', match: { hex: 'c0 0' } })).toBe(false)
  })
})

describe('saved paths', () => {
  const fields = eventFields(packetEvent('up', connect))

  it('lead into maps and lists, and to nothing elsewhere', () => {
    expect(fieldAt(fields, 'will.qos')).toBe(1)
    expect(fieldAt(fields, 'will.topic.0')).toBeUndefined()
    expect(fieldAt(fields, 'nothing.at.all')).toBeUndefined()
    const suback = eventFields(packetEvent('up', { type: 'suback', packetId: 1, granted: [2, 128] }))
    expect([fieldAt(suback, 'granted.1'), fieldAt(suback, 'granted.7')]).toEqual([128, undefined])
  })
})

describe('a packet that has only begun', () => {
  const types = ['publish', 'subscribe', 'puback', 'pingreq', 'connect'] as const
  const sendable: fc.Arbitrary<Sendable> = fc.oneof(
    fc
      .record({ topic: fc.constantFrom('a', 'b/c'), size: fc.constantFrom(0, 5, 200), qos: fc.constantFrom(0, 1, 2) })
      .chain(({ topic, size, qos }) =>
        fc.record({ retain: fc.boolean(), dup: fc.boolean() }).map(
          (flags): Sendable => ({
            type: 'publish',
            topic,
            payload: new Uint8Array(size),
            qos: qos as 0,
            ...flags,
            ...(qos === 0 ? { dup: false } : { packetId: 3 }),
          }),
        ),
      ),
    fc.constantFrom<Sendable>(
      { type: 'subscribe', packetId: 1, subscriptions: [{ topic: 'a', qos: 0 }] },
      { type: 'puback', packetId: 1 },
      { type: 'pingreq' },
      connect,
    ),
  )
  const wanted = fc.record(
    {
      topic: fc.constantFrom<never>('a' as never, { not: 'a' } as never),
      payload: fc.constant('' as never),
      qos: fc.nat(2),
      retain: fc.boolean(),
      dup: fc.boolean(),
      packetId: fc.nat(3),
    },
    { requiredKeys: [] },
  )

  it('is never ruled out when the whole one matches, and is when its first bytes tell', () => {
    fc.assert(
      fc.property(
        sendable,
        wanted,
        fc.option(fc.subarray([...types], { minLength: 1 }), { nil: null }),
        (said, want, types) => {
          const { packet, raw } = packetEvent('up', said) as Event & PacketEvent
          const isOne = types === null || (types as readonly string[]).includes(packet.type)
          const matches = isOne && packetDifferences(want, packet, raw).length === 0
          for (let size = 0; size <= raw.length; size++) {
            const may = mayMatch(types, want, raw.subarray(0, size))
            if (matches) expect(may, `${size} bytes`).not.toBe(false)
            if (typeof may === 'number') expect(may).toBeGreaterThan(size)
          }
        },
      ),
    )
    const begun = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')
    expect(mayMatch(['pingreq'], {}, begun('30'))).toBe(false)
    expect(mayMatch(null, {}, begun('30'))).toBe(true)
    expect(mayMatch(['publish'], { topic: 'a' }, begun('30 10 00 01'))).toBe(5)
    expect(mayMatch(['publish'], { topic: 'a' }, begun('30 10 00 01 62'))).toBe(false)
    expect(mayMatch(['publish'], { qos: 1 }, begun('30'))).toBe(false)
    expect(mayMatch(null, { topic: 'a' }, begun('c0'))).toBe(false)
    expect(mayMatch(['malformed'], {}, begun('c0'))).toBe(true)
  })
})
