// A plan: a scenario with every word resolved. Names are checked, durations are numbers, matchers
// are chosen; what only the run can know (`saved`, `link`, `i`) waits in a Deferred.

import type { Duration, Place } from '../../../emulators/index.ts'
import type { GeneralCall, MethodNames, SignalWiring } from '../../devices/index.ts'
import type { AnyMatcher, SaveFrom } from '../../expect/index.ts'
import type { RaisedMatcher } from '../../scenario/index.ts'
import type { AnyAction } from '../../steps/index.ts'
import type { CertificateKind } from '../../tls/index.ts'
import type { FleetPlan } from './fleet.ts'
import type { KnownGap } from './gap.ts'
import type { SloPlan } from './slo.ts'

/** What a deferred value may need; the judge knows it as well as the conductor does. */
export interface RunScope {
  readonly saved: Readonly<Record<string, unknown>>
  /** The repetition's number, from 0, of the innermost `repeat`. */
  readonly i: number
}

/** A value that is there, or that is there once the run knows more. Throws a Problem when it cannot be. */
export type Deferred<T> = (scope: RunScope) => T

export interface Pattern {
  readonly matcher: AnyMatcher
  readonly fields: unknown
}

/** A place in the run: `start`, a step id (`press`, `press.end`), a claim's match (`attempts.last`), … */
export type Anchor =
  | { readonly kind: 'start' }
  | { readonly kind: 'step'; readonly id: string; readonly edge: 'start' | 'end' | 'first' | 'last' }
  | { readonly kind: 'last-packet-from'; readonly device: string }
  | { readonly kind: 'boot'; readonly device: string }

export interface Want {
  /** `one` is a single pattern; `any` is one of several. */
  readonly mode: 'one' | 'all' | 'sequence' | 'any'
  readonly patterns: readonly Pattern[]
}

/** How long it takes from each match to the next. */
export interface Beat {
  /** The first wait; null: it is what it is, and those after it are measured by it. */
  readonly of: Duration | null
  /** How much each may be off, either way, besides jitter. */
  readonly tolerance: Duration
  /** Each wait is the one before it times `factor`, and `add` ms longer. Absent: all are the same. */
  readonly grow?: { readonly factor: number; readonly add: number } | undefined
  /** No wait should be longer. */
  readonly cap?: Duration | undefined
  /** By which share of it a wait may be shorter and longer, by chance. */
  readonly jitter?: { readonly less: number; readonly more: number } | undefined
}

/** `expect`: it comes, inside the window. */
export interface Expectation {
  readonly kind: 'expect'
  readonly want: Want
  readonly count: { readonly min: number; readonly max: number } | null
  /** Offsets from the anchor, both ends included. */
  readonly window: { readonly from: Duration; readonly to: Duration }
  readonly every: Beat | null
  /** The window is watched to its end, whatever has come: there is a most, or a beat without a count. */
  readonly watched: boolean
  /** null: measured from the step's start, looking from what the last expect found. */
  readonly after: Anchor | null
  /** `since: start`: look at the whole run, but measure the window from the step's start. */
  readonly sinceStart: boolean
  readonly save: Readonly<Record<string, SaveFrom>>
}

/** `never`: it does not come while the window is open. */
export interface Prohibition {
  readonly kind: 'never'
  readonly want: Want
  /** null: until the anchor, or the end of the run. */
  readonly window: Duration | null
  readonly until: Anchor | null
  readonly after: Anchor | null
  /** For `call: { running: true }`: the call must have started. */
  readonly started: string | null
}

export type Claim = Expectation | Prohibition

interface StepBase {
  /** `2`, `4.0`: its place among its siblings, from 0; claims under `always` are `always.0`. */
  readonly path: string
  readonly id: string | null
  readonly verb: string
  /** What a report calls it. */
  readonly title: string
  readonly place: Place
  readonly timeout: Duration | null
  readonly condition: Deferred<boolean> | null
  /** Statements that this step by itself tests. */
  readonly verifies: readonly string[]
}

export interface ActionStep extends StepBase {
  readonly kind: 'action'
  readonly action: AnyAction
  readonly args: Deferred<unknown>
}

/** A library call on a device; its outcome is a claim by itself. */
export interface CallStep extends StepBase {
  readonly kind: 'call'
  readonly call: Deferred<CallPlan>
}
export interface CallPlan {
  readonly device: string
  readonly call: GeneralCall
  readonly within: Duration
  /** It runs on while the steps go on. */
  readonly start: boolean
  readonly returns: unknown
  readonly raises: RaisedMatcher | undefined
}

export interface ClaimStep extends StepBase {
  readonly kind: 'claim'
  readonly claim: Deferred<Claim>
}
export interface ParallelStep extends StepBase {
  readonly kind: 'parallel'
  readonly steps: readonly Step[]
}
export interface RepeatStep extends StepBase {
  readonly kind: 'repeat'
  readonly times: number
  readonly steps: readonly Step[]
}

export type Step = ActionStep | CallStep | ClaimStep | ParallelStep | RepeatStep

export interface DevicePlan {
  readonly name: string
  readonly place: Place
  /** A key of `deviceKinds`. */
  readonly use: string
  /** What its kind made of its keys, for that kind alone. */
  readonly settings: unknown
  readonly signals: Readonly<Record<string, SignalWiring>>
  /** Why it takes no client calls (`a process`, `running room-light`); null when it does. */
  readonly busy: string | null
  /** The library that makes its calls, which known gaps may name; null: its kind says it. */
  readonly library: string | null
  /** Which calls it takes then, by their verbs; null: all. */
  readonly calls: ReadonlySet<string> | null
  /** The protocol level that its connections have; null: its program knows. */
  readonly level: number | null
  /** The level that `protocol:` asks for: on a broker without it the scenario is skipped. null: none. */
  readonly protocol: number | null
  /** How it reaches its link by TLS; null: plain TCP. */
  readonly tls: TlsPlan | null
  /** Where its link is, when that is said; null or absent: at a free port. */
  readonly at?: LinkPlace | null
  /** It speaks MQTT over WebSocket, with or without TLS. */
  readonly websocket: boolean
  /** How long whatever passes its link is on its way; absent: no longer than the machine takes. */
  readonly latency?: LinkLatency | undefined
  /** Programs without which the scenario is skipped. */
  readonly needs: readonly string[]
  /** For a board: what it has of that. null: needs are programs on the PATH. */
  readonly capabilities: readonly string[] | null
  /** What claims can see of it besides its link; null: unknown. */
  readonly shows: ReadonlySet<'serial' | 'serial-in' | 'serial-err' | 'exit' | 'signal'> | null
  /** What can become of it, as claims name it; null: unknown. */
  readonly changes: ReadonlySet<string> | null
  /** Names of its library's methods, and of what they raise; null: unknown. */
  readonly names: MethodNames | null
  /** True when a `boot` step starts it; else it boots before the first step. */
  readonly waitsForBoot: boolean
}

export interface TlsPlan {
  readonly certificate: CertificateKind
  readonly mutual: boolean
  /** In place of one of the harness's own; PEM texts. `ca`: what the device is to trust. */
  readonly own?: { readonly cert: string; readonly key: string; readonly ca: string }
  /** Protocols by ALPN. */
  readonly alpn?: readonly string[]
}

export interface LinkLatency {
  readonly up: Duration
  readonly down: Duration
}

export interface LinkPlace {
  readonly port: number | undefined
  /** An address of this machine. */
  readonly host: string | undefined
  /** Addresses that may connect, besides this machine. */
  readonly from: readonly string[] | undefined
}

export interface BrokerRequest {
  readonly use: string
  readonly with: Readonly<Record<string, unknown>>
}

/** `auto`: virtual where all of the run can be. */
export type ClockWish = 'real' | 'virtual' | 'auto'

export interface CompileInputs {
  /** Of the fleet, in place of what the scenario says. */
  readonly fleet?: FleetOverrides | undefined
  readonly vars: Readonly<Record<string, string>>
  /** By device: what was bound to it, as written. */
  readonly bind?: Readonly<Record<string, string>>
  /** Files that it reads beside its text, by path from its folder, in base64. */
  readonly beside?: Readonly<Record<string, string>>
  readonly seed: number
  /** Milliseconds, for a scenario that sets none. */
  readonly timeout: number
  readonly broker: BrokerFacts
}

export interface FleetOverrides {
  /** Devices by group; `*`: the only group. */
  readonly count?: Readonly<Record<string, number>> | undefined
  /** Arrivals a second, of all groups. */
  readonly rate?: number | undefined
  /** Of the longest `delay` among the steps, ms. */
  readonly duration?: number | undefined
}

/** What `broker.…` means in expressions. */
export interface BrokerFacts {
  readonly name: string
  /** How long after 1.5 x keep alive it may notice that a client is gone. */
  readonly keepaliveSlack: Duration
}

export interface Plan {
  readonly name: string
  readonly file: string
  /** As it was read, but for passwords. */
  readonly text: string
  /** Values that must not be seen: passwords, and variables of the environment that are named like one. */
  readonly secrets: readonly string[]
  readonly place: Place
  readonly tags: readonly string[]
  /** Why the scenario is there, in sentences; null: it does not say. */
  readonly description: string | null
  readonly verifies: readonly string[]
  /** What its broker is known not to do of it, of whatever version. */
  readonly gaps: readonly KnownGap[]
  readonly timeout: Duration
  /** null: it does not say. */
  readonly clock: ClockWish | null
  /** `qos=1, bind blue=minimqtt` of this combination of the matrix; empty without one. */
  readonly variant: string
  /** Why it is not run; null when it is. */
  readonly skip: string | null
  /** It is not run because of what plays its roles: too little hardware. */
  readonly unfit: boolean
  readonly broker: BrokerRequest | null
  /** Filters that the observer subscribes to, at QoS 2; empty: no observer. */
  readonly observe: readonly string[]
  /** A device speaks MQTT 5: so does the observer, where the broker does. */
  readonly observes5?: boolean | undefined
  /** A claim is about the properties of a message: it needs a broker with MQTT 5. */
  readonly claims5?: boolean | undefined
  /** Devices whose lives claims are about (`device: { change: restarted }`); absent: none. */
  readonly lives?: ReadonlySet<string> | undefined
  /** What came from outside of the file; with it the same plan can be compiled again. */
  readonly given: CompileInputs
  readonly devices: readonly DevicePlan[]
  /** null: the scenario has none. */
  readonly fleet: FleetPlan | null
  readonly slos: readonly SloPlan[]
  readonly always: readonly ClaimStep[]
  readonly steps: readonly Step[]
}

/** The plan's step for a path of the record, whose repetitions (`#n`) are taken off. */
export function stepAt(plan: Plan, path: string): Step | undefined {
  const parts = path.split('.').map((part) => part.replace(/#\d+$/, ''))
  if (parts[0] === 'always') return plan.always[Number(parts[1])]
  let steps: readonly Step[] = plan.steps
  let found: Step | undefined
  for (const part of parts) {
    found = steps[Number(part)]
    if (found === undefined) return undefined
    steps = 'steps' in found ? found.steps : []
  }
  return found
}

/** The repetition's number that a recorded path stands in; 0 outside of any `repeat`. */
export function repetition(path: string): number {
  const marks = [...path.matchAll(/#(\d+)/g)]
  return Number(marks.at(-1)?.[1] ?? 0)
}

/** What events call the call of this step: its id, or else its path; in a `repeat` another in each turn. */
export const callKey = ({ id }: Pick<Step, 'id'>, path: string): string =>
  id === null ? path : `${id}${[...path.matchAll(/#\d+/g)].join('')}`

/** What a step and those below it test. */
export function statementsIn(step: Step): readonly string[] {
  return 'steps' in step ? [...step.verifies, ...step.steps.flatMap(statementsIn)] : step.verifies
}
