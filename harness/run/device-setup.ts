// A device with its link, taken onto the bench: the same for a scenario that is written and for one that is made up as
// it goes along.

import { type Clock, Problem, type Random } from '../../emulators/index.ts'
import type { Broker, WebAddress } from '../brokers/index.ts'
import { type Attachment, type Device, deviceKinds } from '../devices/index.ts'
import type { Event, Timeline } from '../evidence/index.ts'
import { type Link, openLink } from '../link/index.ts'
import { Linter } from '../lint/index.ts'
import type { DevicePlan } from '../plan/model/plan.ts'
import { attachmentOf, type Security, securityOf } from './attachment.ts'
import type { Cancellation } from './cancellation.ts'
import type { ResourceStack } from './resource-stack.ts'

export interface DeviceEnv {
  readonly broker: Broker
  readonly bench: ResourceStack
  readonly timeline: Timeline
  readonly clock: Clock
  readonly stop: Cancellation
  readonly random: Random
  /** Puts something between a device and its link; for tests of the harness with devices that are made worse. */
  readonly attach?: ((device: string, link: Link) => Promise<Attachment & AsyncDisposable>) | undefined
}

export interface OpenDevice {
  readonly link: Link
  readonly security: Security
}

/** The link of a device, without anybody at its end. */
export async function openDeviceLink(plan: DevicePlan, around: DeviceEnv): Promise<OpenDevice> {
  const { broker, bench, timeline, clock, stop } = around
  const kind = deviceKinds[plan.use]
  const files = kind?.readsFiles === true
  const security = await stop.race(bench.take(`the certificates of ${plan.name}`, securityOf(plan, files)))
  const web = plan.websocket ? webOf(broker) : null
  const link = await stop.race(
    bench.take(
      `the link of ${plan.name}`,
      openLink({
        device: plan.name,
        upstream: () => web ?? { host: broker.host, port: broker.port, tls: broker.access.tls },
        websocket: web !== null,
        tls: security.link,
        recorder: timeline,
        clock,
        host: kind?.linkHost?.(plan.settings),
        refusesByReset: kind?.refusesByReset,
      }),
    ),
  )
  return { link, security }
}

function webOf(broker: Broker): WebAddress {
  if (broker.websocket !== undefined) return broker.websocket
  throw new Problem('broker/no-websocket', `${broker.name} has no WebSocket here`, {
    hint: 'the option websocket: true of aedes, mosquitto and nats opens one; a broker by its URL has it at ws://HOST:PORT/PATH',
  })
}

/** The device at its link; it has not booted. */
export async function openDevice(
  plan: DevicePlan,
  { link, security }: OpenDevice,
  around: DeviceEnv,
): Promise<Device & AsyncDisposable> {
  const { broker, bench, timeline, clock, stop, random, attach } = around
  const made = deviceKinds[plan.use]!.make(plan.settings, {
    name: plan.name,
    attachment: attachmentOf(
      attach === undefined ? link : await bench.take('what is put between', attach(plan.name, link)),
      security,
      broker,
      plan,
    ),
    recorder: timeline,
    clock,
    random: random.fork(plan.name),
    onBug: (error) => stop.stop({ kind: 'broken', error }),
  })
  return bench.take(plan.name, Promise.resolve(made))
}

/** Records what breaks a statement of MQTT, on any link. */
export function lint(timeline: Timeline): void {
  const linter = new Linter()
  timeline.subscribe((event) => {
    for (const { by, ...found } of linter.observe(event))
      timeline.record({ kind: 'violation', device: deviceOf(event), by, ...found, of: event.seq })
  })
}

const deviceOf = (event: Event): string => ('device' in event ? (event.device ?? '') : '')
