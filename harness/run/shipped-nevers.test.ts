// Each shipped `never` that stands right after an action sees what it forbids while the action is still under way: the
// forbidden event is planted there, before the claim's own step begins.

import { describe, expect, it } from 'vitest'
import type { Instant } from '../../emulators/index.ts'
import type { Event, Fact } from '../evidence/index.ts'
import { Judge } from '../judge/index.ts'
import type { Plan, Step } from '../plan/model/plan.ts'
import { plansIn } from './testing.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const delivered = (device: string, topic: string, payload: string): Fact => ({
  kind: 'packet',
  device,
  direction: 'down',
  connection: 1,
  packet: { type: 'publish', flags: 0, length: 2, topic, payload: text(payload), qos: 0, retain: false, dup: false },
  raw: new Uint8Array(),
  offset: 0,
  delivered: true,
})
const seen = (topic: string, payload: string): Fact => ({
  kind: 'message',
  topic,
  payload: text(payload),
  qos: 0,
  retain: false,
  dup: false,
})
const socket = (device: string, change: 'closed' | 'connecting'): Fact => ({
  kind: 'socket',
  device,
  change,
  by: 'device',
  connection: 1,
})
const line = (device: string, line: string): Fact => ({ kind: 'serial', device, line, stream: 'out' })

const CONNECTING = socket('blue', 'connecting')

/** What must not come, and, where the action itself does the same once, that as well. */
const SHIPPED: readonly (readonly [file: string, planted: readonly Fact[]])[] = [
  ['scenarios/18-raw-segments.scenario.yaml', [delivered('reader', 'cut/three', 'c')]],
  ['scenarios/conformance/broker/3.1-connect/no-will.scenario.yaml', [delivered('watcher', 'w', 'x')]],
  ['scenarios/conformance/broker/3.1-connect/protocol-name.scenario.yaml', [delivered('tester', 'end', 'end')]],
  ['scenarios/conformance/broker/3.14-disconnect/no-will.scenario.yaml', [delivered('watcher', 'w', 'x')]],
  ['scenarios/conformance/broker/3.8-subscribe/again.scenario.yaml', [delivered('subscriber', 'news/a', 'over')]],
  ['scenarios/devices/minimqtt-m09-unknown-return-code.scenario.yaml', [socket('blue', 'closed')]],
  ['scenarios/devices/robust-r11-first-connect.scenario.yaml', [CONNECTING, CONNECTING]],
  ['scenarios/devices/umqtt-q06-non-ascii.scenario.yaml', [seen('t/blue', 'second')]],
  ['scenarios/link/join.scenario.yaml', [seen('t/blue', 'one')]],
  ['examples/broker/scenarios/access.scenario.yaml', [seen('plant/setpoint', '99')]],
  ['examples/firmware/scenarios/heater.scenario.yaml', [line('thermostat', 'HEATER 1')]],
]

/** The verdict on the last `never` that comes right after an action, when `planted` happens as soon as that has begun. */
function verdictOf(plan: Plan, planted: readonly Fact[]): string | undefined {
  const steps = plan.steps.filter((step) => step.condition?.({ saved: {}, i: 0 }) !== false)
  const never = steps.findLastIndex((step, k) => step.verb === 'never' && k > 0 && isAction(steps[k - 1]!))
  if (never < 0) return 'it has no such never'
  const judge = new Judge(plan)
  const events: Event[] = []
  const put = (fact: Fact): void => {
    const event: Event = { ...fact, at: events.length as Instant, seq: events.length }
    events.push(event)
    judge.observe(event)
  }
  for (const [k, { path }] of steps.slice(0, never + 1).entries()) {
    put({ kind: 'step', step: path, phase: 'started' })
    if (k === never - 1) for (const fact of planted) put(fact)
    if (k < never) put({ kind: 'step', step: path, phase: 'ended', outcome: 'passed' })
  }
  judge.tick(60_000 as Instant)
  return judge.verdicts.find(({ step }) => step === steps[never]!.path)?.kind
}

const isAction = (step: Step): boolean => step.kind === 'call' || (step.kind === 'action' && step.verb !== 'delay')

describe('what a shipped never forbids is seen while the action before it is under way', () => {
  for (const [file, planted] of SHIPPED)
    it(file, () => {
      const plans = plansIn(file)
      expect(plans.map((plan) => verdictOf(plan, planted))).toEqual(plans.map(() => 'fail'))
      expect(plans.map((plan) => verdictOf(plan, planted.slice(1)))).toEqual(plans.map(() => 'pass'))
    })
})
