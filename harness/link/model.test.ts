// A disturbed direction held against the naive description of it: random packets in random segments, disturbances that
// begin and end in their midst, a receiver that stops reading, injected packets, and an end of any kind.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decoder, PACKET_TYPES } from '../../emulators/index.ts'
import type { DisturbanceName } from './disturbances/index.ts'
import { Pipe, type RuleOptions } from './disturbances/testing.ts'
import { type Doing, Model } from './model.testing.ts'

const SEED = Number(process.env.HIL_MODEL_SEED ?? 24)
const RUNS = Number(process.env.HIL_MODEL_RUNS ?? 400)

const publish = fc
  .tuple(fc.constantFrom(0x30, 0x31, 0x32), fc.integer({ min: 0, max: 300 }), fc.nat(255))
  .map(([first, size, fill]) => {
    const body = Buffer.concat([Buffer.from([0, 1, 0x61, ...(first === 0x32 ? [0, 7] : [])]), Buffer.alloc(size, fill)])
    const { length } = body
    return [first, ...(length < 128 ? [length] : [(length & 127) | 128, length >> 7]), ...body]
  })
const other = fc.constantFrom('40020007', 'c000', '820600010001' + '6101', 'e000', '36020000').map(hex)
/** What no decoder reads on after. */
const wrongLength = fc.constant(hex('308080808001' + '0102'))
const packets = fc
  .tuple(
    fc.array(fc.oneof({ weight: 3, arbitrary: publish }, { weight: 3, arbitrary: other }), { maxLength: 5 }),
    fc.option(wrongLength, { freq: 25, nil: [] }),
  )
  .map(([whole, end]) => [...whole.flat(), ...end])

const ms = fc.integer({ min: 0, max: 40 })
const doing: fc.Arbitrary<Doing> = fc.oneof(
  ms.map((ms) => ({ do: 'delay', ms }) as const),
  fc.constant({ do: 'drop' } as const),
  fc.integer({ min: 1, max: 3 }).map((copies) => ({ do: 'duplicate', copies }) as const),
  fc.constant({ do: 'hold' } as const),
  fc.integer({ min: 1, max: 255 }).map((bits) => ({ do: 'flip', bits }) as const),
  fc.nat(4).map((after) => ({ do: 'truncate', after }) as const),
  fc.nat(4).map((after) => ({ do: 'cut', after }) as const),
  fc
    .tuple(fc.integer({ min: 1, max: 90 }), fc.nat(4))
    .map(([bytes, gapMs]) => ({ do: 'split', bytes, gapMs }) as const),
  fc.constantFrom(300, 2000, 50_000).map((rate) => ({ do: 'throttle', rate }) as const),
  fc
    .tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 1, max: 30 }))
    .map(([packets, withinMs]) => ({ do: 'join', packets, withinMs }) as const),
)
const types = fc.option(fc.subarray(['publish', 'puback', 'pingreq', 'subscribe', 'disconnect'], { minLength: 1 }), {
  nil: null,
})
const which = fc.record({
  types,
  nth: fc.constantFrom(1, 1, 2),
  times: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
})

type Op =
  | { readonly op: 'come'; readonly bytes: readonly number[] }
  | { readonly op: 'part'; readonly bytes: readonly number[] }
  | { readonly op: 'start'; readonly doing: Doing; readonly which: Which }
  | { readonly op: 'release'; readonly which: number }
  | { readonly op: 'inject' }
  | { readonly op: 'full'; readonly ms: number }
  | { readonly op: 'pass'; readonly ms: number }
interface Which {
  readonly types: readonly string[] | null
  readonly nth: number
  readonly times: number
}

const op: fc.Arbitrary<readonly Op[]> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(packets, fc.array(fc.nat(700), { maxLength: 4 })).map(([bytes, cuts]) => cutAt(bytes, cuts)),
  },
  { weight: 3, arbitrary: fc.tuple(doing, which).map(([doing, which]): Op[] => [{ op: 'start', doing, which }]) },
  { weight: 2, arbitrary: fc.nat(5).map((which): Op[] => [{ op: 'release', which }]) },
  { weight: 1, arbitrary: fc.constant<Op[]>([{ op: 'inject' }]) },
  { weight: 1, arbitrary: ms.map((ms): Op[] => [{ op: 'full', ms }]) },
  { weight: 3, arbitrary: ms.map((ms): Op[] => [{ op: 'pass', ms }]) },
)
/** Between the segments of a stream anything may happen. */
const ops = fc.array(op, { minLength: 2, maxLength: 9 }).chain((lists) => interleaved(lists))
const ending = fc.constantFrom('end', 'end', 'swallow', 'stop', 'none')

function cutAt(bytes: readonly number[], cuts: readonly number[]): Op[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places
    .slice(1)
    .map((end, k): Op => ({ op: 'come', bytes: bytes.slice(places[k], end) }))
    .filter((one) => one.op === 'come' && one.bytes.length > 0)
}

/** The lists in order, their items mixed; what comes stays in order, because the segments do. */
function interleaved(lists: readonly (readonly Op[])[]): fc.Arbitrary<readonly Op[]> {
  const coming = lists.flat().filter(({ op }) => op === 'come')
  const others = lists.flat().filter(({ op }) => op !== 'come')
  return fc
    .array(fc.boolean(), { minLength: coming.length + others.length, maxLength: coming.length + others.length })
    .map((choices) => {
      const [a, b] = [[...coming], [...others]]
      return choices.map((first) => (first ? (a.shift() ?? b.shift()!) : (b.shift() ?? a.shift()!)))
    })
}

function hex(text: string): number[] {
  return [...Buffer.from(text, 'hex')]
}

function settingsOf(one: Doing): readonly [DisturbanceName, unknown] {
  switch (one.do) {
    case 'delay':
      return ['delay', `${one.ms}ms`]
    case 'drop':
    case 'hold':
      return [one.do, {}]
    case 'duplicate':
      return ['duplicate', { copies: one.copies }]
    case 'flip':
      return ['corrupt', { at: -1, xor: one.bits }]
    case 'truncate':
    case 'cut':
      return [one.do, { after: one.after }]
    case 'split':
      return ['split', { bytes: one.bytes, gap: `${one.gapMs}ms` }]
    case 'throttle':
      return ['throttle', `${one.rate}B/s`]
    case 'join':
      return ['join', { packets: one.packets, within: `${one.withinMs}ms` }]
  }
}

/** The flow and its model, to which the same happens. */
class Both {
  readonly pipe = new Pipe()
  readonly model = new Model()
  readonly came: number[] = []
  finished = false
  #ids: string[] = []
  #started = 0
  #over = false

  do(one: Op): void {
    const { pipe, model } = this
    switch (one.op) {
      case 'come':
      case 'part':
        if (!this.#over) this.came.push(...one.bytes)
        pipe.come(Uint8Array.from(one.bytes))
        model.come(one.bytes)
        break
      case 'start': {
        const id = `rule-${++this.#started}`
        const [name, settings] = settingsOf(one.doing)
        const { types, nth, times } = one.which
        const options: RuleOptions = {
          id,
          nth,
          times,
          ...(types === null
            ? {}
            : {
                packet: types as NonNullable<RuleOptions['packet']>,
                mayWant: (begun) => types.includes(PACKET_TYPES[begun[0]! >> 4] ?? 'reserved'),
              }),
        }
        this.#rules.set(id, pipe.disturb(name, settings, options))
        model.start({ id, doing: one.doing, types, nth, times })
        this.#ids.push(id)
        break
      }
      case 'release': {
        const id = this.#ids[one.which % Math.max(1, this.#ids.length)]
        if (id === undefined) break
        this.#ids = this.#ids.filter((other) => other !== id)
        pipe.flow.release(this.#rules.get(id)!)
        model.release(id)
        break
      }
      case 'inject':
        if (pipe.flow.inject(Buffer.from('d000', 'hex'))) model.inject([0xd0, 0])
        break
      case 'full':
        pipe.full = true
        model.full = true
        this.pass(one.ms)
        pipe.full = false
        model.full = false
        break
      case 'pass':
        this.pass(one.ms)
    }
    this.agree()
  }

  pass(ms: number): void {
    for (let k = 0; k < ms; k++) {
      this.pipe.pass(1)
      this.model.pass(1)
      this.agree()
    }
  }

  agree(): void {
    const { pipe, model } = this
    const wanted = Buffer.from(model.left).toString('hex')
    if (pipe.hex !== wanted) expect(pipe.hex, `at ${model.now} ms`).toBe(wanted)
    expect(this.finished, `the end, at ${model.now} ms`).toBe(model.finished)
  }

  end(how: string): void {
    if (how === 'end') {
      this.pipe.flow.end(() => {
        this.finished = true
      })
      this.model.end()
      this.agree()
      // A hold may keep the end back for ever.
      for (const id of this.#ids.splice(0)) {
        this.pipe.flow.release(this.#rules.get(id)!)
        this.model.release(id)
      }
    }
    if (how === 'swallow') this.pipe.flow.swallow()
    if (how === 'stop') this.pipe.flow.stop()
    if (how === 'swallow' || how === 'stop') this.model.stop()
    this.#over = true
    this.agree()
    this.pass(60)
    this.pipe.pass(1e7)
    this.model.pass(3000)
    this.agree()
    if (how !== 'none') return
    // Whoever is still there is released, and all leaves.
    for (const id of this.#ids.splice(0)) {
      this.pipe.flow.release(this.#rules.get(id)!)
      this.model.release(id)
    }
    this.agree()
    this.pipe.flow.stop()
    this.model.stop()
  }

  readonly #rules = new Map<string, ReturnType<Pipe['disturb']>>()
}

const packetsOf = (bytes: Uint8Array) => new Decoder().push(bytes).map(({ raw }) => Buffer.from(raw).toString('hex'))
const isUnfinished = (packet: object): boolean =>
  'reason' in packet && String(packet.reason).startsWith('truncated at the end')

function tried(list: readonly Op[], how: string): Both {
  const both = new Both()
  for (const one of list) both.do(one)
  both.end(how)
  return both
}

describe('a disturbed direction', () => {
  it('lets leave what must leave, when it must, in its order; the rest is told', () => {
    fc.assert(
      fc.property(ops, ending, (list, how) => {
        const { pipe, model } = tried(list, how)
        const told = pipe.told.flatMap((text) => /^lost (\d+)$/.exec(text)?.[1] ?? [])
        const held = pipe.faults.flatMap(({ what }) => /loses (\d+) held/.exec(what)?.[1] ?? [])
        const lost = [...told, ...held].reduce((sum, count) => sum + Number(count), 0)
        expect(lost).toBe(model.lost + model.lostHeld)
        const last = pipe.told.findLast((text) => text === 'pause' || text === 'resume')
        if (how !== 'stop') expect(last).not.toBe('pause')
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })

  it('is recorded at both ends as a decoder there sees it', () => {
    fc.assert(
      fc.property(ops, ending, (list, how) => {
        const { pipe, came } = tried(list, how)
        const recorded = (end: 'device' | 'broker') =>
          pipe
            .at(end)
            .filter(({ packet }) => !isUnfinished(packet))
            .map(({ raw }) => Buffer.from(raw).toString('hex'))
        expect(recorded('broker')).toEqual(packetsOf(Buffer.from(pipe.hex, 'hex')))
        expect(recorded('device')).toEqual(packetsOf(Uint8Array.from(came)))
      }),
      { seed: SEED + 1, numRuns: RUNS },
    )
  })
})
