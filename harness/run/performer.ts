// Performs the steps of a plan on a stage. It decides nothing about claims: it records that a step
// began, waits for the judge's verdict on it, and goes on or stops.

import { after, type Clock, milliseconds, Problem, showDuration } from '../../emulators/index.ts'
import type { Recorder } from '../evidence/index.ts'
import { GRACE, type Judge, type Verdict, type VerdictKind } from '../judge/index.ts'
import {
  type ActionStep,
  type CallStep,
  callKey,
  type ParallelStep,
  type Plan,
  type RepeatStep,
  type Step,
} from '../plan/model/index.ts'
import type { Cancellation } from '../session/index.ts'
import type { Stage } from '../steps/index.ts'
import { isEnvironment } from './result.ts'

type Outcome = 'passed' | 'failed' | 'inconclusive'

const OUTCOMES: Readonly<Record<VerdictKind, Outcome>> = {
  pass: 'passed',
  fail: 'failed',
  inconclusive: 'inconclusive',
}

export class Performer {
  readonly #stage: Stage
  readonly #judge: Judge
  readonly #recorder: Recorder
  readonly #clock: Clock
  readonly #stop: Cancellation
  readonly #verdicts = new Map<string, Verdict>()
  /** For each call that a step waits for: records that it still runs, and where it hangs. */
  readonly #awaited = new Set<() => void>()
  /** Actions that have not ended, also those that a stopped run no longer waits for. */
  readonly #acts = new Set<Promise<void>>()
  readonly #waiting = new Map<string, (verdict: Verdict) => void>()

  constructor(stage: Stage, judge: Judge, stop: Cancellation) {
    this.#stage = stage
    this.#judge = judge
    this.#recorder = stage.recorder
    this.#clock = stage.clock
    this.#stop = stop
    judge.onVerdict((verdict) => {
      this.#verdicts.set(verdict.step, verdict)
      this.#waiting.get(verdict.step)?.(verdict)
    })
  }

  perform(plan: Plan): Promise<Outcome> {
    return this.#all(plan.steps, '')
  }

  /** One step of the main line; throws what stops the run. */
  step(step: Step, path: string): Promise<'passed' | 'failed' | 'inconclusive'> {
    return this.#one(step, path)
  }

  /** The scenario's time is up: what is waited for is what it hangs on. */
  tellHanging(): void {
    for (const tell of this.#awaited) tell()
  }

  /** Resolves when no action is under way: one that boots a device may be in the middle of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#acts)
  }

  async #all(steps: readonly Step[], prefix: string): Promise<Outcome> {
    for (const [k, step] of steps.entries()) {
      const outcome = await this.#one(step, `${prefix}${k}`)
      if (outcome !== 'passed') return outcome
    }
    return 'passed'
  }

  async #one(step: Step, path: string): Promise<Outcome> {
    let outcome: Outcome | 'skipped' = 'failed'
    let detail: string | undefined
    try {
      if (step.condition?.(this.#judge.scope(path)) === false) {
        outcome = 'skipped'
        return 'passed'
      }
      this.#recorder.record({ kind: 'step', step: path, phase: 'started' })
      outcome = await this.#limited(step, this.#do(step, path))
      return outcome
    } catch (error) {
      if (error instanceof Problem && !isEnvironment(error)) detail = tell(error)
      throw error
    } finally {
      this.#recorder.record({ kind: 'step', step: path, phase: 'ended', outcome, detail })
    }
  }

  /** A step's own `timeout`. */
  async #limited(step: Step, doing: Promise<Outcome>): Promise<Outcome> {
    if (step.timeout === null) return doing
    const limit = step.timeout
    const timer = this.#clock.at(after(this.#clock.now(), limit), () => this.#stop.stop({ kind: 'time-up', limit }))
    try {
      return await doing
    } finally {
      timer.cancel()
    }
  }

  #do(step: Step, path: string): Promise<Outcome> {
    switch (step.kind) {
      case 'action':
        return this.#act(step, path)
      case 'call':
        return this.#call(step, path)
      case 'claim':
        return this.#verdict(path)
      case 'parallel':
        return this.#parallel(step, path)
      case 'repeat':
        return this.#repeat(step, path)
    }
  }

  async #act(step: ActionStep, path: string): Promise<Outcome> {
    const act = step.action.run(step.args(this.#judge.scope(path)), this.#stage, { name: step.id ?? path })
    this.#acts.add(act)
    const over = (): void => void this.#acts.delete(act)
    act.then(over, over)
    await this.#stop.race(act)
    return 'passed'
  }

  async #call(step: CallStep, path: string): Promise<Outcome> {
    const { device: name, call, within, start } = step.call(this.#judge.scope(path))
    const device = this.#stage.device(name)
    const id = callKey(step, path)
    device.call(id, call)
    if (start) return this.#verdict(path)
    const tell = (): void => {
      if (this.#verdicts.has(path)) return
      const detail = device.hanging() ?? `not ended after ${showDuration(within)}`
      this.#recorder.record({ kind: 'call', device: name, id, method: call.verb, state: 'running', detail })
    }
    this.#awaited.add(tell)
    const begun = this.#clock.now()
    const deadline = after(after(begun, within), GRACE)
    // What the harness itself has held up may still come; and one more turn of the loop, so that an answer which is
    // already here counts.
    const timeIsUp = (): void => {
      const extended = after(deadline, milliseconds(this.#judge.stalledSince(begun)))
      if (this.#clock.now() >= extended) setImmediate(tell)
      else timeUp = this.#clock.at(extended, timeIsUp)
    }
    let timeUp = this.#clock.at(deadline, timeIsUp)
    try {
      return await this.#verdict(path)
    } finally {
      this.#awaited.delete(tell)
      timeUp.cancel()
    }
  }

  async #verdict(path: string): Promise<Outcome> {
    const known = this.#verdicts.get(path)
    const verdict =
      known ??
      (await this.#stop.race(
        new Promise<Verdict>((resolve) => {
          this.#waiting.set(path, resolve)
        }),
      ))
    this.#waiting.delete(path)
    return OUTCOMES[verdict.kind]
  }

  /** All branches run to their end, so that one failure does not hide another. */
  async #parallel(step: ParallelStep, path: string): Promise<Outcome> {
    const settled = await Promise.allSettled(step.steps.map((child, k) => this.#one(child, `${path}.${k}`)))
    const outcomes = settled.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
    return outcomes.find((o) => o === 'failed') ?? outcomes.find((o) => o === 'inconclusive') ?? 'passed'
  }

  async #repeat(step: RepeatStep, path: string): Promise<Outcome> {
    for (let i = 0; i < step.times; i++) {
      const outcome = await this.#all(step.steps, `${path}#${i}.`)
      if (outcome !== 'passed') return outcome
    }
    return 'passed'
  }
}

const tell = ({ message, hint }: Problem): string => (hint === undefined ? message : `${message} (${hint})`)
