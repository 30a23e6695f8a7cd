// What can be asked for. The YAML word, the file and the key here are the same word. `expect`,
// `never`, `parallel` and `repeat` are not here: they hold other words, and the plan resolves them.

import { auth } from './auth.ts'
import { boot } from './boot.ts'
import { broker } from './broker.ts'
import { call } from './call.ts'
import { chaos } from './chaos.ts'
import { connect } from './connect.ts'
import { delay } from './delay.ts'
import { disconnect } from './disconnect.ts'
import { disturb } from './disturb.ts'
import { drive } from './drive.ts'
import { erase } from './erase.ts'
import { exec } from './exec.ts'
import { flash } from './flash.ts'
import { fleet } from './fleet.ts'
import { inject } from './inject.ts'
import { loop } from './loop.ts'
import { network } from './network.ts'
import { power } from './power.ts'
import { publish } from './publish.ts'
import { release } from './release.ts'
import { reset } from './reset.ts'
import { send } from './send.ts'
import { serial } from './serial.ts'
import { check, ping, wait } from './simple-calls.ts'
import { skip } from './skip.ts'
import type { AnyStep } from './step.ts'
import { subscribe } from './subscribe.ts'
import { unsubscribe } from './unsubscribe.ts'
import { upload } from './upload.ts'
import { wifi } from './wifi.ts'

export const steps = {
  connect,
  publish,
  subscribe,
  unsubscribe,
  ping,
  check,
  wait,
  loop,
  disconnect,
  auth,
  call,
  send,
  boot,
  reset,
  power,
  drive,
  serial,
  exec,
  upload,
  flash,
  erase,
  network,
  wifi,
  disturb,
  release,
  inject,
  broker,
  chaos,
  fleet,
  delay,
  skip,
} satisfies Record<string, AnyStep>
export type StepName = keyof typeof steps

export type { Calling } from './calling.ts'
export type { ChaosArgs } from './chaos.ts'
export { type DisturbArgs, mostHeld } from './disturb.ts'
export type { FleetArgs } from './fleet.ts'
export type { FleetStep } from './fleet-step.ts'
export { SkippedError } from './skip.ts'
export type { Action, AnyAction, AnyClientCall, AnyStep, ClientCall, FleetHands, Stage } from './step.ts'
