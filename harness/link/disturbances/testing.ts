// For the tests of disturbances: one of them by its name and settings as a scenario writes them, and a flow between
// two ends that are no sockets, so that every chunk comes when the test says so and time is the test's, too.

import { EventEmitter } from 'node:events'
import { type Decoded, Dialect, type Duration, type Packet, seeded, VirtualClock } from '../../../emulators/index.ts'
import type { FaultEvent } from '../../evidence/index.ts'
import { type ByteSource, type Fate, Flow, type FlowLimits } from '../flow.ts'
import { DEFAULT_LINK_LIMITS } from '../link.ts'
import { Rule, type RuleSettings } from '../rule.ts'
import { type AnyDisturbance, type CutMode, type DisturbanceName, disturbances } from './index.ts'

export interface RuleOptions extends Partial<Omit<RuleSettings, 'wants' | 'handler'>> {
  /** Types of packets; default: everything. */
  readonly packet?: readonly Packet['type'][]
  readonly seed?: number
}

/** `settings` as YAML has them. */
export function ruleOf(name: DisturbanceName, settings: unknown = {}, options: RuleOptions = {}): RuleSettings {
  const { packet, seed = 1, ...rest } = options
  const disturbance: AnyDisturbance = disturbances[name]
  const parsed = disturbance.settings.parse(settings)
  return {
    id: name,
    direction: 'up',
    what: disturbance.show(parsed),
    handler: disturbance.make(parsed, seeded(seed)),
    wants: packet === undefined ? 'everything' : ({ type }) => packet.includes(type),
    nth: 1,
    times: Number.POSITIVE_INFINITY,
    chance: 1,
    random: seeded(seed),
    connection: 'all',
    ...rest,
  }
}

export interface SeenPacket {
  readonly decoded: Decoded
  readonly fate: Fate
}

/** A flow up, from a device to a broker that are both in here. */
export class Pipe {
  readonly clock = new VirtualClock()
  readonly seen: SeenPacket[] = []
  readonly faults: FaultEvent[] = []
  /** Bytes that belong to no packet. */
  readonly unread: { readonly bytes: Uint8Array; readonly delivered: boolean }[] = []
  /** What the broker got, a write each. */
  readonly writes: Uint8Array[] = []
  /** What was told about the connection: `cut reset`, `lost 2`, `pause`, `resume`. */
  readonly told: string[] = []
  readonly flow: Flow
  readonly #source: EventEmitter

  readonly #sink = new EventEmitter()
  #isFull = false

  constructor(limits: Partial<FlowLimits> = {}) {
    const source = new EventEmitter()
    const paused = { pause: () => this.told.push('pause'), resume: () => this.told.push('resume') }
    this.#source = Object.assign(source, paused)
    const pipe = this
    this.flow = new Flow({
      source: this.#source as ByteSource & EventEmitter,
      sink: {
        writable: true,
        get isFull() {
          return pipe.#isFull
        },
        write: (bytes) => void this.writes.push(bytes),
        flush() {},
        on: (event, heard) => this.#sink.on(event, heard),
      },
      dialect: new Dialect(),
      from: 'device',
      clock: this.clock,
      now: () => this.clock.now(),
      limits: { ...DEFAULT_LINK_LIMITS, ...limits },
      record: (decoded, fate) => void this.seen.push({ decoded, fate }),
      recordBytes: (bytes, _offset, delivered) => void this.unread.push({ bytes, delivered }),
      recordFault: (fault) => void this.faults.push(fault),
      onSwallowed: () => {},
      onCut: (mode: CutMode) => {
        this.told.push(`cut ${mode}`)
        this.flow.stop()
      },
      onLost: ({ packets, frames }) => void this.told.push(`lost ${packets + frames}`),
      onLimit: ({ code }) => void this.told.push(code),
    })
  }

  /** The receiver takes no more; false: it does again. */
  set full(full: boolean) {
    this.#isFull = full
    if (!full) this.#sink.emit('drain')
  }

  come(chunk: Uint8Array | string): Uint8Array {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk.replaceAll(' ', ''), 'hex') : chunk
    this.#source.emit('data', bytes)
    return bytes
  }

  disturb(name: DisturbanceName, settings?: unknown, options?: RuleOptions): Rule {
    const rule = new Rule(ruleOf(name, settings, options), 'blue', null)
    this.flow.disturb(rule)
    return rule
  }

  pass(ms: number): void {
    this.clock.advance(ms as Duration)
  }

  get hex(): string {
    return Buffer.concat(this.writes).toString('hex')
  }

  /** Packets that one end saw: those of a decoder at that end, if all is well. */
  at(end: 'device' | 'broker'): Decoded[] {
    return this.seen
      .filter(({ fate }) => (fate.end ?? end) === end && (end === 'device' || fate.delivered))
      .map(({ decoded: { packet, raw, offset } }) => ({ packet, raw, offset }))
  }

  /** `publish`, `puback at the broker by link`, in the order of record. */
  get record(): string[] {
    return this.seen.map(({ decoded, fate }) => {
      const end = fate.end === undefined ? '' : ` at the ${fate.end}`
      return `${decoded.packet.type}${end}${fate.by === undefined ? '' : ' by link'}${fate.delivered ? '' : ', lost'}`
    })
  }
}
