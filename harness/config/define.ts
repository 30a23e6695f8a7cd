// Each types what it is given, for editors and the compiler, and gives it back.

import type { ClientKind } from '../../emulators/index.ts'
import type { BrokerDefinition } from '../brokers/index.ts'
import type { OwnDevice } from '../devices/index.ts'
import type { Matcher } from '../expect/index.ts'
import type { Disturbance } from '../link/index.ts'
import type { ReporterKind } from '../report/index.ts'
import type { Action, ClientCall } from '../steps/index.ts'

/** An emulated client library; docs/writing-a-client.md makes one step by step. Its name is the key in the config. */
export const defineClient = (client: ClientKind): ClientKind => client

/** A device that is a program of yours: its methods are the client calls of scenarios. */
export const defineDevice = (device: OwnDevice): OwnDevice => device

/**
 * A kind of broker: how it is opened, and what can be said of it before. Its options are a schema of `z`; they are parsed before any
 * of its functions is called.
 */
export const defineBroker = <O>(definition: Omit<BrokerDefinition<O>, 'name'>): Omit<BrokerDefinition<O>, 'name'> =>
  definition

/** What is told of a run, and where it is written. */
export const defineReporter = (reporter: ReporterKind): ReporterKind => reporter

/** A step: an action, or a client call in words of your own. `args` is a zod schema of what the step takes. */
export function defineStep<A>(step: Omit<Action<A>, 'name'>): Omit<Action<A>, 'name'>
export function defineStep<A>(step: Omit<ClientCall<A>, 'name'>): Omit<ClientCall<A>, 'name'>
export function defineStep(step: unknown): unknown {
  return step
}

/** What a claim can look for among the events. `fields` is a zod schema of what it takes. */
export const defineMatcher = <F>(matcher: Omit<Matcher<F>, 'name'>): Omit<Matcher<F>, 'name'> => matcher

/** What a link can do to packets. `settings` is a zod schema of what it takes. */
export const defineDisturbance = <S>(disturbance: Omit<Disturbance<S>, 'name'>): Omit<Disturbance<S>, 'name'> =>
  disturbance
