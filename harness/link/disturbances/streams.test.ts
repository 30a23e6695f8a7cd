// What must hold of every disturbance and every combination of them, for any packets in any chunks: tried with
// many, on a flow whose ends and time are the test's.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decoded, Decoder } from '../../../emulators/index.ts'
import { casesOf } from '../../random-cases.testing.ts'
import type { DisturbanceName } from './index.ts'
import { Pipe } from './testing.ts'

const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 }).filter((s) => !/[+#]/.test(s))
const prefixed = (s: string): Buffer => Buffer.concat([Buffer.from([0, Buffer.byteLength(s)]), Buffer.from(s)])
const packet = fc.oneof(
  fc.tuple(text, fc.uint8Array({ maxLength: 60 })).map(([topic, payload]) => {
    const body = Buffer.concat([prefixed(topic), payload])
    return Buffer.concat([Buffer.from([0x30, body.length]), body])
  }),
  fc
    .constantFrom('40020007', 'c000', '82060001000161 01', 'e000', '4f020001', '60020001')
    .map((h) => Buffer.from(h.replace(' ', ''), 'hex')),
)
/** Mostly packets, sometimes an end that no decoder understands: there, nobody can tell one packet from the next. */
const streamWith = (...ends: string[]) =>
  fc
    .tuple(fc.array(packet, { minLength: 1, maxLength: 8 }), fc.option(fc.constantFrom(...ends), { nil: '' }))
    .map(([packets, end]) => Buffer.concat([...packets, Buffer.from(end, 'hex')]))
const stream = streamWith('30808080800102', '3005', 'c0')
const understood = streamWith('3005', 'c0')

/** The stream in chunks, cut by numbers that stand for places. */
function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, k) => bytes.subarray(places[k], end))
}
const cuts = fc.array(fc.nat(1000), { maxLength: 12 })

const packetsOf = (bytes: Uint8Array) =>
  new Decoder().push(bytes).map(({ packet, raw, offset }) => ({ packet, raw, offset }))

const whatOf = ({ packet, raw }: Decoded) => ({ packet, raw })

type Plan = readonly [DisturbanceName, unknown, { nth?: number; times?: number; chance?: number }]

/** They hit, and what leaves is what came. */
const harmless: fc.Arbitrary<Plan> = fc.oneof(
  fc.constant(['delay', '0ms', {}] as Plan),
  fc.integer({ min: 1, max: 5 }).map((bytes): Plan => ['split', { bytes }, {}]),
  fc.constant(['delay', { min: '5ms', max: '50ms' }, {}] as Plan),
  fc.constant(['split', { bytes: 2, gap: '3ms' }, {}] as Plan),
  fc.constant(['throttle', '1kB/s', {}] as Plan),
  fc.constant(['join', { packets: 3 }, {}] as Plan),
)

const where = fc.record(
  { nth: fc.integer({ min: 1, max: 4 }), times: fc.integer({ min: 1, max: 4 }), chance: fc.constant(0.5) },
  { requiredKeys: [] },
)
const harmful: fc.Arbitrary<Plan> = fc
  .tuple(
    fc.constantFrom(
      ['drop', {}],
      ['duplicate', { copies: 2 }],
      ['hold', {}],
      ['corrupt', { bytes: 2 }],
      ['truncate', { after: 1 }],
      ['truncate', { after: 'last-byte' }],
      ['rewrite', { flags: 5 }],
      ['cut', { after: 2 }],
    ) as fc.Arbitrary<[DisturbanceName, unknown]>,
    where,
  )
  .map(([[name, settings], which]): Plan => [name, settings, which])
const plans = fc.array(fc.oneof(harmless, harmful), { minLength: 1, maxLength: 4 })

function disturbedBy(pipe: Pipe, wanted: readonly Plan[]) {
  return wanted.map(([name, settings, which], k) => pipe.disturb(name, settings, { ...which, seed: k + 1 }))
}

describe('disturbances that change nothing', () => {
  it('change no byte, whenever they begin and end, and each end sees its own packets', () => {
    fc.assert(
      fc.property(
        stream,
        cuts,
        fc.array(harmless, { minLength: 1, maxLength: 3 }),
        fc.nat(12),
        fc.nat(12),
        (bytes, at, wanted, from, to) => {
          const pipe = new Pipe()
          let rules: ReturnType<typeof disturbedBy> = []
          for (const [k, chunk] of chunksOf(bytes, at).entries()) {
            if (k === Math.min(from, to)) rules = disturbedBy(pipe, wanted)
            if (chunk.length > 0) pipe.come(chunk)
            if (k === Math.max(from, to)) for (const rule of rules) pipe.flow.release(rule)
            pipe.pass(1)
          }
          pipe.flow.end()
          pipe.pass(1e6)
          expect(pipe.hex).toBe(bytes.toString('hex'))
          const all = packetsOf(bytes)
          const whole = (end: 'device' | 'broker') =>
            pipe.at(end).filter(({ packet }) => !(packet.type === 'malformed' && packet.reason.startsWith('truncated')))
          expect(whole('device')).toEqual(all)
          expect(whole('broker')).toEqual(all)
        },
      ),
      { numRuns: casesOf(400) },
    )
  })
})

describe('any disturbances', () => {
  const outcome = (chunks: readonly Buffer[], wanted: readonly Plan[]) => {
    const pipe = new Pipe()
    const rules = disturbedBy(pipe, wanted)
    for (const chunk of chunks) if (chunk.length > 0) pipe.come(chunk)
    for (const rule of rules) pipe.flow.release(rule)
    pipe.pass(1e6)
    return { pipe, hex: pipe.hex, told: pipe.told, faults: pipe.faults.map((f) => f.what) }
  }

  it('do the same, however the stream comes in chunks', () => {
    fc.assert(
      fc.property(understood, cuts, plans, (bytes, at, wanted) => {
        const whole = outcome([bytes], wanted)
        const parts = outcome(chunksOf(bytes, at), wanted)
        // What was behind a cut when it happened depends on when it came.
        if (wanted.some(([name]) => name === 'cut')) expect(parts.hex).toBe(whole.hex)
        else expect({ ...parts, pipe: null }).toEqual({ ...whole, pipe: null })
      }),
      { numRuns: casesOf(400) },
    )
  })

  it('are recorded as each end saw it: what a decoder there finds is what the record has', () => {
    fc.assert(
      fc.property(stream, cuts, plans, (bytes, at, wanted) => {
        const { pipe } = outcome(chunksOf(bytes, at), wanted)
        const got = Buffer.concat(pipe.writes)
        const atBroker = pipe
          .at('broker')
          .filter(({ packet }) => !('reason' in packet && packet.reason.startsWith('trunc')))
        // Where it stood is told for one end only when both saw the same packet.
        expect(atBroker.map(whatOf)).toEqual(packetsOf(got).map(whatOf))
        if (!wanted.some(([name]) => name === 'cut')) expect(pipe.at('device')).toEqual(packetsOf(bytes))
      }),
      { numRuns: casesOf(400) },
    )
  })

  it('leave the chunks of an undisturbed flow alone, before and after', () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 3, maxLength: 6 }), plans, (packets, wanted) => {
        fc.pre(!wanted.some(([name]) => ['cut', 'truncate', 'corrupt'].includes(name)))
        const pipe = new Pipe()
        const before = pipe.come(packets[0]!)
        expect(pipe.writes.at(-1)).toBe(before)
        const rules = disturbedBy(pipe, wanted)
        pipe.come(packets[1]!)
        for (const rule of rules) pipe.flow.release(rule)
        pipe.pass(1e6)
        for (const chunk of [Buffer.concat(packets.slice(2)), packets[0]!]) {
          pipe.come(chunk)
          expect(pipe.writes.at(-1)).toBe(chunk)
        }
      }),
    )
  })
})
