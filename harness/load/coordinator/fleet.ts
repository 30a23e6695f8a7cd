// The coordinator of a fleet: cuts it into shards, starts them together, carries out what steps ask,
// tells the timeline how the groups stand, and makes one result of what all shards have measured.

import { randomInt } from 'node:crypto'
import { type Clock, monotonic, Problem, type PyValue } from '../../../emulators/index.ts'
import type { Broker } from '../../brokers/index.ts'
import { extensionSources } from '../../config/index.ts'
import type { Event, Timeline } from '../../evidence/index.ts'
import type { Verdict } from '../../judge/index.ts'
import { type Plan, stepAt } from '../../plan/index.ts'
import type { FleetEnding, FleetRun, FleetScene, LoadResult, OpenFleet } from '../../run/index.ts'
import type { Residue } from '../../session/index.ts'
import type { FleetStep } from '../../steps/index.ts'
import { filesOf } from '../result/files.ts'
import { resultOf } from '../result/result.ts'
import { verdictsOf } from '../result/slo-check.ts'
import { Numbering } from '../shard/numbering.ts'
import type { LoadWatcher } from '../watch/load-probe.ts'
import { type Budget, budgetOf } from './budget.ts'
import { ShardInProcess } from './in-process.ts'
import { ProgressAggregator } from './progress-aggregator.ts'
import type { FromShard, ShardJob, ShardResult } from './protocol.ts'
import { kernelCounts } from './system.ts'
import type { Transport } from './transport.ts'

export interface FleetOptions {
  /** In how many parts; null: as the budget says. */
  readonly shards: number | null
  /** Addresses to connect from; null: as the budget says. */
  readonly addresses: readonly string[] | null
  /** Connects under way at once, of the whole fleet. */
  readonly window: number
  readonly transport: () => Transport
  /** Shards run on other machines: this one's limits are not theirs. */
  readonly remote: boolean
  /** How workers elsewhere reach the broker; default: as this process does. */
  readonly advertise?: { readonly host: string; readonly port: number | null } | undefined
  readonly watchers: readonly LoadWatcher[]
}

/** Several times a second the timeline and those who look on are told how it stands; ms. */
const TELL_EVERY = 200
/** What is under way at the end may take so long to arrive; ms. */
const DRAIN = 8000
/** It has arrived when nothing more has come duration; ms. */
const STILL = 600
const RESULT_LIMIT = 60_000
/** For the results of shards when somebody waits for the program to end. */
const HURRIED_RESULT_LIMIT_MS = 2000

export const openFleet =
  (options: FleetOptions): OpenFleet =>
  async (scene) => {
    const run = new Coordinator(scene, options)
    try {
      await run.open()
      return run
    } catch (error) {
      await run[Symbol.asyncDispose]()
      throw error
    }
  }

class Coordinator implements FleetRun {
  readonly failed: Promise<never>
  readonly #plan: Plan
  readonly #broker: Broker
  readonly #timeline: Timeline
  readonly #seed: number
  /** Of the run; null: real time. */
  readonly #virtual: Clock | null
  /** Not of the seed, but in virtual time: a run with the same seed is another run. */
  readonly #key = randomInt(2 ** 32)
  readonly #options: FleetOptions
  readonly #detours: FleetScene['detours']
  readonly #transport: Transport
  readonly #results: (ShardResult | null)[] = []
  readonly #phases: { name: string; from: number }[] = [{ name: 'start', from: 0 }]
  readonly #waiting = new Map<number, { left: number; resolve: () => void }>()
  readonly #numbering: Numbering
  #budget: Budget | null = null
  #shards = 1
  #gathering: ProgressAggregator
  #epoch = 0
  #orders = 0
  #timer: NodeJS.Timeout | null = null
  #told = Number.NEGATIVE_INFINITY
  /** By group: how it stood then. */
  readonly #stood: string[] = []
  /** Nothing that was seen before is told any more: the broker is being stopped. */
  #muted = Number.NEGATIVE_INFINITY
  #unsubscribe = (): void => {}
  #kernel: ReturnType<typeof kernelCounts> = null
  #onResult = (): void => {}
  #brokerLook = 0

  constructor({ plan, broker, timeline, seed, clock, detours }: FleetScene, options: FleetOptions) {
    this.#plan = plan
    this.#broker = broker
    this.#timeline = timeline
    this.#seed = seed
    this.#virtual = clock.isVirtual === true ? clock : null
    this.#options = options
    this.#detours = detours
    this.#numbering = new Numbering(plan.fleet!)
    if (options.remote && detours.length > 0)
      throw new Problem('run/link-elsewhere', 'devices that run on other machines cannot use the links of this one', {
        hint: 'without --queue, or without link: in the fleet',
      })
    if (options.remote && this.#virtual !== null)
      throw new Problem('time/real', 'other machines have a time of their own, and the time of this run is virtual', {
        hint: 'without --queue, or --clock real',
      })
    this.#transport = this.#virtual === null ? options.transport() : new ShardInProcess(plan.fleet!, this.#virtual)
    this.failed = this.#transport.failed
    this.#gathering = new ProgressAggregator(plan, 1)
  }

  async open(): Promise<void> {
    const { fleet, name } = this.#plan
    const { watchers, remote, shards } = this.#options
    // In virtual time it is one shard, and needs neither descriptors nor ports.
    const isVirtual = this.#virtual !== null
    this.#budget = remote || isVirtual ? null : this.#needed()
    this.#shards = isVirtual ? 1 : (this.#budget?.shards ?? shards ?? 1)
    this.#gathering = new ProgressAggregator(this.#plan, this.#shards)
    for (const watcher of watchers)
      watcher.onBegin?.({ name, devices: fleet!.devices, seed: this.#seed, budget: this.#budget, isVirtual })
    await this.#transport.open(
      Array.from({ length: this.#shards }, (_, shard) => this.#job(shard)),
      (shard, message) => this.#hear(shard, message),
    )
    this.#unsubscribe = this.#timeline.subscribe((event) => this.#observe(event))
  }

  async start(): Promise<void> {
    this.#kernel = this.#kernelNow()
    this.#epoch = await this.#transport.start()
    this.#timer = setInterval(() => this.#tell(), TELL_EVERY)
  }

  async order(order: FleetStep): Promise<void> {
    const number = this.#orders++
    const done = new Promise<void>((resolve) => this.#waiting.set(number, { left: this.#alive(), resolve }))
    this.#muted = Number.POSITIVE_INFINITY
    this.#transport.send({ kind: 'order', number, order })
    await Promise.race([done, this.failed])
    this.#muted = this.#now()
    this.#transport.send({ kind: 'tell' })
  }

  async finish(how: FleetEnding): Promise<LoadResult> {
    if (this.#epoch === 0) throw new Problem('run/no-fleet', 'the fleet had not begun')
    this.#transport.send({ kind: 'quiet' })
    const quietAt = this.#now()
    if (how === 'settled') await this.#settled()
    const duration = this.#now()
    await this.#collect(how === 'interrupted' ? HURRIED_RESULT_LIMIT_MS : RESULT_LIMIT)
    const end = this.#kernelNow()
    const before = this.#kernel
    const { brokerCpu, brokerMemory } = this.#brokerUsage()
    const result = resultOf({
      plan: this.#plan,
      seed: this.#seed,
      duration,
      quietAt,
      phases: this.#phases.map(({ name, from }, k) => ({ name, from, to: this.#phases[k + 1]?.from ?? duration })),
      states: this.#transport.states,
      results: Array.from({ length: this.#shards }, (_, k) => this.#results[k] ?? null),
      seconds: this.#gathering.seconds,
      system: {
        broker: brokerMemory === 0 ? null : { cpu: brokerCpu, memory: brokerMemory },
        kernel:
          end === null || before === null
            ? null
            : {
                synRetransmits: end.synRetransmits - before.synRetransmits,
                listenOverflows: end.listenOverflows - before.listenOverflows,
                retransmits: end.retransmits - before.retransmits,
              },
      },
    })
    for (const watcher of this.#options.watchers) watcher.onResult?.(result)
    return result
  }

  residue(): Residue {
    const all = this.#results.flatMap((result) => result?.residue ?? [])
    return {
      sessions: new Set(all.flatMap(({ sessions }) => sessions)),
      retained: new Set(all.flatMap(({ retained }) => retained)),
    }
  }

  files(result: LoadResult): Readonly<Record<string, string>> {
    return filesOf(result)
  }

  judge(result: LoadResult): readonly Verdict[] {
    return verdictsOf(this.#plan, result)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#unsubscribe()
    await this.#transport[Symbol.asyncDispose]()
  }

  #needed(): Budget {
    const { devices, groups } = this.#plan.fleet!
    const addresses = new Set(groups.flatMap((group) => group.brokers.map(({ host, port }) => `${host}:${port}`)))
    const { shards, addresses: from } = this.#options
    return budgetOf({
      devices,
      secured: groups.reduce((sum, group) => sum + (group.member(0).tls === null ? 0 : group.count), 0),
      brokers: Math.max(1, addresses.size),
      loopback: [this.#broker.host, ...addresses].every((a) => /^(127\.|localhost|\[?::1)/.test(a)),
      shards,
      addresses: from,
    })
  }

  #job(shard: number): ShardJob {
    const { file, variant, given } = this.#plan
    // As it was written: what is shown of it has no passwords.
    const { text, vars, beside } = this.#plan.fleet!.source()
    const { window, advertise } = this.#options
    return {
      file,
      text,
      variant,
      given: { ...given, vars, beside },
      env: envOf([text, ...Object.values(vars), ...Object.values(beside).map((file) => atob(file))]),
      // A worker of another machine has its own.
      extensions: this.#options.remote ? [] : extensionSources(),
      seed: this.#seed,
      brokers: [{ host: advertise?.host ?? this.#broker.host, port: advertise?.port ?? this.#broker.port }],
      credentials: credentialsOf(this.#broker),
      tls: tlsOf(this.#broker),
      shard,
      shards: this.#shards,
      devices: this.#plan.fleet!.devices,
      window: Math.max(1, Math.floor(window / this.#shards)),
      attempt: 0,
      key: this.#key,
      addresses: this.#budget?.addresses ?? this.#options.addresses ?? [],
      detours: Object.fromEntries(
        this.#detours.map(({ group, i, host, port }) => [this.#numbering.device(group, i), { host, port }]),
      ),
    }
  }

  #now(): number {
    return (this.#virtual?.now() ?? monotonic()) - this.#epoch
  }

  /** Connections in memory are none of the kernel's. */
  #kernelNow(): ReturnType<typeof kernelCounts> {
    return this.#virtual === null ? kernelCounts() : null
  }

  #alive(): number {
    return this.#transport.states.filter((state) => state.lost === null).length
  }

  #hear(shard: number, message: FromShard): void {
    switch (message.kind) {
      case 'progress':
        this.#gathering.hear(shard, message)
        // The first news since a step began is not kept waiting.
        if (this.#told <= this.#muted) this.#recordStates()
        return
      case 'done': {
        const waiting = this.#waiting.get(message.number)
        if (waiting === undefined) return
        waiting.left--
        if (waiting.left > 0) return
        this.#waiting.delete(message.number)
        waiting.resolve()
        return
      }
      case 'lost':
        this.#gathering.forget(shard)
        this.#withoutShard()
        return
      case 'result':
        this.#results[shard] = message
        this.#onResult()
    }
  }

  /** Orders that wait for it, and the end, wait no longer. */
  #withoutShard(): void {
    for (const [number, waiting] of this.#waiting) {
      waiting.left--
      if (waiting.left > 0) continue
      this.#waiting.delete(number)
      waiting.resolve()
    }
    this.#onResult()
  }

  /** Steps with ids begin phases; while a broker is being stopped, how the fleet stood before is no news. */
  #observe(event: Event): void {
    if (event.kind === 'step' && event.phase === 'started') {
      // A claim is about how the fleet stands from its step on.
      this.#muted = Math.max(this.#muted, this.#now())
      this.#transport.send({ kind: 'tell' })
      const id = stepAt(this.#plan, event.step)?.id
      if (id != null) this.#phase(id)
    }
    if (event.kind === 'fault' && event.code === 'broker') this.#muted = Number.POSITIVE_INFINITY
    if (event.kind === 'broker') {
      this.#muted = this.#now()
      this.#transport.send({ kind: 'tell' })
    }
  }

  #phase(name: string): void {
    const from = Math.max(0, this.#now())
    this.#phases.push({ name, from })
    this.#transport.send({ kind: 'phase', name, at: from })
    for (const watcher of this.#options.watchers) watcher.onPhase?.(name, from)
  }

  #tell(): void {
    const at = this.#now()
    if (at - this.#brokerLook >= 1000) {
      this.#brokerLook = at
      this.#gathering.lookAtBroker(this.#broker.pid, at)
    }
    this.#recordStates()
    if (this.#options.watchers.length === 0) return
    const lost = this.#transport.states.filter((state) => state.lost !== null).length
    const snapshot = this.#gathering.snapshot(at, this.#phases.at(-1)!.name, lost)
    for (const watcher of this.#options.watchers) watcher.onSnapshot?.(snapshot)
  }

  /** Of a moment that is news: after all that was told, and after the last step began. In virtual time only what is other than before. */
  #recordStates(): void {
    const { asOf } = this.#gathering
    if (!Number.isFinite(asOf) || asOf <= this.#told || asOf <= this.#muted) return
    const isFirst = this.#told <= this.#muted
    this.#told = asOf
    for (const [g, { name, count }] of this.#plan.fleet!.groups.entries()) {
      const states = this.#gathering.states(g)
      const reconnects = this.#gathering.reconnects(g)
      const stands = `${Object.values(states).join()} ${reconnects}`
      if (this.#virtual !== null && !isFirst && stands === this.#stood[g]) continue
      this.#stood[g] = stands
      this.#timeline.record({ kind: 'fleet', group: name, devices: count, ...states, reconnects })
    }
  }

  /** Until nothing is under way and nothing more comes. */
  async #settled(): Promise<void> {
    const until = this.#now() + DRAIN
    let last = { received: -1, since: this.#now() }
    while (this.#now() < until) {
      await new Promise((resolve) => setTimeout(resolve, TELL_EVERY / 2))
      const { busy, received } = this.#gathering.unsettled
      if (received !== last.received) last = { received, since: this.#now() }
      if (busy === 0 && this.#now() - last.since >= STILL) return
    }
  }

  async #collect(limit: number): Promise<void> {
    const all = new Promise<void>((resolve) => {
      this.#onResult = () => {
        const got = this.#results.filter((result) => result !== null && result !== undefined).length
        if (got >= this.#alive()) resolve()
      }
    })
    this.#transport.send({ kind: 'finish' })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit)
    })
    await Promise.race([all, late, this.failed])
    clearTimeout(timer)
  }

  #brokerUsage(): { brokerCpu: number; brokerMemory: number } {
    const seen = this.#gathering.seconds.flatMap((second) => second?.broker ?? [])
    return {
      brokerCpu: Math.round(seen.reduce((sum, { cpu }) => sum + cpu, 0) / Math.max(1, seen.length)),
      brokerMemory: Math.max(0, ...seen.map(({ memory }) => memory)),
    }
  }
}

/** The variables of the environment that are named: a worker has none of this machine's, and is given no others. */
function envOf(texts: readonly string[]): Readonly<Record<string, string>> {
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\benv\s*(?:\.\s*|\[\s*["'])([A-Za-z_]\w*)/g)].map((match) => match[1]!),
  )
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]!]])),
  )
}

/** What the broker wants to be told, by the names that the emulated libraries have for it. */
function credentialsOf({ deviceCredentials: credentials }: Broker): Readonly<Record<string, PyValue>> {
  if (credentials === null) return {}
  return { user: credentials.username, password: credentials.password ?? '' }
}

const tlsOf = ({ access: { tls } }: Broker): ShardJob['tls'] =>
  tls === undefined
    ? null
    : { ca: tls.ca ?? null, cert: tls.cert ?? null, key: tls.key ?? null, insecure: tls.insecure ?? false }
