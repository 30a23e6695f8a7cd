// For tests: what a peer may send, right and wrong, and what a program may ask of its client, as arbitraries.

import fc from 'fast-check'
import type { Instruction } from '../../board.ts'
import type { ClientKind, LibraryCall } from '../../clients/client.ts'
import { encode, type Sendable } from '../../mqtt/encode.ts'

const id = fc.integer({ min: 0, max: 4 })
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const)
const payload = fc.uint8Array({ maxLength: 40 })
const topic = fc.constantFrom('a', 'a/b', 'ä', 'x'.repeat(130))

/** What a broker sends, with ids that are likely to be asked for. */
const answers: fc.Arbitrary<Sendable> = fc.oneof(
  fc.record({
    type: fc.constant('connack' as const),
    sessionPresent: fc.boolean(),
    returnCode: fc.constantFrom(0, 0, 0, 5, 77),
  }),
  fc.record({ type: fc.constant('suback' as const), packetId: id, granted: fc.constantFrom([0], [1], [128], [1, 0]) }),
  fc.record({
    type: fc.constantFrom(
      'puback' as const,
      'pubrec' as const,
      'pubrel' as const,
      'pubcomp' as const,
      'unsuback' as const,
    ),
    packetId: id,
  }),
  fc.record({
    type: fc.constant('publish' as const),
    topic,
    payload,
    qos,
    packetId: fc.integer({ min: 1, max: 9 }),
    retain: fc.boolean(),
  }),
  fc.record({ type: fc.constant('pingresp' as const) }),
)

const wellFormed = answers.map((packet) =>
  encode({ ...packet, packetId: 'packetId' in packet ? packet.packetId : 1 } as Sendable),
)

/** A packet with one byte changed, cut short, or with a length that is not its own. */
const broken = fc
  .tuple(wellFormed, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('byte', 'cut', 'length'))
  .map(([bytes, at, value, how]) => {
    const copy = Uint8Array.from(bytes)
    if (how === 'cut') return copy.subarray(0, at % copy.length)
    copy[how === 'length' ? 1 : at % copy.length] = value
    return copy
  })

const noise = fc.uint8Array({ minLength: 1, maxLength: 12 })

export const fromPeer: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 5, arbitrary: wellFormed },
  { weight: 2, arbitrary: broken },
  { weight: 1, arbitrary: noise },
)

/** The general verbs in the words of a library; those that it has. */
export function askedOf(kind: ClientKind): fc.Arbitrary<LibraryCall> {
  const name = Uint8Array.of(0x61)
  const { verbs } = kind
  const said = [
    verbs.connect({}),
    verbs.connect({}),
    verbs.connect({ clean: false }),
    verbs.publish({ topic: name, payload: name }),
    verbs.publish({ topic: name, payload: name, qos: 1, retain: true }),
    verbs.subscribe({ topic: name, qos: 1 }),
    verbs.unsubscribe({ topic: name }),
    verbs.ping(),
    verbs.check(),
    verbs.wait(),
    verbs.loop?.({ timeout: 2 }) ?? null,
    verbs.disconnect(),
  ]
  return fc.constantFrom(...said.filter((call) => call !== null))
}

export const asInstruction = (call: LibraryCall, n: number): Instruction => ({ id: `${n}`, ...call })
