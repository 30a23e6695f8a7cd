// MQTT 5 against mqtt-packet, which has its own tables and its own order, and by hand for what it refuses to make.

import fc from 'fast-check'
import mqttPacket from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { Decoder } from './codec.ts'
import { Dialect } from './decode.ts'
import type { Packet } from './packet.ts'
import { PROPERTIES, type PropertyHolder, type PropertyName } from './properties.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/[\s|]/g, ''), 'hex'))

/** On a connection of MQTT 5. */
function decode(raw: Uint8Array): Packet {
  const dialect = new Dialect()
  dialect.level = 5
  const decoded = new Decoder(dialect).push(raw)
  expect(decoded).toHaveLength(1)
  return decoded[0]!.packet
}

/** Where mqtt-packet has another name, or another type, for a property. */
const NAMES: Readonly<Record<string, string>> = {
  maximumQos: 'maximumQoS',
  userProperty: 'userProperties',
  subscriptionIdentifierAvailable: 'subscriptionIdentifiersAvailable',
}

const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((one) => !one.includes('\0'))
const plain = fc.stringMatching(/^[a-z]{1,8}$/)
const data = fc.uint8Array({ maxLength: 20 })

/** Ours and theirs of one property. */
function oneOf(name: PropertyName): fc.Arbitrary<readonly [ours: unknown, theirs: unknown]> {
  const kind = PROPERTIES[name][1]
  const same = <T>(one: fc.Arbitrary<T>) => one.map((value) => [value, value] as const)
  switch (kind) {
    case 'byte':
      return name === 'maximumQos' ? same(fc.nat(255)) : fc.nat(1).map((n) => [n, n === 1] as const)
    case 'uint16':
      return same(fc.nat(0xffff))
    case 'uint32':
      return same(fc.nat(0xffff_ffff))
    case 'varint':
      return fc.integer({ min: 1, max: 268_435_455 }).map((n) => [[n], n] as const)
    case 'string':
      return same(text)
    case 'binary':
      return data.map((one) => [one, Buffer.from(one)] as const)
    case 'pairs':
      // mqtt-packet keeps a map: pairs of one name stand together.
      return fc
        .uniqueArray(fc.tuple(plain, fc.array(text, { minLength: 1, maxLength: 3 })), {
          selector: ([key]) => key,
          minLength: 1,
          maxLength: 3,
        })
        .map((all) => [all.flatMap(([key, list]) => list.map((one) => [key, one])), Object.fromEntries(all)] as const)
  }
}

const propertiesOf = (holder: PropertyHolder) => {
  const names = (Object.keys(PROPERTIES) as PropertyName[]).filter((name) =>
    (PROPERTIES[name][2] as readonly string[]).includes(holder),
  )
  return fc
    .tuple(...names.map((name) => fc.option(oneOf(name), { freq: 2 }).map((value) => [name, value] as const)))
    .map((all) => {
      const given = all.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
      return {
        ours: Object.fromEntries(given.map(([name, [ours]]) => [name, ours])),
        theirs: Object.fromEntries(given.map(([name, [, theirs]]) => [NAMES[name] ?? name, theirs])),
      }
    })
}

const id = fc.integer({ min: 1, max: 65_535 })
const topic = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((s) => !/[\0+#]/.test(s))
const code = fc.constantFrom(0x80, 0x87, 0x97)

const packets: fc.Arbitrary<{ readonly theirs: object; readonly ours: object }> = fc.oneof(
  fc
    .record({ p: propertiesOf('connect'), will: propertiesOf('will'), password: fc.option(data), clean: fc.boolean() })
    .map(({ p, will, password, clean }) => ({
      theirs: {
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        clean,
        clientId: 'c',
        keepalive: 7,
        properties: p.theirs,
        will: { topic: 'w', payload: Buffer.from('x'), qos: 1, retain: true, properties: will.theirs },
        ...(password === null ? {} : { username: 'u', password: Buffer.from(password) }),
      },
      ours: {
        type: 'connect',
        protocolLevel: 5,
        clean,
        properties: p.ours,
        will: { topic: 'w', payload: bytes('78'), qos: 1, retain: true, properties: will.ours },
        ...(password === null ? {} : { password }),
      },
    })),
  fc.record({ p: propertiesOf('connack'), code, sessionPresent: fc.boolean() }).map(({ p, code, sessionPresent }) => ({
    theirs: { cmd: 'connack', reasonCode: code, sessionPresent, properties: p.theirs },
    ours: { type: 'connack', returnCode: code, sessionPresent, properties: p.ours },
  })),
  fc
    .record({ p: propertiesOf('publish'), id, topic, payload: data, qos: fc.constantFrom(0, 1, 2) })
    .map(({ p, id, qos, ...rest }) => ({
      theirs: {
        cmd: 'publish',
        qos,
        messageId: id,
        retain: false,
        dup: false,
        properties: p.theirs,
        ...rest,
        payload: Buffer.from(rest.payload),
      },
      ours: { type: 'publish', qos, ...(qos === 0 ? {} : { packetId: id }), properties: p.ours, ...rest },
    })),
  fc.constantFrom('puback' as const, 'pubrec' as const, 'pubrel' as const, 'pubcomp' as const).chain((type) =>
    fc.record({ p: propertiesOf(type), id, code }).map(({ p, id, code }) => ({
      theirs: { cmd: type, messageId: id, reasonCode: code, properties: p.theirs },
      ours: { type, packetId: id, reasonCode: code, properties: p.ours },
    })),
  ),
  fc
    .record({
      p: propertiesOf('subscribe'),
      id,
      asked: fc.array(
        fc.record({ topic, qos: fc.constantFrom(0, 1, 2), nl: fc.boolean(), rap: fc.boolean(), rh: fc.nat(2) }),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ p, id, asked }) => ({
      theirs: { cmd: 'subscribe', messageId: id, properties: p.theirs, subscriptions: asked },
      ours: {
        type: 'subscribe',
        packetId: id,
        properties: p.ours,
        subscriptions: asked.map(({ topic, qos, nl, rap, rh }) => ({
          topic,
          qos,
          noLocal: nl,
          retainAsPublished: rap,
          retainHandling: rh,
        })),
      },
    })),
  fc
    .record({ p: propertiesOf('suback'), id, codes: fc.array(code, { minLength: 1, maxLength: 3 }) })
    .map(({ p, id, codes }) => ({
      theirs: { cmd: 'suback', messageId: id, granted: codes, properties: p.theirs },
      ours: { type: 'suback', packetId: id, granted: codes, properties: p.ours },
    })),
  fc
    .record({ p: propertiesOf('unsubscribe'), id, topics: fc.array(topic, { minLength: 1, maxLength: 3 }) })
    .map(({ p, id, topics }) => ({
      theirs: { cmd: 'unsubscribe', messageId: id, unsubscriptions: topics, properties: p.theirs },
      ours: { type: 'unsubscribe', packetId: id, topics, properties: p.ours },
    })),
  fc
    .record({ p: propertiesOf('unsuback'), id, codes: fc.array(code, { minLength: 1, maxLength: 3 }) })
    .map(({ p, id, codes }) => ({
      theirs: { cmd: 'unsuback', messageId: id, granted: codes, properties: p.theirs },
      ours: { type: 'unsuback', packetId: id, reasonCodes: codes, properties: p.ours },
    })),
  fc.record({ p: propertiesOf('disconnect'), code }).map(({ p, code }) => ({
    theirs: { cmd: 'disconnect', reasonCode: code, properties: p.theirs },
    ours: { type: 'disconnect', reasonCode: code, properties: p.ours },
  })),
  fc.record({ p: propertiesOf('auth') }).map(({ p }) => ({
    theirs: { cmd: 'auth', reasonCode: 0x18, properties: p.theirs },
    ours: { type: 'auth', reasonCode: 0x18, properties: p.ours },
  })),
)

it('what mqtt-packet generates decodes to the same fields, properties in their order', () => {
  fc.assert(
    fc.property(packets, ({ theirs, ours }) => {
      const raw = mqttPacket.generate(theirs as never, { protocolVersion: 5 })
      const packet = decode(Uint8Array.from(raw))
      expect(packet).toMatchObject(ours)
      const { properties } = packet as { readonly properties?: object }
      const wanted = (ours as { readonly properties: object }).properties
      expect(Object.keys(properties!)).toEqual(Object.keys(wanted))
      expect(properties).toEqual(wanted)
    }),
    { numRuns: 500 },
  )
})

describe('what mqtt-packet does not make', () => {
  it.each([
    ['nothing at all', 'e000', { reasonCode: 0, properties: {} }],
    ['a reason without properties', 'e001 97', { reasonCode: 0x97, properties: {} }],
    ['AUTH that leaves out all', 'f000', { type: 'auth', reasonCode: 0, properties: {} }],
    [
      'a property that must stand once, twice',
      '2009 00 00 06 21 0001 21 0002',
      { properties: { receiveMaximum: [1, 2] } },
    ],
    ['a property that does not belong here', 'e005 00 03 23 0001', { properties: { topicAlias: 1 } }],
    [
      'several subscription identifiers',
      '3008 0001 74 04 0b01 0b02',
      { properties: { subscriptionIdentifier: [1, 2] } },
    ],
    ['an alias for the topic', '3006 0000 03 230001', { topic: '', properties: { topicAlias: 1 } }],
    ['codes that nobody knows', '9004 0001 00 77', { granted: [0x77] }],
    ['a handling that nobody knows', '8207 0001 00 0001 74 30', { subscriptions: [{ retainHandling: 3 }] }],
  ])('%s', (_, hex, fields) => {
    expect(decode(bytes(hex))).toMatchObject(fields)
  })

  it('user properties keep their order, whatever stands between them', () => {
    const pair = (key: string, value: string): string =>
      `26 0001 ${Buffer.from(key).toString('hex')} 0001 ${Buffer.from(value).toString('hex')}`
    const list = [pair('b', '1'), '01 01', pair('a', '2'), pair('b', '3')].join(' ').replace(/ /g, '')
    const body = `0001 74 ${(list.length / 2).toString(16).padStart(2, '0')} ${list}`.replace(/ /g, '')
    const packet = decode(bytes(`30 ${(body.length / 2).toString(16).padStart(2, '0')} ${body}`))
    expect(packet).toMatchObject({
      properties: {
        payloadFormatIndicator: 1,
        userProperty: [
          ['b', '1'],
          ['a', '2'],
          ['b', '3'],
        ],
      },
    })
  })
})

describe('malformed, with the statement that is broken and the byte where', () => {
  it.each([
    ['length of the properties missing', '3003 0001 74', 'MQTT-2.2.2-1', 5],
    ['length in too many bytes', '3005 0001 74 8000', 'MQTT-1.5.5-1', 5],
    ['remaining length in too many bytes', 'c08000', 'MQTT-1.5.5-1', 1],
    ['text of a property ill-formed', '3008 0001 74 04 03 0001 ff', 'MQTT-1.5.4-1', 7],
    ['NUL in a property', '3008 0001 74 04 03 0001 00', 'MQTT-1.5.4-2', 7],
    ['user property, its value', '300c 0001 74 08 26 0001 61 0002 c0af', 'MQTT-1.5.7-1', 10],
    ['user property, its name', '300b 0001 74 07 26 0001 ff 0001 61', 'MQTT-1.5.7-1', 7],
    ['empty topic without an alias', '3003 0000 00', 'MQTT-4.7.3-1', 2],
    ['wildcard in a topic', '3004 0001 23 00', 'MQTT-3.3.2-2', 2],
    ['packet id 0', '3206 0001 74 0000 00', 'MQTT-2.2.1-3', 5],
    ['QoS 3', '3606 0001 74 0001 00', 'MQTT-3.3.1-4', 2],
    ['acknowledge flags', '2003 02 00 00', 'MQTT-3.2.2-1', 2],
    ['options of a subscription', '8207 0001 00 0001 74 40', 'MQTT-3.8.3-5', 8],
    ['SUBSCRIBE of nothing', '8203 0001 00', 'MQTT-3.8.3-2', 4],
    ['UNSUBSCRIBE of nothing', 'a203 0001 00', 'MQTT-3.10.3-2', 4],
    ['a# in a filter', '8208 0001 00 0002 6123 00', 'MQTT-4.7.1-1', 5],
    ['a+ in a filter', '8208 0001 00 0002 612b 00', 'MQTT-4.7.1-2', 5],
    ['shared group without a name', '820f 0001 00 0009 24736861 72652f2f 74 00', 'MQTT-4.8.2-1', 5],
    ['shared group with a wildcard', '8210 0001 00 000a 24736861 72652f2b 2f74 00', 'MQTT-4.8.2-2', 5],
    ['DISCONNECT flags', 'e100', 'MQTT-3.14.1-1', 0],
    ['AUTH flags', 'f100', 'MQTT-3.15.1-1', 0],
    ['PINGREQ flags', 'c100', 'MQTT-2.1.3-1', 0],
  ])('%s', (_, hex, statement, offset) => {
    expect(decode(bytes(hex))).toMatchObject({ type: 'malformed', statement, offset })
  })

  it.each([
    ['an identifier that there is not', '2005 00 00 02 7f00', 5, 'unknown property 127'],
    ['a property cut short', '2006 00 00 02 21 00 00', 6, 'properties end inside its receive maximum'],
    ['properties that run over', '2004 00 00 09 21', 4, 'the properties say 9 bytes'],
    ['bytes behind the properties', '2004 00 00 00 00', 5, '1 more byte'],
  ])('%s, which has no number of its own', (_, hex, offset, reason) => {
    const raw = bytes(hex)
    raw[1] = raw.length - 2
    const packet = decode(raw)
    expect(packet).toMatchObject({ type: 'malformed', reason: expect.stringContaining(reason), offset })
    expect(packet).not.toHaveProperty('statement')
  })

  it('a CONNECT, by the level that it names', () => {
    const connect = (level: string, rest: string): string => {
      const body = `0004 4d515454 ${level} 06 0000 ${rest}`.replace(/ /g, '')
      return `10 ${(body.length / 2).toString(16).padStart(2, '0')} ${body}`
    }
    const bad = 'ff'
    expect(decode(bytes(connect('05', `00 0001 61 00 0001 ${bad} 0000`)))).toMatchObject({
      statement: 'MQTT-1.5.4-1',
      offset: 17,
    })
    expect(decode(bytes(connect('04', `0001 61 0001 ${bad} 0000`)))).toMatchObject({
      statement: 'MQTT-1.5.3-1',
      offset: 15,
    })
    expect(decode(bytes(connect('05', '00 0001 61 00')))).toMatchObject({ statement: 'MQTT-3.1.2-9' })
  })
})

it('random bytes never throw, and AUTH is of MQTT 5 alone', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(15), (body, type) => {
      const header = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
      const packet = decode(Uint8Array.from([type << 4, ...header, ...body]))
      expect(packet.flags).toBe(0)
      if (packet.type === 'malformed') expect(packet.offset).toBeLessThanOrEqual(body.length + 1 + header.length)
    }),
    { numRuns: 1000 },
  )
  expect(new Decoder().push(bytes('f000'))[0]!.packet).toMatchObject({ type: 'malformed', claims: 'reserved' })
})
