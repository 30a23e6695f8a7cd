// Fields to bytes and back: against the generator of mqtt-packet, which knows only what is legal, and by hand for
// what is not.

import fc from 'fast-check'
import mqttPacket from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { Decoder, encode, type Sendable } from '../../emulators/index.ts'
import { Diagnostics, parseScenarioText, validate } from '../scenario/index.ts'
import { encodePacket, fieldsFrom, packetChanges, packetFields, rewritePacket } from './index.ts'

function read<S extends z.ZodType>(schema: S, yaml: string): { value: z.output<S> | undefined; wrong: string[] } {
  const { root } = parseScenarioText('test.yaml', yaml)
  const diagnostics = new Diagnostics()
  const value = validate(schema, root!, diagnostics)
  return { value, wrong: diagnostics.all.map((d) => `${d.code}: ${d.message} (${d.hint})`) }
}

const packet = (yaml: string) => {
  const { value, wrong } = read(packetFields, yaml)
  expect(wrong).toEqual([])
  return value!
}
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const hex = (yaml: string, level?: number): string => hexOf(encodePacket(packet(yaml), level))

describe('what is not said is as MQTT wants it', () => {
  it.each([
    ['{ type: connect }', '100c00044d5154540402000000 00'],
    ['{ type: connect, clientId: a, keepalive: 60s, clean: false }', '100d00044d51545404 00 003c 000161'],
    ['{ type: connack }', '20020000'],
    ['{ type: connack, returnCode: 5, sessionPresent: true }', '20020105'],
    ['{ type: publish, topic: a/b, payload: hi }', '30070003612f626869'],
    ['{ type: publish, topic: a, qos: 1, dup: true, retain: true }', '3b05000161 0001'],
    ['{ type: puback, packetId: 513 }', '40020201'],
    ['{ type: pubrel, packetId: 1 }', '62020001'],
    ['{ type: subscribe, topic: a, qos: 1 }', '82060001000161 01'],
    ['{ type: subscribe, topic: [a, b], qos: [0, 2] }', '820a0001000161 00 000162 02'],
    ['{ type: suback, packetId: 7, granted: [1, 128] }', '90040007 0180'],
    ['{ type: unsubscribe, topic: a, packetId: 2 }', 'a2050002000161'],
    ['{ type: unsuback, packetId: 2 }', 'b0020002'],
    ['{ type: pingresp }', 'd000'],
    ['{ type: disconnect }', 'e000'],
  ])('%s', (yaml, bytes) => expect(hex(yaml)).toBe(bytes.replaceAll(' ', '')))
})

describe('what MQTT forbids can be sent', () => {
  it.each([
    ['CONNACK code', '{ type: connack, returnCode: 6 }', '20020006'],
    ['CONNACK flags', '{ type: connack, acknowledgeFlags: 255 }', '2002ff00'],
    ['SUBACK code', '{ type: suback, granted: 3 }', '9003000103'],
    ['SUBACK without codes', '{ type: suback, granted: [] }', '90020001'],
    ['packet id 0', '{ type: puback, packetId: 0 }', '40020000'],
    ['no packet id', '{ type: publish, topic: a, qos: 1, packetId: null }', '3203000161'],
    ['QoS 3', '{ type: publish, topic: a, qos: 3 }', '36050001610001'],
    ['empty topic', '{ type: publish, topic: "" }', '30020000'],
    ['broken UTF-8', '{ type: publish, topic: { hex: "c0 80" } }', '30040002c080'],
    ['flags of PINGREQ', '{ type: pingreq, flags: 15 }', 'cf00'],
    ['a length that lies', '{ type: puback, length: 5 }', '40050001'],
    ['bytes too many', '{ type: puback, extra: { hex: "00" } }', '4003000100'],
    ['SUBSCRIBE without filters', '{ type: subscribe, topic: [] }', '82020001'],
    ['reserved connect flag', '{ type: connect, connectFlags: 3 }', '100c00044d51545404030000 0000'],
    [
      'protocol name',
      '{ type: connect, protocolName: MQIsdp, protocolLevel: 3 }',
      '100e00064d51497364700302 0000 0000',
    ],
  ])('%s', (_, yaml, bytes) => expect(hex(yaml)).toBe(bytes.replaceAll(' ', '')))
})

describe('MQTT 5', () => {
  const parsed = (yaml: string, level = 5): unknown => {
    const parser = mqttPacket.parser({ protocolVersion: 5 })
    const out: unknown[] = []
    parser.on('packet', (p) => out.push(JSON.parse(JSON.stringify(p))))
    parser.on('error', (error) => out.push(error))
    parser.parse(Buffer.from(encodePacket(packet(yaml), level)))
    expect(out).toHaveLength(1)
    return out[0]
  }

  it('properties as mqtt-packet reads them', () => {
    expect(
      parsed(`{ type: connect, protocolLevel: 5, clientId: a, will: { topic: w, properties: { willDelayInterval: 5s } },
        properties: { sessionExpiryInterval: 1m, receiveMaximum: 3, userProperty: { k: v, l: w } } }`),
    ).toMatchObject({
      protocolVersion: 5,
      properties: { sessionExpiryInterval: 60, receiveMaximum: 3, userProperties: { k: 'v', l: 'w' } },
      will: { properties: { willDelayInterval: 5 } },
    })
    expect(
      parsed(
        '{ type: publish, topic: a, payload: x, properties: { topicAlias: 4, contentType: t, correlationData: c } }',
      ),
    ).toMatchObject({ properties: { topicAlias: 4, contentType: 't' }, topic: 'a' })
    expect(parsed('{ type: puback, packetId: 3, reasonCode: 16 }')).toMatchObject({ messageId: 3, reasonCode: 16 })
    expect(parsed('{ type: suback, packetId: 3, granted: 135 }')).toMatchObject({ granted: [135] })
    expect(parsed('{ type: subscribe, topic: a, qos: 1, noLocal: true, retainHandling: 2 }')).toMatchObject({
      subscriptions: [{ topic: 'a', qos: 1, nl: true, rap: false, rh: 2 }],
    })
    expect(parsed('{ type: unsuback, reasonCode: [0, 17] }')).toMatchObject({ granted: [0, 17] })
    expect(parsed('{ type: auth, reasonCode: 24, properties: { authenticationMethod: m } }')).toMatchObject({
      reasonCode: 24,
      properties: { authenticationMethod: 'm' },
    })
  })

  it('a packet of a connection at level 5 has properties, even none', () => {
    expect(hex('{ type: publish, topic: a, payload: x }', 5)).toBe('300500016100' + '78')
    expect(hex('{ type: puback, packetId: 1 }', 5)).toBe('40020001')
    expect(hex('{ type: disconnect, reasonCode: 4 }')).toBe('e00104')
  })
})

describe('diagnostics', () => {
  it.each([
    ['{ type: puback, topic: a }', 'scenario/packet-field: puback has no field "topic" (it has packetId, reasonCode'],
    ['{ type: connack, returnCod: 5 }', 'scenario/unknown-key: unknown key "returnCod" (did you mean "returnCode"?)'],
    ['{ type: conack }', 'did you mean "connack"'],
    ['{ type: publish, payload: 1 }', 'scenario/bare-number: expected text, got a number (write "1")'],
    ['{ type: publish, payload: { t: 21 } }', 'a map is not a payload (to send it as JSON: { json: {"t":21} })'],
    ['{ type: publish, payload: { hexx: "00" } }', 'unknown key "hexx" (write text, or one of { hex: … }'],
    ['{ type: publish, topic: { hex: "0" } }', 'scenario/hex'],
    ['{ type: connect, keepalive: 60 }', 'a duration needs a unit'],
    ['{ type: puback, packetId: 65536 }', '65535'],
    ['{ type: connect, properties: { sessionExpiry: 3s } }', 'did you mean "sessionExpiryInterval"'],
    ['{ type: connect, password: { size: 64KiB } }', '65536 bytes do not fit'],
    ['{ returnCode: 5 }', '"type" is missing'],
  ])('%s', (yaml, message) => {
    const { wrong } = read(packetFields, yaml)
    expect(wrong).toHaveLength(1)
    expect(wrong[0]).toContain(message)
  })

  it('a rewrite changes something', () => {
    expect(read(packetChanges, '{}').wrong).toEqual([expect.stringContaining('no field is to change')])
  })
})

const bytes = fc.uint8Array({ maxLength: 300 })
const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }).filter((s) => !/[\0+#]/.test(s))
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const)
const packetId = fc.integer({ min: 1, max: 65_535 })
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const sendable: fc.Arbitrary<Sendable> = fc.oneof(
  fc.record({
    type: fc.constant('connect' as const),
    clientId: name,
    clean: fc.boolean(),
    keepalive: fc.integer({ min: 0, max: 65_535 }),
    will: maybe(fc.record({ topic: name, payload: bytes, qos, retain: fc.boolean() })),
    username: fc.constant('u'),
    password: maybe(bytes),
  }),
  fc.record({ type: fc.constant('connack' as const), sessionPresent: fc.boolean(), returnCode: fc.nat(5) }),
  fc.record({
    type: fc.constant('publish' as const),
    topic: name,
    payload: bytes,
    qos,
    retain: fc.boolean(),
    dup: fc.boolean(),
    packetId,
  }),
  fc.record({ type: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'), packetId }),
  fc.record({
    type: fc.constant('subscribe' as const),
    packetId,
    subscriptions: fc.array(fc.record({ topic: name, qos }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('suback' as const),
    packetId,
    granted: fc.array(fc.constantFrom(0, 1, 2, 128), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ type: fc.constant('unsubscribe' as const), packetId, topics: fc.array(name, { minLength: 1 }) }),
  fc.record({ type: fc.constantFrom('pingreq', 'pingresp', 'disconnect') }),
)

describe('rewrite', () => {
  it('every packet of mqtt-packet, taken apart and made anew, is the same bytes', () => {
    fc.assert(
      fc.property(sendable, (given) => {
        const raw = encode(given)
        const [decoded] = new Decoder().push(raw)
        expect(hexOf(encodePacket(fieldsFrom(decoded!.packet)!))).toBe(hexOf(raw))
      }),
    )
  })

  const rewritten = (raw: string, yaml: string): string => {
    const { value, wrong } = read(packetChanges, yaml)
    expect(wrong).toEqual([])
    const result = rewritePacket(Buffer.from(raw.replaceAll(' ', ''), 'hex'), value!)
    return 'bytes' in result ? hexOf(result.bytes) : result.refused
  }

  it.each([
    ['20020000', '{ returnCode: 6 }', '20020006'],
    ['20020000', '{ acknowledgeFlags: 255 }', '2002ff00'],
    ['9003000101', '{ granted: 128 }', '9003000180'],
    ['40020007', '{ packetId: 0 }', '40020000'],
    ['40020007', '{ type: pubrec }', '50020007'],
    ['3205000161 0007', '{ qos: 3 }', '36050001610007'],
    ['3205000161 0007', '{ qos: 0 }', '3003000161'],
    ['3003000161', '{ qos: 1 }', '32050001610001'],
    ['3003000161', '{ payload: hi, retain: true, topic: bc }', '310600026263' + '6869'],
    ['40020007', '{ flags: 2, length: 3 }', '42030007'],
    ['4f020007', '{ flags: 0 }', '40020007'],
    ['4f020007', '{ packetId: 3 }', 'it is malformed, so its fields are unknown'],
    ['40020007', '{ topic: a }', 'puback has no field "topic"'],
    ['8206 0001 0001 61 00', '{ qos: 2 }', '820600010001' + '6102'],
  ])('%s with %s', (raw, yaml, result) => expect(rewritten(raw, yaml)).toBe(result))
})

describe('rewritten on a connection of MQTT 5', () => {
  const rewritten5 = (raw: string, yaml: string): string => {
    const { value, wrong } = read(packetChanges, yaml)
    expect(wrong).toEqual([])
    const out = rewritePacket(Buffer.from(raw.replace(/ /g, ''), 'hex'), value!, 5)
    return 'bytes' in out ? hexOf(out.bytes) : out.refused
  }

  it.each([
    ['40020007', '{ packetId: 8 }', '40020008'],
    ['4003000710', '{ packetId: 8 }', '4003000810'],
    ['4004000710 00', '{ packetId: 8 }', '400400081000'],
    ['4003000710', '{ reasonCode: quota-exceeded }', '4003000797'],
    ['40020007', '{ properties: { reasonString: a } }', '400800070004' + '1f000161'],
    ['e000', '{ reasonCode: 4 }', 'e00104'],
    [
      '2003 000000',
      '{ properties: { topicAliasMaximum: 5, retainAvailable: false } }',
      '200800000522' + '0005' + '2500',
    ],
    ['2006 0000 03 21 0005', '{ properties: { receiveMaximum: { absent: true } } }', '2003000000'],
    ['2006 0000 03 21 0005', '{ properties: { receiveMaximum: [1, 1] } }', '200900000621' + '000121' + '0001'],
    ['2006 0000 03 21 0005', '{ sessionPresent: true }', '20060100032' + '10005'],
    ['2003 000000', '{ properties: { hex: ff } }', '20040000' + '01ff'],
    ['8207 0001 00 0001 74 2d', '{ qos: 2 }', '82070001000001742e'],
    ['8207 0001 00 0001 74 2d', '{ noLocal: false, retainHandling: 3 }', '820700010000017439'],
    ['b005 0001 00 00 11', '{ packetId: 2 }', 'b0050002000011'],
    ['f000', '{ reasonCode: re-authenticate }', 'f00119'],
    ['3006 0001 74 00 6869', '{ payload: ho }', '30060001740' + '0686f'],
  ])('%s with %s', (raw, yaml, result) => expect(rewritten5(raw, yaml)).toBe(result))

  it('nothing changed is the packet itself, whatever mqtt-packet makes', () => {
    const sub = mqttPacket.generate(
      {
        cmd: 'subscribe',
        messageId: 7,
        properties: { subscriptionIdentifier: 9, userProperties: { a: ['1', '2'], b: '3' } },
        subscriptions: [
          { topic: 'a', qos: 1, nl: true, rap: true, rh: 2 },
          { topic: 'b', qos: 0 },
        ],
      } as never,
      { protocolVersion: 5 },
    )
    const out = rewritePacket(sub, { packetId: 7 } as never, 5)
    expect('bytes' in out && hexOf(out.bytes)).toBe(hexOf(sub))
  })
})
