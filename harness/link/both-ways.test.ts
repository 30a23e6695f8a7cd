// A whole connection held against a naive description of it, over real sockets, TCP and TLS: random packets both ways at
// once, disturbances that begin and end between them, and any end of either side. What a side has got is what must have
// left, in its order, and the record says the same. After a FIN nothing is missing; after a RST the last may be.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decoder } from '../../emulators/index.ts'
import type { DisturbanceName } from './disturbances/index.ts'
import { ruleOf } from './disturbances/testing.ts'
import { Loopback, type LoopbackPeer, publish } from './loopback.testing.ts'
import { Secure } from './secure.testing.ts'

const SEED = Number(process.env.HIL_MODEL_SEED ?? 24)
const RUNS = Number(process.env.HIL_MODEL_SOCKET_RUNS ?? 15)

type Way = 'up' | 'down'
const WAYS = ['up', 'down'] as const
type Doing = readonly ['drop' | 'duplicate' | 'flip' | 'split' | 'delay' | 'hold', number]

interface Rule {
  readonly doing: Doing
  readonly nth: number
  readonly times: number
}

/** One way in one stretch of time: what is disturbed in it, and what is sent. */
interface Stretch {
  readonly rule: Rule | null
  readonly packets: readonly Buffer[]
  /** How long the writes are, one after the other and again. */
  readonly segments: readonly number[]
}

const packet = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(255))
    .map(([size, fill]) => publish('a', Buffer.alloc(size, fill))),
  fc.constantFrom('40020007', 'c000', '50020102').map((text) => Buffer.from(text, 'hex')),
)
const rule: fc.Arbitrary<Rule> = fc.record({
  doing: fc.oneof(
    fc.constant(['drop', 0] as const),
    fc.integer({ min: 1, max: 3 }).map((n) => ['duplicate', n] as const),
    fc.integer({ min: 1, max: 255 }).map((n) => ['flip', n] as const),
    fc.integer({ min: 40, max: 900 }).map((n) => ['split', n] as const),
    fc.nat(4).map((n) => ['delay', n] as const),
    fc.constant(['hold', 0] as const),
  ),
  nth: fc.integer({ min: 1, max: 3 }),
  times: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
})
const stretch: fc.Arbitrary<Stretch> = fc.record({
  rule: fc.option(rule, { freq: 3 }),
  packets: fc.array(packet, { maxLength: 6 }),
  segments: fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 3 }),
})
const stretches = fc.array(fc.record({ up: stretch, down: stretch }), { minLength: 1, maxLength: 3 })
const ENDS = ['device fin', 'broker fin', 'both fin', 'device rst', 'broker rst', 'link close', 'link reset'] as const
const end = fc.constantFrom(...ENDS)

/** PUBLISH alone is disturbed. */
const isHit = (bytes: Buffer): boolean => bytes[0] === 0x30

/** What must leave while the rule is at work, and what when it is released. */
function leaving({ rule, packets }: Stretch): {
  readonly now: readonly Buffer[]
  readonly released: readonly Buffer[]
} {
  if (rule === null) return { now: packets, released: [] }
  const [what, much] = rule.doing
  const now: Buffer[] = []
  const released: Buffer[] = []
  let seen = 0
  for (const bytes of packets) {
    const k = isHit(bytes) ? ++seen : 0
    if (k < rule.nth || k >= rule.nth + rule.times) now.push(bytes)
    else if (what === 'duplicate') for (let copy = 0; copy <= much; copy++) now.push(bytes)
    else if (what === 'flip')
      now.push(Buffer.from(bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ much : byte))))
    else if (what === 'hold') released.push(bytes)
    else if (what !== 'drop') now.push(bytes)
  }
  return { now, released }
}

function settingsOf([what, much]: Doing): readonly [DisturbanceName, unknown] {
  if (what === 'flip') return ['corrupt', { at: -1, xor: much }]
  if (what === 'duplicate') return [what, { copies: much }]
  if (what === 'split') return [what, { bytes: much }]
  return [what, what === 'delay' ? `${much}ms` : {}]
}

interface Opened extends AsyncDisposable {
  readonly loopback: Loopback
  readonly device: LoopbackPeer
  readonly broker: LoopbackPeer
  /** Ends the device's TCP by RST. */
  readonly resetDevice: () => void
}

async function plain(): Promise<Opened> {
  const loopback = await Loopback.open()
  const { device, broker } = await loopback.pair()
  const resetDevice = (): void => void device.socket.resetAndDestroy()
  return { loopback, device, broker, resetDevice, [Symbol.asyncDispose]: () => loopback[Symbol.asyncDispose]() }
}

async function secure(): Promise<Opened> {
  const opened = await Secure.open()
  const { device, raw, broker } = await opened.pair()
  const { loopback } = opened
  const resetDevice = (): void => void raw.resetAndDestroy()
  return { loopback, device, broker, resetDevice, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

/** In writes of those lengths; each leaves on its own, as far as the kernel lets it. */
function send(peer: LoopbackPeer, { packets, segments }: Stretch): void {
  const bytes = Buffer.concat(packets)
  for (let at = 0, k = 0; at < bytes.length; k++) {
    const size = segments[k % segments.length]!
    peer.write(bytes.subarray(at, at + size))
    at += size
  }
}

async function tried(open: () => Promise<Opened>, list: readonly Record<Way, Stretch>[], how: (typeof ENDS)[number]) {
  await using opened = await open()
  const { loopback, device, broker, resetDevice } = opened
  const from = { up: device, down: broker }
  const to = { up: broker, down: device }
  const must: Record<Way, Buffer[]> = { up: [], down: [] }
  const sent: Record<Way, Buffer[]> = { up: [], down: [] }
  const all = (way: Way): Promise<void> => to[way].received(must[way].reduce((sum, { length }) => sum + length, 0))
  for (const [k, both] of list.entries()) {
    const rules = WAYS.flatMap((direction) => {
      const { rule } = both[direction]
      if (rule === null) return []
      const id = `${direction}-${k}`
      const { nth, times } = rule
      const options = { id, direction, nth, times, packet: ['publish'] as const }
      loopback.link.disturb(ruleOf(...settingsOf(rule.doing), options))
      return [id]
    })
    for (const way of WAYS) {
      send(from[way], both[way])
      sent[way].push(...both[way].packets)
      must[way].push(...leaving(both[way]).now)
    }
    // The last stretch is not waited for: the end comes in its midst.
    if (k < list.length - 1) await Promise.all(WAYS.map(all))
    if (k === list.length - 1) break
    for (const id of rules) loopback.link.release(id)
    for (const way of WAYS) must[way].push(...leaving(both[way]).released)
    await Promise.all(WAYS.map(all))
  }
  const last = list.at(-1)!
  if (how === 'device fin' || how === 'both fin') device.socket.end()
  if (how === 'broker fin' || how === 'both fin') broker.socket.end()
  if (how === 'device rst') resetDevice()
  if (how === 'broker rst') broker.socket.resetAndDestroy()
  if (how === 'link close') void loopback.link.set({ kind: 'down', mode: 'close' })
  if (how === 'link reset') void loopback.link.set({ kind: 'down', mode: 'reset' })
  const finFrom =
    how === 'both fin'
      ? WAYS
      : how === 'device fin'
        ? (['up'] as const)
        : how === 'broker fin'
          ? (['down'] as const)
          : []
  // What is held is not released: its end does not come.
  const whole = finFrom.filter((way) => leaving(last[way]).released.length === 0)
  await Promise.all(whole.map((way) => to[way].until((peer) => peer.ended)))
  if (finFrom.length === 0) await loopback.ended()
  if (how.startsWith('link')) await device.until(({ ended, error, closed }) => ended || error !== null || closed)
  const recorded = (way: Way, at: 'device' | 'broker'): Buffer =>
    Buffer.concat(
      loopback.packets
        .filter(
          ({ direction, end, delivered }) =>
            direction === way && (end ?? at) === at && (delivered || at === (way === 'up' ? 'device' : 'broker')),
        )
        .map(({ raw }) => raw),
    )
  return WAYS.map((way) => {
    const [sender, receiver] = way === 'up' ? (['device', 'broker'] as const) : (['broker', 'device'] as const)
    return {
      way,
      got: to[way].bytes,
      must: Buffer.concat(must[way]),
      sent: Buffer.concat(sent[way]),
      isWhole: whole.includes(way as never),
      atSender: recorded(way, sender),
      atReceiver: recorded(way, receiver),
    }
  })
}

const isBeginning = (part: Buffer, whole: Buffer): boolean => whole.subarray(0, part.length).equals(part)

describe.each([
  ['TCP', plain],
  ['TLS', secure],
] as const)('a connection over %s, both ways at once', (name, open) => {
  it(
    'gives each side what must have left, and the record says so',
    async () => {
      await fc.assert(
        fc.asyncProperty(stretches, end, async (list, how) => {
          for (const { way, got, must, sent, isWhole, atSender, atReceiver } of await tried(open, list, how)) {
            const about = `${way}, ${how}`
            if (isWhole) expect(got.toString('hex'), `${about}: all of it`).toBe(must.toString('hex'))
            expect(isBeginning(got, must), `${about}: what came is what must come`).toBe(true)
            expect(isBeginning(got, atReceiver), `${about}: what came is recorded`).toBe(true)
            expect(isBeginning(atReceiver, must), `${about}: no more is recorded than must leave`).toBe(true)
            expect(isBeginning(atSender, sent), `${about}: what was sent is recorded`).toBe(true)
            if (isWhole) {
              expect(atSender.equals(sent), `${about}: all that was sent is recorded`).toBe(true)
              const packets = new Decoder().push(got).length
              expect(new Decoder().push(atReceiver).length, `${about}: packet for packet`).toBe(packets)
            }
          }
        }),
        { seed: SEED, numRuns: RUNS },
      )
    },
    120_000 + (name === 'TLS' ? 60_000 : 0),
  )
})
