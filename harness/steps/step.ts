// What can be asked for. A verb is either an action, which does something to the world, or a
// client call, which a device carries out and whose outcome is judged.

import type { z } from 'zod'
import type { Clock, Duration, Random } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import type { BoardFiles, Device, GeneralCall } from '../devices/index.ts'
import type { Recorder } from '../evidence/index.ts'
import type { Link } from '../link/index.ts'
import type { FleetStep } from './fleet-step.ts'

/** What steps may ask of the fleet. */
export interface FleetHands {
  /** Resolves when it has been carried out by all. */
  order(order: FleetStep): Promise<void>
}

/** What a running step may touch. */
export interface Stage {
  device(name: string): Device
  link(name: string): Link
  /** The links of all devices. */
  readonly links: Iterable<Link>
  /** Chance of its own for each label, by the run's seed. */
  random(label: string): Random
  /** null: the scenario has none. */
  readonly fleet: FleetHands | null
  readonly broker: Broker
  readonly recorder: Recorder
  readonly clock: Clock
  /** Waits; ends early, by throwing, when the scenario is stopped. */
  pause(d: Duration): Promise<void>
  /** Waits for something else, and ends early likewise. */
  until<T>(done: Promise<T>): Promise<T>
  /** The observer will lose its connection, on purpose. */
  observerAway(): void
  /** The observer comes back after the broker did; resolves when it is subscribed again. */
  observerBack(): Promise<void>
}

/** The step that an action is performed for. */
export interface StepRef {
  /** Its id, else its path in the plan. */
  readonly name: string
}

export interface Action<A = unknown> {
  readonly kind: 'action'
  readonly name: string
  readonly summary: string
  readonly args: z.ZodType<A>
  /** The argument that a bare value stands for: `delay: 500ms`, `boot: blue`. */
  readonly bare?: string
  /** Only kinds of devices that list it under `verbs` can do it; absent: any can, or may try. */
  readonly special?: true
  devices(args: A): readonly string[]
  run(args: A, stage: Stage, step: StepRef): Promise<void>
  show(args: A): string
}

/** What arguments name, found when the scenario was compiled. */
export interface StepInput {
  /** By `files:`, for the verb that has it. */
  readonly files: BoardFiles
}

export interface ClientCall<A = unknown> {
  readonly kind: 'call'
  readonly name: string
  readonly summary: string
  readonly args: z.ZodType<A>
  readonly bare?: string
  /** Only kinds of devices that list it under `verbs` can do it; absent: any may try. */
  readonly special?: true
  /** A program of the device's own is ended for it; absent: only a puppet takes it. */
  readonly interrupts?: true
  toCall(args: A, given: StepInput): GeneralCall
  show(args: A): string
}

// As with matchers: each gets only what its own schema parsed.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyAction = Action<any>
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyClientCall = ClientCall<any>
export type AnyStep = AnyAction | AnyClientCall
