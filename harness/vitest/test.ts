// `mqtt-hil/vitest/test`: `test` with a broker, devices, links and an observer as fixtures, and `expect` with matchers of
// what passes on links. Nothing is started for a test that does not ask for it, and all of it is given back.

import { expect, inject, test as plain, vi } from 'vitest'
import { milliseconds, Problem } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import { loadConfig, type ResolvedConfig } from '../config/index.ts'
import type { DevicePlan, YamlMap } from '../plan/index.ts'
import { InteractiveSession, type PartLimits } from '../run/index.ts'
import { brokerFor, factsOf, openChosen } from '../select/index.ts'
import { type CallSite, callSite, withHint } from './call-site.ts'
import { done, hasFakeTimers, refuseFakeTimers, TestDevice, TestLink } from './device.ts'
import { KeptBrokers } from './kept-brokers.ts'
import { KeptSession, keep, keptAs } from './kept-session.ts'
import type { HilMatchers } from './matcher-types.ts'
import { matchers } from './matchers.ts'
import { linkOptionsOf, listOf, type ParsedOptions, settingsOf } from './options.ts'
import { addEvents, keepRecord } from './record.ts'
import { belongs, TestObserver, TestTimeline } from './session-of.ts'
import { forgotten, watched } from './taken-up.ts'
import type { DeviceKindName, DeviceOptions, FirmwareWord, MethodOf, OptionsOf } from './words.ts'
import { untilShutdown } from './worker-shutdown.ts'

declare module 'vitest' {
  interface ProvidedContext {
    mqttHil?: ParsedOptions
  }
  // Here, and not beside the matchers: only what this file's own declarations name comes along with it.
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends HilMatchers<T> {}
}

/** For `test.override({ hil: { … } })`; what is not said here is as in the plugin's options. */
export interface HilSettings {
  /** A name of the config's `brokers`, a kind (`mosquitto`), or `mqtt://HOST:PORT`. */
  readonly broker?: string | undefined
  /** Filters that the observer subscribes to; default: `#`. */
  readonly observe?: readonly string[] | undefined
  /**
   * `file`: broker, devices and links are opened once for all tests of the file, which run one after the other; `broker`: the
   * broker is. Default: `test`.
   */
  readonly scope?: 'test' | 'broker' | 'file' | undefined
  /** For all chance in the test. */
  readonly seed?: number | undefined
}

/** The fixtures of `test`. Nothing is started for a test that does not ask, and all is given back when the test ends. */
export interface HilFixtures {
  /** What the others are made with. */
  readonly hil: HilSettings
  /** Started for the test, of the kind that `hil.broker` says; default: as `hil run`. */
  readonly broker: Broker
  /** What happened so far. It starts nothing. */
  readonly timeline: TestTimeline
  /** Subscribed before the test begins. */
  readonly observer: TestObserver
  /** A device of a kind (`umqtt.simple`, `virtual`, `process`, …), booted; its calls are awaited. */
  readonly device: <
    K extends DeviceKindName | (string & {}),
    const S extends string = string,
    F extends FirmwareWord = 'puppet',
  >(
    use: K,
    options?: OptionsOf<K, S, F>,
  ) => Promise<TestDevice<MethodOf<K>, S>>
  /** A port of its own in front of the broker, for a program of yours. */
  readonly link: (name?: string, options?: { readonly tls?: boolean }) => Promise<TestLink>
  /** Any step of a scenario, in its own words, awaited. */
  readonly perform: (step: YamlMap) => Promise<void>
}

expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0])

export { expect }

/** A test in TypeScript is declared once, so that it cannot run on each of several brokers by itself. */
function onlyOf(brokers: readonly string[]): string | undefined {
  if (brokers.length <= 1) return brokers[0]
  throw new Problem(
    'config/bad-option',
    `mqttHil({ broker }) names ${brokers.length} brokers, and this test does not say which is its own\n  hint: describe.each(brokersOfRun())('on %s', (broker) => { test.override({ hil: { broker } }); … })`,
  )
}

/** The brokers that the plugin's options name, for `describe.each`; without any, the config's or aedes: `[undefined]`. */
export function brokersOfRun(): readonly (string | undefined)[] {
  const named = listOf(inject('mqttHil')?.broker)
  return named.length === 0 ? [undefined] : named
}

/** Read once for each test file: it may bring modules along. */
const configs = new Map<string | undefined, Promise<ResolvedConfig>>()

function configOf(file: string | undefined): Promise<ResolvedConfig> {
  const known = configs.get(file) ?? loadConfig(file)
  configs.set(file, known)
  return known
}

/** How long a call may take in a test without a limit; milliseconds. */
const ONE_MINUTE = 60_000

/** What a test's settings come to. Throws Problem with its hint in the message. */
async function settled(given: HilSettings, options: ParsedOptions) {
  try {
    const hil = settingsOf(given)
    const config = await configOf(options.config)
    return { hil, chosen: brokerFor(null, hil.broker ?? onlyOf(listOf(options.broker)), {}, config) }
  } catch (error) {
    throw withHint(error)
  }
}

const hinted = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw withHint(error)
  })

interface RigFixtures {
  readonly hil: HilSettings
  readonly kept: { readonly brokers: KeptBrokers; readonly session: KeptSession }
  readonly rig: InteractiveSession
}

const WITH_RIG = plain.extend<RigFixtures>({
  hil: {},
  kept: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it what a fixture needs
    async ({}: object, use: (kept: RigFixtures['kept']) => Promise<void>) => {
      await using brokers = new KeptBrokers()
      await using session = new KeptSession()
      await use({ brokers, session })
    },
    { scope: 'file' },
  ] as never,
  rig: async ({ hil: given, kept, task, signal, onTestFinished }, use) => {
    const options = inject('mqttHil') ?? {}
    const { hil, chosen } = await settled(given, options)
    const limited = task.timeout > 0 && Number.isFinite(task.timeout)
    const left: Error[] = []
    // What a fixture throws when it is given back is told twice, and keeps others from being given back.
    onTestFinished(() => {
      if (left.length > 0)
        throw left.length === 1 ? left[0] : new AggregateError(left, `${left.length} were not awaited`)
    })
    const limits: PartLimits = {
      timeout: milliseconds(Math.max(1000, limited ? task.timeout * 0.8 : ONE_MINUTE)),
      budget: limited ? milliseconds(task.timeout * 0.9) : undefined,
      signal: untilShutdown(signal),
    }
    const isKept = hil.scope === 'file'
    const make = (): InteractiveSession =>
      new InteractiveSession({
        ...limits,
        file: task.file.filepath,
        openBroker: () =>
          hil.scope === 'broker' ? kept.brokers.take(chosen.name, () => openChosen(chosen)) : openChosen(chosen),
        broker: factsOf(chosen),
        observe: hil.observe ?? ['#'],
        seed: hil.seed ?? options.seed ?? Math.floor(Math.random() * 2 ** 32),
      })
    const rig = isKept ? await kept.session.take({ ...hil, broker: chosen.name }, limits, make) : make()
    await use(rig)
    // What is given back needs its own clocks.
    if (hasFakeTimers()) vi.useRealTimers()
    // One that has failed already needs no more reasons: it may have ended before what it would have waited for.
    if (task.result?.state === 'fail') addEvents(rig, task)
    else left.push(...forgotten(rig))
    const giveBack = async (): Promise<void> => {
      if (!isKept) return rig[Symbol.asyncDispose]()
      const isFine = task.result?.state !== 'fail' && left.length === 0
      await kept.session.giveBack(isFine)
    }
    await giveBack().catch(async (error: Error) => {
      left.push(error)
      if (isKept) await kept.session.giveBack(false).catch(() => {})
    })
    if (options.output !== undefined) await keepRecord(rig, task, left, options.output)
  },
})

/** vitest's `test` with a broker, devices, links, an observer and the timeline as fixtures. */
export const test = WITH_RIG.extend<Omit<HilFixtures, 'hil'>>({
  broker: async ({ rig }, use) => use(belongs(await hinted(rig.broker()), 'broker', rig)),
  timeline: async ({ rig }, use) => use(belongs(new TestTimeline(rig), 'timeline', rig)),
  observer: async ({ rig }, use) => {
    await hinted(rig.observer())
    await use(belongs(new TestObserver(rig), 'observer', rig))
  },
  device: async ({ rig }, use) => {
    let count = 0
    const make = (kind: string, options: DeviceOptions = {}): Promise<TestDevice> => {
      const site = callSite(make)
      const what = `device('${kind}')`
      return watched(rig, opened(kind, options, site), { what, site, isClaim: false })
    }
    const opened = async (kind: string, options: DeviceOptions, site: CallSite): Promise<TestDevice> => {
      refuseFakeTimers(site)
      const { name = `device${++count}`, tls, websocket, ...words } = options
      const asked = { ...(tls === undefined ? {} : { tls }), ...(websocket === undefined ? {} : { websocket }) }
      const link = Object.keys(asked).length === 0 ? {} : { link: asked }
      try {
        const asked = { use: kind === 'virtual' ? 'micropython' : kind, ...words, ...link } as YamlMap
        const known = keptAs<TestDevice>(rig, name, asked)
        if (known !== null) return known
        const at = await rig.device(name, asked)
        const device = belongs(
          new TestDevice(rig, name, belongs(new TestLink(rig, name, at), 'link', rig)),
          'device',
          rig,
        )
        keep(rig, name, asked, device)
        return device
      } catch (error) {
        throw site.place(error)
      }
    }
    await use(make as HilFixtures['device'])
  },
  link: async ({ rig }, use) => {
    let count = 0
    const make: HilFixtures['link'] = (name = `link${++count}`, options = {}) => {
      const site = callSite(make)
      return watched(rig, opened(name, options, site), { what: `link('${name}')`, site, isClaim: false })
    }
    const opened = async (name: string, options: unknown, site: CallSite): Promise<TestLink> => {
      refuseFakeTimers(site)
      try {
        const secured = linkOptionsOf(options).tls === true
        const tls: DevicePlan['tls'] = secured ? { certificate: 'valid', mutual: false } : null
        const known = keptAs<TestLink>(rig, name, { link: true, tls: secured })
        if (known !== null) return known
        const { link, ca } = await rig.link(name, tls)
        const port = belongs(new TestLink(rig, name, { host: link.host, port: link.port, ca }), 'link', rig)
        keep(rig, name, { link: true, tls: secured }, port)
        return port
      } catch (error) {
        throw site.place(error)
      }
    }
    await use(make)
  },
  perform: async ({ rig }, use) => {
    const perform: HilFixtures['perform'] = (step) =>
      done(rig, step, callSite(perform), `perform({ ${Object.keys(step).join(', ')} })`)
    await use(perform)
  },
})

export { PythonError } from '../../emulators/index.ts'
export type { Disturb, LinkDownMode, Linked, TestDevice, TestLink } from './device.ts'
export type { FoundEvent, FoundMessage } from './found.ts'
export type * from './kinds.ts'
export type { HilMatchers } from './matcher-types.ts'
export type { TestObserver, TestTimeline } from './session-of.ts'
export type * from './words.ts'
