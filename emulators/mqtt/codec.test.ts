import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decoder } from './codec.ts'
import { Dialect } from './decode.ts'
import { encode, type Sendable } from './encode.ts'
import type { Packet } from './packet.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/[\s|]/g, ''), 'hex'))
const decodeAll = (text: string): Packet[] => new Decoder().push(hex(text)).map((d) => d.packet)
const decode = (text: string): Packet => {
  const packets = decodeAll(text)
  expect(packets).toHaveLength(1)
  return packets[0]!
}

describe('the decoder', () => {
  it('reads a CONNECT with everything', () => {
    expect(decode('1020 0004 4d515454 04 ec 003c 0004 64657631 0002 6c77 0003 6f6666 0001 75 0002 7077')).toEqual({
      type: 'connect',
      flags: 0,
      length: 32,
      protocolName: 'MQTT',
      protocolLevel: 4,
      clean: false,
      keepalive: 60,
      clientId: 'dev1',
      will: { topic: 'lw', payload: hex('6f6666'), qos: 1, retain: true },
      username: 'u',
      password: hex('7077'),
    })
  })

  it('reads MQIsdp, and a level that nobody knows', () => {
    expect(decode('1012 0006 4d5149736470 03 02 0000 0004 64657631')).toMatchObject({ protocolLevel: 3 })
    expect(decode('1010 0004 4d515454 09 02 0000 0004 64657631')).toMatchObject({ type: 'connect', protocolLevel: 9 })
  })

  it('gives bytes, offset and order', () => {
    const decoder = new Decoder()
    expect(decoder.push(hex('c000 30 05 0003 61'))).toMatchObject([{ offset: 0, raw: hex('c000') }])
    expect(decoder.rest()).toEqual({ bytes: hex('3005000361'), offset: 2 })
    expect(decoder.push(hex('2f62 d000'))).toMatchObject([
      { offset: 2, packet: { type: 'publish', topic: 'a/b', length: 5 } },
      { offset: 9, packet: { type: 'pingresp' } },
    ])
    expect(decoder.rest()).toBeNull()
  })

  it('keeps a copy, not the caller’s buffer', () => {
    const chunk = hex('3004 0001 61 31')
    const [decoded] = new Decoder().push(chunk)
    chunk.fill(0)
    expect(decoded).toMatchObject({ raw: hex('3004000161 31'), packet: { topic: 'a', payload: hex('31') } })
  })

  it('goes on after a packet with broken contents', () => {
    expect(decodeAll('3003 0000 31 c000').map((p) => p.type)).toEqual(['malformed', 'pingreq'])
  })

  it('gives the stream up after an overlong remaining length, and says so once', () => {
    const decoder = new Decoder()
    expect(decoder.push(hex('c000 30 80808080'))).toMatchObject([
      { packet: { type: 'pingreq' } },
      { packet: { type: 'malformed', claims: 'publish' }, offset: 2, raw: hex('3080808080') },
    ])
    expect(decoder.push(hex('01 c000'))).toEqual([])
    expect(decoder.rest()).toBeNull()
  })

  it('reads the longest length without waiting for memory', () => {
    const decoder = new Decoder()
    expect(decoder.push(hex('30 ffffff7f 0001 61'))).toEqual([])
    expect(decoder.rest()?.bytes).toHaveLength(8)
  })

  const connect = (flags: string, payload = '0001 61') =>
    `10 ${(10 + payload.replace(/ /g, '').length / 2).toString(16).padStart(2, '0')} 0004 4d515454 04 ${flags} 0000 ${payload}`
  it.each([
    ['reserved type 0', '0000', 'reserved'],
    ['reserved type 15', 'f000', 'reserved'],
    ['PINGREQ with flags', 'c100', 'MQTT-2.2.2-1'],
    ['PUBREL without its flag', '6002 0001', 'MQTT-3.6.1-1'],
    ['SUBSCRIBE with other flags', '8006 0001 0001 61 00', 'MQTT-3.8.1-1'],
    ['UNSUBSCRIBE with other flags', 'a005 0001 0001 61', 'MQTT-3.10.1-1'],
    ['QoS 3', '3606 0001 61 0001 31', 'MQTT-3.3.1-4'],
    ['PUBLISH id 0', '3206 0001 61 0000 31', 'MQTT-2.3.1-1'],
    ['PUBLISH empty topic', '3002 0000', 'MQTT-4.7.3-1'],
    ['PUBLISH wildcard', '3003 0001 23', 'MQTT-3.3.2-2'],
    ['PUBLISH topic too long', '3003 0009 61', 'only 1'],
    ['PUBLISH nothing', '3000', 'length of the topic'],
    ['PUBLISH no id', '3203 0001 61', 'packet id'],
    ['bad UTF-8', '3003 0001 ff', 'MQTT-1.5.3-1'],
    ['surrogate', '3005 0003 eda080', 'MQTT-1.5.3-1'],
    ['NUL', '3003 0001 00', 'MQTT-1.5.3-2'],
    ['CONNECT reserved flag', connect('03'), 'MQTT-3.1.2-3'],
    ['will QoS without will', connect('0a'), 'MQTT-3.1.2-13'],
    ['will retain without will', connect('22'), 'MQTT-3.1.2-15'],
    ['will QoS 3', connect('1e', '0001 61 0001 62 0000'), 'MQTT-3.1.2-14'],
    ['password without user', connect('42', '0001 61 0001 62'), 'MQTT-3.1.2-22'],
    ['CONNECT trailing bytes', connect('02', '0001 61 00'), '1 more byte '],
    ['CONNECT no client id', connect('02', ''), 'length of the client id'],
    ['CONNACK reserved flags', '2002 0200', '3.2.2.1'],
    ['CONNACK too long', '2003 000000', 'more byte'],
    ['PUBACK too short', '4001 00', 'packet id'],
    ['PUBACK too long', '4003 000100', 'more byte'],
    ['SUBSCRIBE id 0', '8206 0000 0001 61 00', 'MQTT-2.3.1-1'],
    ['SUBSCRIBE without filters', '8202 0001', 'MQTT-3.8.3-3'],
    ['SUBSCRIBE QoS 3', '8206 0001 0001 61 03', 'MQTT-3.8.3-4'],
    ['SUBSCRIBE QoS byte reserved bits', '8206 0001 0001 61 81', 'MQTT-3.8.3-4'],
    ['SUBSCRIBE without QoS', '8205 0001 0001 61', 'requested QoS'],
    ['SUBSCRIBE misplaced +', '8207 0001 0002 612b 00', 'MQTT-4.7.1-3'],
    ['SUBSCRIBE misplaced #', '820a 0001 0005 612f232f62 00', 'MQTT-4.7.1-2'],
    ['SUBACK code 3', '9003 0001 03', 'MQTT-3.9.3-2'],
    ['SUBACK no code', '9002 0001', 'MQTT-3.8.4-5'],
    ['UNSUBSCRIBE without filters', 'a202 0001', 'MQTT-3.10.3-2'],
    ['UNSUBSCRIBE id 0', 'a205 0000 0001 61', 'MQTT-2.3.1-1'],
    ['DISCONNECT with a body', 'e001 00', 'more byte'],
  ])('malformed: %s', (_name, bytes, reason) => {
    expect(decode(bytes)).toMatchObject({ type: 'malformed', reason: expect.stringContaining(reason) })
  })
})

const id = fc.integer({ min: 1, max: 65_535 })
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const)
const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).filter((s) => !/[\0+#]/.test(s))
const bytes = fc.uint8Array({ maxLength: 300 })
const acks = fc.constantFrom(
  'puback' as const,
  'pubrec' as const,
  'pubrel' as const,
  'pubcomp' as const,
  'unsuback' as const,
)

const sendable: fc.Arbitrary<Sendable> = fc.oneof(
  fc.record({
    type: fc.constant('connect' as const),
    clientId: name,
    clean: fc.boolean(),
    keepalive: fc.integer({ min: 0, max: 65_535 }),
    will: fc.option(fc.record({ topic: name, payload: bytes, qos, retain: fc.boolean() }), { nil: undefined }),
    username: name,
    password: bytes,
  }),
  fc.record({ type: fc.constant('connack' as const), sessionPresent: fc.boolean(), returnCode: fc.nat(5) }),
  fc.record({ type: fc.constant('publish' as const), topic: name, payload: bytes, retain: fc.boolean() }),
  fc.record({
    type: fc.constant('publish' as const),
    topic: name,
    payload: bytes,
    qos: fc.constantFrom(1 as const, 2 as const),
    dup: fc.boolean(),
    packetId: id,
  }),
  fc.record({ type: acks, packetId: id }),
  fc.record({
    type: fc.constant('subscribe' as const),
    packetId: id,
    subscriptions: fc.array(fc.record({ topic: name, qos }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('suback' as const),
    packetId: id,
    granted: fc.array(fc.constantFrom(0, 1, 2, 128), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('unsubscribe' as const),
    packetId: id,
    topics: fc.array(name, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ type: fc.constantFrom('pingreq' as const, 'pingresp' as const, 'disconnect' as const) }),
)

describe('properties', () => {
  it('what mqtt-packet generates decodes to the same fields', () => {
    fc.assert(
      fc.property(sendable, (packet) => {
        const raw = encode(packet)
        const [decoded, ...more] = new Decoder().push(raw)
        expect(more).toEqual([])
        expect(decoded!.raw).toEqual(raw)
        const given = Object.fromEntries(Object.entries(packet).filter(([, v]) => v !== undefined))
        expect(decoded!.packet).toMatchObject(given)
      }),
      { numRuns: 200 },
    )
  })

  it('every split of a stream gives the same packets', () => {
    const stream = fc
      .array(fc.oneof(sendable.map(encode), bytes), { maxLength: 6 })
      .map((parts) => Buffer.concat(parts))
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (all, sizes) => {
        const whole = new Decoder()
        const split = new Decoder()
        const got = []
        for (let at = 0, k = 0; at < all.length; k++) {
          const size = sizes[k % sizes.length]!
          got.push(...split.push(all.subarray(at, at + size)))
          at += size
        }
        expect(got).toEqual(whole.push(all))
        expect(split.rest()).toEqual(whole.rest())
      }),
      { numRuns: 200 },
    )
  })

  it('random bytes never throw, and the packets cover the stream without a hole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (all) => {
        const decoder = new Decoder()
        let at = 0
        for (const { raw, offset } of decoder.push(all)) {
          expect(offset).toBe(at)
          expect(raw).toEqual(all.slice(at, at + raw.length))
          at += raw.length
        }
      }),
    )
  })
})

describe('MQTT 5', () => {
  const CONNECT = '10 16 0004 4d515454 05 02 003c 05 11 0000000a 0004 64657631'
  const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex')

  /** Decodes one packet of the server after a CONNECT of level 5. */
  const after = (hex: string): object => {
    const dialect = new Dialect()
    new Decoder(dialect).push(bytes(CONNECT))
    return new Decoder(dialect).push(bytes(hex))[0]!.packet
  }

  it('is known by its CONNECT, whose properties are passed over', () => {
    expect(new Decoder().push(bytes(CONNECT))[0]?.packet).toMatchObject({
      type: 'connect',
      protocolLevel: 5,
      keepalive: 60,
      clientId: 'dev1',
      clean: true,
    })
  })

  it.each([
    ['CONNACK', '20 06 01 00 03 21 0014', { type: 'connack', sessionPresent: true, returnCode: 0 }],
    ['PUBLISH', '32 0a 0001 74 0007 02 0101 6869', { type: 'publish', topic: 't', packetId: 7, qos: 1 }],
    ['PUBLISH by alias', '30 07 0000 03 230001 78', { type: 'publish', topic: '' }],
    ['PUBACK', '40 02 0007', { type: 'puback', packetId: 7, reasonCode: 0 }],
    ['PUBACK with a reason', '40 03 0007 10', { type: 'puback', packetId: 7, reasonCode: 16 }],
    ['SUBACK', '90 04 0001 00 01', { type: 'suback', packetId: 1, granted: [1] }],
    ['UNSUBACK', 'b0 04 0001 00 11', { type: 'unsuback', packetId: 1 }],
    ['SUBSCRIBE', '82 07 0001 00 0001 74 2d', { type: 'subscribe', subscriptions: [{ topic: 't', qos: 1 }] }],
    ['DISCONNECT', 'e0 01 8e', { type: 'disconnect', reasonCode: 0x8e }],
    [
      'reserved options',
      '82 07 0001 00 0001 74 40',
      { type: 'malformed', reason: expect.stringContaining('MQTT-3.8.3-5') },
    ],
    [
      'properties that run over',
      '20 04 00 00 09 21',
      { type: 'malformed', reason: expect.stringContaining('say 9 bytes') },
    ],
  ])('%s', (_, hex, packet) => {
    expect(after(hex)).toMatchObject(packet)
  })

  it('does not touch a connection of 3.1.1', () => {
    const [decoded] = new Decoder().push(bytes('90 04 0001 00 01'))
    expect(decoded?.packet).toMatchObject({ type: 'suback', granted: [0, 1] })
  })
})
