// The decoder of MQTT 5 against an independent one: captures are read by tshark, which must find no packet malformed, and
// in each the fields, properties and reason codes that the record has.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  Decoder,
  Dialect,
  type Instant,
  type Packet,
  PROPERTIES,
  type PropertyHolder,
} from '../../../emulators/index.ts'
import { needs } from '../../brokers/needs.testing.ts'
import { writeCapture } from '../../capture/index.ts'
import { type Event, type Fact, readTimelineFile } from '../../evidence/index.ts'
import { encodePacket, type PacketFields } from '../../packets/index.ts'
import { hil } from '../testing.ts'
import { expectedOf, shownBy } from './wireshark.testing.ts'

const tsharkHere = await needs('tshark')
const folder = mkdtempSync(join(tmpdir(), 'hil-wireshark-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Spoken = Extract<Event, { readonly kind: 'packet' }>

/** Connections one after the other, each with a port of its own; what is compared is all packets in their order. */
async function compare(connections: readonly (readonly Omit<Spoken, 'seq' | 'at'>[])[]): Promise<number> {
  const facts = connections.flatMap((spoken, k): Fact[] => {
    const ends = { device: { address: '127.0.0.1', port: 10_000 + k }, link: { address: '127.0.0.1', port: 20_001 } }
    const about = { device: 'dut', connection: k + 1 }
    return [
      { kind: 'socket', change: 'connected', by: 'device', ends, ...about },
      ...spoken.map((one): Fact => ({ ...one, ...about })),
    ]
  })
  const events = facts.map((fact, seq): Event => ({ ...fact, seq, at: seq as Instant }))
  const file = join(folder, `${Math.random().toString(36).slice(2)}.pcapng`)
  const startedAt = new Date('2026-01-02T03:04:05.678Z')
  await writeCapture(file, { device: 'dut', scenario: 'a test', startedAt, events, titleOf: String })
  const shown = await shownBy(tsharkHere.paths[0]!, file)
  const due = connections.flat().map(({ packet }) => expectedOf(packet))
  expect(shown).toHaveLength(due.length)
  // One at a time: a difference of all of them is too long to be shown.
  for (const [k, packet] of due.entries()) expect(shown[k]!.join('\n')).toBe(packet.join('\n'))
  return due.length
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 6 }) },
  fc.constantFrom('', 'grüße', '𝛑 ≈ 3', 'x'.repeat(130), 'x'.repeat(20_000)),
)
const printable = text.filter((said) => !/\p{Cc}/u.test(said))
const data = fc.uint8Array({ maxLength: 6 })
const kinds = {
  byte: fc.nat(255),
  uint16: fc.constantFrom(0, 1, 255, 256, 65_535),
  uint32: fc.constantFrom(0, 1, 65_536, 4_294_967_295),
  varint: fc.array(fc.constantFrom(1, 127, 128, 16_384, 2_097_152, 268_435_455), { minLength: 1, maxLength: 3 }),
  string: printable,
  binary: data,
  pairs: fc.array(fc.tuple(printable, printable), { minLength: 1, maxLength: 3 }),
}

/** Any of the properties that the packet may have. */
const propertiesOf = (holder: PropertyHolder): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(
      Object.entries(PROPERTIES)
        .filter(([, [, , holders]]) => (holders as readonly string[]).includes(holder))
        .map(([name, [, kind]]) => [name, kinds[kind] as fc.Arbitrary<unknown>]),
    ),
    { requiredKeys: [] },
  )

type Way = readonly ['up' | 'down', PacketFields]

const code = fc.constantFrom(0, 1, 4, 0x10, 0x80, 0x8e, 0x92, 0xa2)
const packetId = fc.constantFrom(1, 255, 256, 65_535)
const topic = printable.filter((said) => said !== '' && !/[+#$]/.test(said)).map(utf8)
const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>
const filters = fc.array(topic, { minLength: 1, maxLength: 3 })

const packet: fc.Arbitrary<Way> = fc.oneof(
  fc
    .record({ topic, qos, retain: fc.boolean(), packetId, payload: data, properties: propertiesOf('publish') })
    .chain(({ packetId, ...rest }) =>
      fc.constantFrom<Way>(
        ['up', { type: 'publish', ...rest, ...(rest.qos === 0 ? {} : { packetId }) }],
        ['down', { type: 'publish', ...rest, ...(rest.qos === 0 ? {} : { packetId, dup: true }) }],
      ),
    ),
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((type) =>
    fc
      .record({ packetId, reasonCode: code, properties: propertiesOf(type) }, { requiredKeys: ['packetId'] })
      .map((rest): Way => ['down', { type, ...rest }]),
  ),
  fc
    .record({
      packetId,
      topic: filters,
      qos,
      noLocal: fc.boolean(),
      retainAsPublished: fc.boolean(),
      retainHandling: fc.nat(2),
      properties: propertiesOf('subscribe'),
    })
    .map((rest): Way => ['up', { type: 'subscribe', ...rest }]),
  fc
    .record({ packetId, granted: fc.array(code, { minLength: 1, maxLength: 3 }), properties: propertiesOf('suback') })
    .map((rest): Way => ['down', { type: 'suback', ...rest }]),
  fc
    .record({ packetId, topic: filters, properties: propertiesOf('unsubscribe') })
    .map((rest): Way => ['up', { type: 'unsubscribe', ...rest }]),
  fc
    .record({
      packetId,
      reasonCode: fc.array(code, { minLength: 1, maxLength: 3 }),
      properties: propertiesOf('unsuback'),
    })
    .map((rest): Way => ['down', { type: 'unsuback', ...rest }]),
  ...(['disconnect', 'auth'] as const).map((type) =>
    fc
      .record({ reasonCode: code, properties: propertiesOf(type) }, { requiredKeys: [] })
      .chain((rest) => fc.constantFrom<Way>(['up', { type, ...rest }], ['down', { type, ...rest }])),
  ),
  fc.constantFrom<Way>(['up', { type: 'pingreq' }], ['down', { type: 'pingresp' }]),
)
const will = fc.record({ topic, payload: data, qos, retain: fc.boolean(), properties: propertiesOf('will') })
const connect = fc
  .record(
    {
      clientId: printable.map(utf8),
      clean: fc.boolean(),
      keepalive: kinds.uint16,
      properties: propertiesOf('connect'),
      will,
      username: printable.map(utf8),
      password: data,
    },
    { requiredKeys: ['clientId', 'clean', 'keepalive', 'properties'] },
  )
  .map((rest): Way => ['up', { type: 'connect', protocolLevel: 5, ...rest } as PacketFields])
const connack = fc
  .record({ sessionPresent: fc.boolean(), returnCode: code, properties: propertiesOf('connack') })
  .map((rest): Way => ['down', { type: 'connack', ...rest } as PacketFields])
const connection = fc.tuple(connect, connack, fc.array(packet, { maxLength: 40 }))

/** As a link decodes it. */
function decoded(said: readonly Way[]): Omit<Spoken, 'seq' | 'at'>[] {
  const dialect = new Dialect()
  const decoders = { up: new Decoder(dialect), down: new Decoder(dialect) }
  return said.flatMap(([direction, fields]) =>
    decoders[direction].push(encodePacket(fields, 5)).map((one) => ({
      kind: 'packet' as const,
      device: 'dut',
      direction,
      connection: 1,
      delivered: true,
      level: 5,
      ...one,
    })),
  )
}

describe.skipIf(tsharkHere.skip)(`packets of MQTT 5, read by tshark${tsharkHere.why}`, () => {
  test('of every type, with properties and reason codes at random', async () => {
    const made = fc.sample(connection, { numRuns: 150, seed: 5 })
    const connections = made.map(([first, second, rest]) => decoded([first, second, ...rest]))
    expect(connections.flat().filter(({ packet }) => packet.type === 'malformed')).toEqual([])
    expect(await compare(connections)).toBeGreaterThan(800)
  })

  test.each([
    ['broker', ['3.1-wills', '3.3-publish', '4.12-auth']],
    ['broker', ['3.2-connack', '3.8-subscribe', '3.10-unsubscribe', '3.14-disconnect']],
  ])('as the pack makes them: %s %j', async (side, chapters) => {
    const output = mkdtempSync(join(folder, 'pack-'))
    const paths = chapters.map((chapter) => `scenarios/conformance/mqtt5/${side}/${chapter}`)
    const how = ['--broker', 'reference', '--clock', 'virtual', '--reporter', 'json', '--output', output]
    const { out, code } = await hil('run', ...paths, ...how)
    expect(code, out).toBe(0)
    const records = readdirSync(output, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const connections = records.flatMap(({ name }) => soundIn(join(output, name, 'timeline.ndjson')))
    expect(await compare(connections)).toBeGreaterThan(500)
  })
})

/**
 * The connections of a record that begin with a CONNECT of MQTT 5 and have no packet that is malformed, which scenarios
 * of the pack send on purpose.
 */
function soundIn(file: string): Spoken[][] {
  const passed = readTimelineFile(file).events.filter(
    (event) => (event.kind === 'packet' && event.end !== 'broker' && event.delivered) || event.kind === 'bytes',
  )
  const names = new Set(passed.map(nameOf))
  return [...names]
    .map((name) => passed.filter((event) => nameOf(event) === name))
    .filter((all): all is Spoken[] => all.every(isOf5) && isMqtt(all[0]!.packet))
}

/** Wireshark does not read on behind another protocol name. */
const isMqtt = (packet: Packet): boolean => packet.type === 'connect' && packet.protocolName === 'MQTT'

const nameOf = (event: Event): string =>
  event.kind === 'packet' || event.kind === 'bytes' ? `${event.device} ${event.connection}` : ''

const isOf5 = (event: Event): event is Spoken =>
  event.kind === 'packet' && event.level === 5 && event.packet.type !== 'malformed'
