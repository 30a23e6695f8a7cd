// What decoding costs: a packet of MQTT 5 against one of MQTT 3.1.1 of the same size on the wire.

import { Decoder, Dialect } from '../emulators/index.ts'
import { encodePacket, type PacketFields } from '../harness/packets/index.ts'
import type { Measure } from './measure.ts'

const ROUNDS = 200_000
const TRIES = 7
const text = (length: number): Uint8Array => new Uint8Array(length).fill(0x61)

/** Of MQTT 5, and of MQTT 3.1.1 with more payload, or a longer topic, in the place of its properties. */
const CASES: readonly (readonly [what: string, five: PacketFields, four: PacketFields])[] = [
  [
    'PUBLISH without properties',
    { type: 'publish', topic: text(20), payload: text(100), qos: 1, packetId: 7 },
    { type: 'publish', topic: text(20), payload: text(101), qos: 1, packetId: 7 },
  ],
  [
    'PUBLISH with an alias and an expiry',
    { type: 'publish', topic: text(20), payload: text(100), properties: { topicAlias: 3, messageExpiryInterval: 60 } },
    { type: 'publish', topic: text(20), payload: text(109) },
  ],
  [
    'PUBLISH with two user properties',
    {
      type: 'publish',
      topic: text(20),
      payload: text(100),
      properties: {
        userProperty: [
          ['unit', 'C'],
          ['place', 'attic'],
        ],
      },
    },
    { type: 'publish', topic: text(20), payload: text(126) },
  ],
  ['PUBACK', { type: 'puback', packetId: 7 }, { type: 'puback', packetId: 7 }],
]

export async function decode(): Promise<readonly Measure[]> {
  return CASES.map(([name, five, four]) => {
    const [a, b] = [encodePacket(five, 5), encodePacket(four, 4)]
    if (a.length !== b.length) throw new Error(`${name}: ${a.length} bytes and ${b.length}`)
    // By turns, so that what else the machine does meets both.
    const times = Array.from({ length: TRIES }, () => [nanoseconds(a, 5), nanoseconds(b, 4)] as const)
    const [mine, theirs] = [best(times.map(([t]) => t)), best(times.map(([, t]) => t))]
    return {
      name,
      value: `${mine.toFixed(0)} ns`,
      baseline: `${theirs.toFixed(0)} ns for MQTT 3.1.1, ${a.length} bytes each`,
      ratio: mine / theirs,
    }
  })
}

const best = (times: readonly number[]): number => Math.min(...times)

function nanoseconds(raw: Uint8Array, level: number): number {
  const dialect = new Dialect()
  dialect.level = level
  const decoder = new Decoder(dialect)
  const begun = process.hrtime.bigint()
  for (let i = 0; i < ROUNDS; i++) decoder.push(raw)
  return Number(process.hrtime.bigint() - begun) / ROUNDS
}
