// What must leave a disturbed direction, when and in which order: told naively. Everything that waits is one list of
// packets, looked at once a millisecond; nothing is cut off, shared or remembered for speed.

import { Decoder } from '../../emulators/index.ts'

export type Doing =
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'drop' }
  | { readonly do: 'duplicate'; readonly copies: number }
  | { readonly do: 'hold' }
  | { readonly do: 'flip'; readonly bits: number }
  | { readonly do: 'truncate'; readonly after: number }
  | { readonly do: 'cut'; readonly after: number }
  | { readonly do: 'split'; readonly bytes: number; readonly gapMs: number }
  | { readonly do: 'throttle'; readonly rate: number }
  | { readonly do: 'join'; readonly packets: number; readonly withinMs: number }

export interface ModelRule {
  readonly id: string
  readonly doing: Doing
  /** Packet types; null: everything, also what is no packet. */
  readonly types: readonly string[] | null
  readonly nth: number
  readonly times: number
}

interface AtWork extends ModelRule {
  seen: number
  hits: number
  readonly kept: Unit[]
  joinedHits: number
  joinUntil: number | null
}

/** A packet on its way, or other bytes that stay together. */
interface Unit {
  bytes: number[]
  type: string | null
  since: number
  gone: number
  /** More of it is to come. */
  open: boolean
  cut: boolean
  /** It passes as it comes: no disturbance can hit it. */
  readonly passes: boolean
  paces: { rule: AtWork; delay: number; segment: number; gap: number; rate: number }[]
}

const unitOf = (bytes: readonly number[], type: string | null, since: number, passes = false): Unit => ({
  bytes: [...bytes],
  type,
  since,
  gone: 0,
  open: passes,
  cut: false,
  passes,
  paces: [],
})

export class Model {
  /** All that has left. */
  readonly left: number[] = []
  finished = false
  /** Packets that were on their way when all was over, and packets that disturbances held then. */
  lost = 0
  lostHeld = 0
  now = 0
  #rules: AtWork[] = []
  readonly #came: number[] = []
  /** Where the packet that is coming in begins in `#came`. */
  #start = 0
  #streamLost = false
  /** The packet that passes while it is coming in. */
  #passing: Unit | null = null
  #queue: Unit[] = []
  #injected: Unit[] = []
  #paced = Number.NEGATIVE_INFINITY
  #full = false
  #over = false
  #ended = false

  start(rule: ModelRule): void {
    if (this.#over || this.#ended) return
    // What has begun to leave cannot be held back any more.
    if (this.#rules.length === 0) this.#letPass()
    this.#rules.push({ ...rule, seen: 0, hits: 0, kept: [], joinedHits: 0, joinUntil: null })
  }

  release(id: string): void {
    const rule = this.#rules.find((one) => one.id === id)
    if (rule === undefined || this.#over) return
    const after = this.#rules.slice(this.#rules.indexOf(rule) + 1)
    const kept = rule.kept.splice(0)
    for (const unit of [...this.#queue, ...kept, ...this.#rules.flatMap((one) => one.kept)])
      unit.paces = unit.paces.filter((pace) => pace.rule !== rule)
    this.#goOn(kept, after)
    this.#rules = this.#rules.filter((one) => one !== rule)
    this.#letPass()
    this.#look()
  }

  inject(bytes: readonly number[]): void {
    if (this.#over) return
    this.#letPass()
    this.#injected.push(unitOf(bytes, null, this.now))
    this.#look()
  }

  come(bytes: readonly number[]): void {
    if (this.#ended) return
    if (this.#over) return
    this.#came.push(...bytes)
    if (this.#streamLost) this.#arrive(unitOf(bytes, null, this.now))
    else this.#read()
    this.#letPass()
    this.#look()
  }

  set full(full: boolean) {
    this.#full = full
    this.#look()
  }

  /** The sender ends its stream. */
  end(): void {
    if (this.#over || this.#ended) return
    this.#ended = true
    const rest = this.#came.slice(this.#start)
    if (!this.#streamLost && this.#passing === null && rest.length > 0) this.#arrive(unitOf(rest, null, this.now))
    for (const rule of this.#rules) if (rule.doing.do === 'join') this.#leaveJoin(rule)
    this.#look()
  }

  /** The network goes down, or the connection is cut. */
  stop(): void {
    if (this.#over) return
    this.#over = true
    const waits = this.#queue.filter((unit) => !unit.open || unit.bytes.length > unit.gone)
    this.lost = waits.length + this.#injected.length
    this.lostHeld = this.#rules.reduce((sum, { kept }) => sum + kept.length, 0)
  }

  pass(ms: number): void {
    for (let k = 0; k < ms; k++) {
      this.now++
      for (const rule of [...this.#rules])
        if (rule.joinUntil !== null && rule.joinUntil <= this.now) this.#leaveJoin(rule)
      this.#look()
    }
  }

  #read(): void {
    for (;;) {
      const decoder = new Decoder()
      const packet = decoder.push(Uint8Array.from(this.#came.slice(this.#start)))[0]
      if (packet === undefined) return
      const isLost = new Decoder()
      isLost.push(packet.raw)
      const passing = this.#passing
      this.#passing = null
      if (passing === null) this.#arrive(unitOf([...packet.raw], packet.packet.type, this.now))
      else {
        const size = packet.raw.length
        passing.bytes.push(...[...packet.raw].slice(size - (size - passing.bytes.length)))
        passing.open = false
      }
      this.#start += packet.raw.length
      if (!isLost.lost) continue
      this.#streamLost = true
      const rest = this.#came.slice(this.#start)
      if (rest.length > 0) this.#arrive(unitOf(rest, null, this.now))
      return
    }
  }

  /** A packet of which a part has come passes as it comes when no disturbance can hit it. */
  #letPass(): void {
    const rest = this.#came.slice(this.#start)
    if (this.#streamLost || rest.length === 0 || this.#over) return
    if (this.#passing !== null) {
      this.#passing.bytes.push(...rest.slice(this.#passing.bytes.length))
      return
    }
    const type = TYPES[rest[0]! >> 4] ?? 'reserved'
    if (this.#rules.some((rule) => rule.hits < rule.times && (rule.types?.includes(type) ?? true))) return
    this.#passing = unitOf(rest, null, this.now, true)
    this.#through([this.#passing], this.#rules)
  }

  #arrive(unit: Unit): void {
    if (this.#over) return
    this.#through([unit], this.#rules)
    this.#look()
  }

  /** Through the disturbances that are left of them. */
  #through(units: readonly Unit[], rules: readonly AtWork[]): void {
    for (const unit of units) {
      const [rule, ...later] = rules
      if (rule === undefined) this.#queue.push(unit)
      else if (!unit.passes && this.#hits(rule, unit)) this.#through(this.#done(rule, unit), later)
      else if (rule.doing.do === 'join' && rule.kept.length > 0) rule.kept.push(unit)
      else this.#through([unit], later)
    }
  }

  /** What was kept goes on: it has come just now, and what has delayed it is past. */
  #goOn(units: readonly Unit[], rules: readonly AtWork[]): void {
    for (const unit of units) {
      unit.since = this.now
      unit.paces = unit.paces.map((pace) => ({ ...pace, delay: 0 }))
      this.#through([unit], rules)
    }
  }

  #hits(rule: AtWork, unit: Unit): boolean {
    if (rule.hits >= rule.times) return false
    if (rule.types !== null && (unit.type === null || !rule.types.includes(unit.type))) return false
    if (++rule.seen < rule.nth) return false
    rule.hits++
    return true
  }

  #done(rule: AtWork, unit: Unit): Unit[] {
    const { doing } = rule
    const paced = (pace: Partial<Unit['paces'][number]>): Unit[] => {
      const none = { rule, delay: 0, segment: Number.POSITIVE_INFINITY, gap: 0, rate: Number.POSITIVE_INFINITY }
      unit.paces.push({ ...none, ...pace })
      return [unit]
    }
    const changed = (bytes: number[]): Unit[] => {
      unit.bytes = bytes
      unit.type = typeOf(bytes)
      return [unit]
    }
    switch (doing.do) {
      case 'delay':
        return paced({ delay: doing.ms })
      case 'drop':
        return []
      case 'duplicate':
        return Array.from({ length: doing.copies + 1 }, () => ({
          ...unit,
          bytes: [...unit.bytes],
          paces: [...unit.paces],
        }))
      case 'hold':
        rule.kept.push(unit)
        return []
      case 'flip':
        return changed(unit.bytes.map((byte, k) => (k === unit.bytes.length - 1 ? byte ^ doing.bits : byte)))
      case 'truncate':
        return changed(unit.bytes.slice(0, doing.after))
      case 'cut':
        unit.cut = true
        return changed(unit.bytes.slice(0, doing.after))
      case 'split':
        return paced({ segment: doing.bytes, gap: doing.gapMs })
      case 'throttle':
        return paced({ rate: doing.rate })
      case 'join':
        rule.kept.push(unit)
        rule.joinedHits++
        rule.joinUntil ??= this.now + doing.withinMs
        if (rule.joinedHits >= doing.packets) this.#leaveJoin(rule)
        return []
    }
  }

  #leaveJoin(rule: AtWork): void {
    rule.joinedHits = 0
    rule.joinUntil = null
    this.#goOn(rule.kept.splice(0), this.#rules.slice(this.#rules.indexOf(rule) + 1))
  }

  /** What may leave now leaves. */
  #look(): void {
    while (!this.#over && !this.#full) {
      const [head] = this.#queue
      const isBetween = head === undefined || head.gone === 0
      if (isBetween && this.#injected.length > 0) {
        this.left.push(...this.#injected.shift()!.bytes)
        continue
      }
      if (head === undefined || !this.#step(head)) break
    }
    // What comes after a packet that will never be whole cannot leave.
    const firstOpen = this.#queue.findIndex(({ open }) => open)
    const isEmpty = this.#queue.slice(0, firstOpen + 1 || undefined).every((unit) => unit.gone === unit.bytes.length)
    const nothingKept = this.#rules.every(({ kept }) => kept.length === 0)
    if (!this.#over && this.#ended && isEmpty && nothingKept && !this.#full && !this.finished) {
      this.finished = true
      // Nothing can leave after the end.
      this.stop()
    }
  }

  /** The next piece of it; false: not now. */
  #step(unit: Unit): boolean {
    const sum = (of: (pace: Unit['paces'][number]) => number) => unit.paces.reduce((a, pace) => a + of(pace), 0)
    const segment = Math.min(...unit.paces.map((pace) => pace.segment), Number.POSITIVE_INFINITY)
    const rate = Math.min(...unit.paces.map((pace) => pace.rate), Number.POSITIVE_INFINITY)
    const gap = Math.max(...unit.paces.map((pace) => pace.gap), 0)
    if (unit.gone === unit.bytes.length && unit.open) return false
    const size = Math.min(segment, Math.max(1, Math.ceil(rate / 20)), unit.bytes.length - unit.gone)
    const begins = unit.gone === 0 ? Math.max(this.#paced, unit.since + sum((pace) => pace.delay)) : this.#paced
    const pace = Number.isFinite(rate) ? (size / rate) * 1000 : 0
    const due = begins + ((unit.gone === 0 ? 0 : gap) + pace)
    if (due > this.now) return false
    this.#paced = Math.max(this.#paced, due)
    this.left.push(...unit.bytes.slice(unit.gone, unit.gone + size))
    unit.gone += size
    if (unit.gone < unit.bytes.length || unit.open) return true
    this.#queue.shift()
    if (unit.cut) this.stop()
    return true
  }
}

const TYPES: Readonly<Record<number, string>> = {
  3: 'publish',
  4: 'puback',
  8: 'subscribe',
  12: 'pingreq',
  14: 'disconnect',
}

function typeOf(bytes: readonly number[]): string | null {
  const [one, more] = new Decoder().push(Uint8Array.from(bytes))
  return one !== undefined && more === undefined && one.raw.length === bytes.length ? one.packet.type : null
}
