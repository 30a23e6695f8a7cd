// What tests hold in their hands: devices whose calls are awaited, links that are disturbed, the timeline. Each call is a
// step of the rig, in the words of scenarios, so that it is checked, recorded and judged as one.

import { PythonError } from '../../emulators/index.ts'
import type { CallEvent, Event, PlainValue } from '../evidence/index.ts'
import type { YamlMap, YamlValue } from '../plan/index.ts'
import { explained } from '../report/index.ts'
import type { InteractiveSession } from '../run/index.ts'
import { type CallSite, callSite, claimError } from './call-site.ts'
import { watched } from './taken-up.ts'
import type { DurationText, ExpectedText, MatchOf, PacketType } from './words.ts'

/** How a link is down: closed by FIN, reset by RST, refusing; `blackhole`: bytes vanish; `silent`: accepted and never answered. */
export type LinkDownMode = 'close' | 'reset' | 'refuse' | 'blackhole' | 'silent'

/** How long a call may take; default: four fifths of the test's timeout. */
export interface Within {
  readonly within?: DurationText | undefined
}

/** What a call says in MQTT 5. */
export interface Said5 {
  /** By the names of the specification: `{ messageExpiryInterval: '60s', userProperty: [['a', 'b']] }`. */
  readonly properties?: YamlMap
}

/** `T`: the type or types of the packets. */
export interface Disturb<T extends PacketType = PacketType> {
  /** `up`: from the device to the broker. */
  readonly direction: 'up' | 'down'
  readonly packet?: T | readonly T[]
  readonly topic?: ExpectedText
  readonly payload?: ExpectedText
  readonly match?: MatchOf<T>
  /** From the so many-th of them on; default: 1. */
  readonly nth?: number
  /** How many of them; default: with nth just one, without it all. */
  readonly times?: number
  /** The share of them: `30%`. */
  readonly chance?: `${number}%`
  readonly connection?: 'this' | 'all'
  /** What happens to them, as in scenarios: `'drop'`, `{ delay: '1s' }`, `{ rewrite: { retain: true } }`, … */
  readonly do: string | YamlMap
}

/** Everything that has a link of its own. */
export interface Linked {
  readonly name: string
  readonly link: TestLink
}

let disturbances = 0

/** Ids of all that were made in a session. */
const disturbed = new WeakMap<InteractiveSession, string[]>()

/** What a test before left is undone: disturbances are released, links are up, devices that are off are booted. */
export async function restore(rig: InteractiveSession): Promise<void> {
  const changed = rig.changed(disturbed.get(rig) ?? [])
  const steps: YamlMap[] = [
    ...changed.disturbed.map((id) => ({ release: { id } })),
    ...changed.down.map((device) => ({ network: { device, state: 'up' } })),
    ...changed.off.map((boot) => ({ boot })),
  ]
  for (const step of steps) {
    const { outcome } = await rig.perform(step)
    if (outcome !== 'passed')
      throw new Error(`what the test before left could not be undone: ${Object.keys(step)[0]} did not succeed`)
  }
}

/** The port of a device, or of a program of yours, in front of the broker. */
export class TestLink implements Linked {
  readonly name: string
  /** Where a program of your own finds the broker. */
  readonly host: string
  readonly port: number
  /** With `tls`: what the link's certificate is checked with, PEM. */
  readonly ca: string | undefined
  readonly #rig: InteractiveSession

  constructor(
    rig: InteractiveSession,
    name: string,
    at: { readonly host: string; readonly port: number; readonly ca?: string | undefined },
  ) {
    this.#rig = rig
    this.name = name
    this.host = at.host
    this.port = at.port
    this.ca = at.ca
  }

  get link(): TestLink {
    return this
  }

  /** `blackhole` (the default): bytes vanish and nobody is told. */
  down(mode: LinkDownMode = 'blackhole'): Promise<void> {
    return done(
      this.#rig,
      { network: { device: this.name, state: 'down', mode } },
      callSite(this.down),
      `${this.name}.link.down()`,
    )
  }

  up(): Promise<void> {
    return done(this.#rig, { network: { device: this.name, state: 'up' } }, callSite(this.up), `${this.name}.link.up()`)
  }

  /** From now on; what is answered ends it. */
  disturb<T extends PacketType = PacketType>(what: Disturb<T>): Promise<{ release(): Promise<void> }> {
    const site = callSite(this.disturb)
    const id = `disturb${++disturbances}`
    disturbed.set(this.#rig, [...(disturbed.get(this.#rig) ?? []), id])
    const words = { id, disturb: { device: this.name, ...what } as unknown as YamlMap }
    const released = `${this.name}.link.disturb().release()`
    const disturbance = { release: () => done(this.#rig, { release: { id } }, site, released) }
    const doing = performedWell(this.#rig, words, site, 'disturb').then(() => disturbance)
    return watched(this.#rig, doing, { what: `${this.name}.link.disturb()`, site, isClaim: false })
  }

  /** Makes up a packet, or bytes as hex, on the connection there is. */
  inject(
    to: 'device' | 'broker',
    what: ({ readonly packet: YamlMap } | { readonly hex: string }) & { readonly frame?: 'binary' | 'text' },
  ): Promise<void> {
    return done(
      this.#rig,
      { inject: { device: this.name, to, ...what } as YamlMap },
      callSite(this.inject),
      `${this.name}.link.inject()`,
    )
  }
}

/** `M`: the methods of its library. `S`: the names of its signals. */
export class TestDevice<M extends string = string, S extends string = string> implements Linked {
  readonly name: string
  readonly link: TestLink
  readonly #rig: InteractiveSession

  constructor(rig: InteractiveSession, name: string, link: TestLink) {
    this.#rig = rig
    this.name = name
    this.link = link
  }

  /**
   * A method of the library by its own name, awaited. Text is str, `{ bytes: 'text' }` and `{ hex: '…' }` are bytes.
   * Rejects with PythonError when it raises, with ClaimFailed when it hangs.
   */
  call(
    method: M,
    args: readonly YamlValue[] = [],
    options: Within & { readonly kwargs?: YamlMap } = {},
  ): Promise<PlainValue> {
    return this.#call('call', { method, args, ...options }, callSite(this.call))
  }

  connect(options: Within & Said5 & { readonly clean?: boolean } = {}): Promise<PlainValue> {
    return this.#call('connect', options, callSite(this.connect))
  }

  publish(
    topic: string,
    payload: string | Uint8Array,
    options: Within & Said5 & { readonly qos?: 0 | 1 | 2; readonly retain?: boolean } = {},
  ): Promise<PlainValue> {
    const body = typeof payload === 'string' ? { payload } : { hex: Buffer.from(payload).toString('hex') }
    return this.#call('publish', { topic, ...body, ...options }, callSite(this.publish))
  }

  subscribe(
    topics: string | readonly string[],
    options: Within &
      Said5 & {
        readonly qos?: 0 | 1 | 2
        /** The options are of MQTT 5. */
        readonly noLocal?: boolean
        readonly retainAsPublished?: boolean
        readonly retainHandling?: 0 | 1 | 2
      } = {},
  ): Promise<PlainValue> {
    return this.#call('subscribe', { ...named(topics), ...options }, callSite(this.subscribe))
  }

  unsubscribe(topics: string | readonly string[], options: Within & Said5 = {}): Promise<PlainValue> {
    return this.#call('unsubscribe', { ...named(topics), ...options }, callSite(this.unsubscribe))
  }

  ping(options: Within = {}): Promise<PlainValue> {
    return this.#call('ping', options, callSite(this.ping))
  }

  /** `check_msg`, or what the library has for it: one message, if there is one. */
  check(options: Within = {}): Promise<PlainValue> {
    return this.#call('check', options, callSite(this.check))
  }

  /** `wait_msg`: until a message comes. */
  wait(options: Within = {}): Promise<PlainValue> {
    return this.#call('wait', options, callSite(this.wait))
  }

  disconnect(options: Within & Said5 & { readonly reasonCode?: number | string } = {}): Promise<PlainValue> {
    return this.#call('disconnect', options, callSite(this.disconnect))
  }

  /** Of MQTT 5: the answer to an AUTH of the broker, or `re-authenticate`; default: continue-authentication. */
  auth(options: Within & Said5 & { readonly reasonCode?: number | string } = {}): Promise<PlainValue> {
    return this.#call('auth', options, callSite(this.auth))
  }

  /** As by the reset button: its memory is gone, and no packet is sent. */
  reset(): Promise<void> {
    return done(this.#rig, { reset: this.name }, callSite(this.reset), `${this.name}.reset()`)
  }

  /** `off`: gone without a byte. */
  power(state: 'on' | 'off' | 'cycle'): Promise<void> {
    return done(this.#rig, { power: { device: this.name, state } }, callSite(this.power), `${this.name}.power()`)
  }

  /** Sets a pin, by its name under `signals`. */
  drive(signal: S, level: 0 | 1): Promise<void> {
    return done(
      this.#rig,
      { drive: { device: this.name, signal, value: level } },
      callSite(this.drive),
      `${this.name}.drive()`,
    )
  }

  #call(verb: string, words: object, site: CallSite): Promise<PlainValue> {
    const what = `${this.name}.${verb}()`
    return watched(this.#rig, this.#called(verb, words, site), { what, site, isClaim: false })
  }

  async #called(verb: string, words: object, site: CallSite): Promise<PlainValue> {
    const { verdict, path } = await performed(this.#rig, { [verb]: { device: this.name, ...words } as YamlMap }, site)
    const isOutcome = (event: Event): event is CallEvent & Event =>
      event.kind === 'call' && event.id === path && event.state !== 'started'
    const ended = this.#rig.timeline.events.findLast(isOutcome)
    if (ended?.state === 'returned' && verdict?.kind === 'pass') return ended.value ?? null
    if (ended?.state === 'raised' && ended.error !== undefined)
      throw site.place(new PythonError(ended.error.type, ...(ended.error.args as never[])))
    throw failed(this.#rig, `${this.name}.${verb}()`, verdict, site)
  }
}

/** As it was before a test could replace it. */
const REAL_TIMER = setTimeout

export const hasFakeTimers = (): boolean => setTimeout !== REAL_TIMER

/** Throws TypeError where `vi.useFakeTimers()` would have everything wait for ever. */
export function refuseFakeTimers(site: CallSite): void {
  if (!hasFakeTimers()) return
  const message = 'vi.useFakeTimers() stops the clocks of brokers, devices and links, and nothing would ever come'
  const hint = "vi.useFakeTimers({ toFake: ['Date'] }), or vi.useRealTimers() before this"
  throw site.place(new TypeError(`${message}\n  hint: ${hint}`))
}

/** Any step of a scenario, awaited; `what` it was in the test. Rejects with ClaimFailed or Inconclusive, and with Problem for one that is wrong. */
export function done(rig: InteractiveSession, words: YamlMap, site: CallSite, what: string): Promise<void> {
  const verb = Object.keys(words).find((key) => key !== 'id') ?? 'step'
  return watched(rig, performedWell(rig, words, site, verb), { what, site, isClaim: false })
}

async function performedWell(rig: InteractiveSession, words: YamlMap, site: CallSite, verb: string): Promise<void> {
  const { outcome, verdict } = await performed(rig, words, site)
  if (outcome !== 'passed') throw failed(rig, verb, verdict, site)
}

/** With the stack of whoever asked, not of the rig. */
export async function performed(
  rig: InteractiveSession,
  words: YamlMap,
  site: CallSite,
): ReturnType<InteractiveSession['perform']> {
  refuseFakeTimers(site)
  if (rig.isOver) {
    const message = 'this belongs to a test that has ended, and was closed with it'
    const hint = "ask for it in each test; hil: { scope: 'file' } gives the same again"
    throw site.place(new TypeError(`${message}\n  hint: ${hint}`))
  }
  try {
    return await rig.perform(words)
  } catch (error) {
    throw site.place(error)
  }
}

/** What did not hold, at the line that asked. */
export function failed(
  rig: InteractiveSession,
  what: string,
  verdict: Awaited<ReturnType<InteractiveSession['perform']>>['verdict'],
  site: CallSite,
): Error {
  if (verdict === null) return site.place(claimError('ClaimFailed', `${what}: a step of it failed`))
  const name = verdict.kind === 'inconclusive' ? 'Inconclusive' : 'ClaimFailed'
  const lines = explained(verdict, { plan: rig.plan, events: rig.timeline.events }, false)
  return site.place(claimError(name, [what, ...lines].join('\n')))
}

const named = (topics: string | readonly string[]): YamlMap =>
  typeof topics === 'string' ? { topic: topics } : { topics }
