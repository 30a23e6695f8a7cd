// `chaos`: faults by chance, at rates that are told, for a time. The seed of the run decides when, so that in virtual time the
// same seed is the same chaos. At its end everything is up again.

import { z } from 'zod'
import {
  after,
  type Duration,
  elapsed,
  milliseconds,
  type Random,
  seconds,
  showDuration,
} from '../../emulators/index.ts'
import { duration, identifier, positiveDuration } from '../scenario/index.ts'
import { broker as controlBroker } from './broker.ts'
import { network as setNetwork } from './network.ts'
import type { Action, Stage, StepRef } from './step.ts'
import { wifi as setWifi } from './wifi.ts'

const every = positiveDuration().describe('how long it is up between two faults, on the average')
const DEFAULT_DOWN = seconds(5)
const device = identifier().describe('whose')

const ofBroker = z.strictObject({
  every,
  'down-for': duration().optional().describe('how long it is down; default: 5s'),
  how: z.enum(['stop', 'kill']).optional().describe('kill: as a crash; default: stop'),
})
const ofNetwork = z.strictObject({
  device,
  every,
  'down-for': duration().optional().describe('how long the link is down; default: 5s'),
  mode: z
    .enum(['close', 'reset', 'refuse', 'blackhole', 'silent'])
    .optional()
    .describe('as of network:; default: blackhole'),
})
const ofWifi = z.strictObject({
  device,
  every,
  'lost-for': duration().optional().describe('how long Wi-Fi is lost; default: 5s'),
})

const args = z
  .strictObject({
    for: positiveDuration().describe('how long faults come'),
    broker: ofBroker.optional().describe('the broker is stopped or killed, and started again'),
    networks: z
      .array(ofNetwork)
      .min(1)
      .optional()
      .describe(
        'links that go down and come up again: each a device, every, down-for and mode, as of network:; default: blackhole',
      ),
    wifi: z
      .array(ofWifi)
      .min(1)
      .optional()
      .describe('virtual boards that lose their Wi-Fi: each a device, every and lost-for'),
  })
  .refine((a) => a.broker !== undefined || a.networks !== undefined || a.wifi !== undefined, {
    message: 'chaos of nothing: give broker, networks or wifi',
  })

export type ChaosArgs = z.output<typeof args>

/** A fault that comes again and again. */
interface Fault {
  /** Its own stream of chance: another fault beside it does not change when it comes. */
  readonly label: string
  readonly every: Duration
  readonly lasting: Duration
  begin(): Promise<void>
  end(): Promise<void>
}

export const chaos: Action<ChaosArgs> = {
  kind: 'action',
  name: 'chaos',
  summary: 'faults by chance, for a time: restarts of the broker, links and Wi-Fi that are lost',
  args,
  devices: (a) => [...new Set([...(a.networks ?? []), ...(a.wifi ?? [])].map((one) => one.device))],
  async run(a, stage, step) {
    const until = after(stage.clock.now(), a.for)
    const left = (): Duration => elapsed(stage.clock.now(), until)
    await Promise.all(
      faultsOf(a, stage, step).map(async (fault) => {
        const random = stage.random(`chaos ${step.name} ${fault.label}`)
        for (;;) {
          const wait = untilNext(random, fault.every)
          if (wait >= left()) break
          await stage.pause(wait)
          await fault.begin()
          await stage.pause(milliseconds(Math.max(0, Math.min(fault.lasting, left()))))
          await fault.end()
        }
        await stage.pause(milliseconds(Math.max(0, left())))
      }),
    )
  },
  show: (a) => `chaos for ${showDuration(a.for)}`,
}

/** Faults that know nothing of each other: the time to the next is exponential. */
const untilNext = (random: Random, mean: Duration): Duration => milliseconds(-Math.log(1 - random.next()) * mean)

function faultsOf(a: ChaosArgs, stage: Stage, step: StepRef): Fault[] {
  const { broker, networks = [], wifi = [] } = a
  return [
    ...(broker === undefined
      ? []
      : [
          {
            label: 'broker',
            every: broker.every,
            lasting: broker['down-for'] ?? DEFAULT_DOWN,
            begin: () => controlBroker.run(broker.how ?? 'stop', stage, step),
            end: () => controlBroker.run('start', stage, step),
          },
        ]),
    ...networks.map((one) => ({
      label: `network ${one.device}`,
      every: one.every,
      lasting: one['down-for'] ?? DEFAULT_DOWN,
      begin: () =>
        setNetwork.run(
          { device: one.device, state: 'down', ...(one.mode === undefined ? {} : { mode: one.mode }) },
          stage,
          step,
        ),
      end: () => setNetwork.run({ device: one.device, state: 'up' }, stage, step),
    })),
    ...wifi.map((one) => ({
      label: `wifi ${one.device}`,
      every: one.every,
      lasting: one['lost-for'] ?? DEFAULT_DOWN,
      begin: () => setWifi.run({ device: one.device, state: 'lost' as const }, stage, step),
      end: () => setWifi.run({ device: one.device, state: 'up' as const }, stage, step),
    })),
  ]
}
