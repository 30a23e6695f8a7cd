// A device with its link, opened for a session.

import { type Duration, Problem } from '../../emulators/index.ts'
import type { Broker, WebAddress } from '../brokers/index.ts'
import { type Attachment, type Device, deviceKinds } from '../devices/index.ts'
import { disturbances, type Link, type LinkSettings, openLink, type RuleSettings } from '../link/index.ts'
import type { DevicePlan } from '../plan/model/index.ts'
import { attachmentOf, type Security, securityOf } from './attachment.ts'
import type { Session } from './session.ts'

export interface DeviceEnv {
  readonly session: Session
  readonly broker: Broker
  /** Puts something between a device and its link; for tests of the harness with devices that are made worse. */
  readonly attach?: ((device: string, link: Link) => Promise<Attachment & AsyncDisposable>) | undefined
}

export interface OpenDevice {
  readonly link: Link
  readonly security: Security
}

/** The link of a device; nothing is connected to it yet. Throws Problem `link/…`, `broker/no-websocket`. */
export async function openDeviceLink(plan: DevicePlan, { session, broker }: DeviceEnv): Promise<OpenDevice> {
  const kind = deviceKinds[plan.use]
  const files = kind?.readsFiles === true
  // Keys are made by threads of the system, which takes no time of the run's.
  const goOn = plan.tls === null ? undefined : session.clock.hold?.()
  const security = await session
    .take(`the certificates of ${plan.name}`, securityOf(plan, files))
    .finally(() => goOn?.())
  const web = plan.websocket ? webOf(broker) : null
  const link = await session.take(
    `the link of ${plan.name}`,
    openLink({
      device: plan.name,
      upstream: () => web ?? { host: broker.host, port: broker.port, tls: broker.access.tls },
      websocket: web !== null,
      tls: security.link,
      recorder: session.timeline,
      limits: session.limits,
      onLimit: (problem) => session.limitPassed(problem),
      clock: session.clock,
      host: kind?.linkHost?.(plan.settings),
      ...listensAt(plan),
      refusesByReset: kind?.refusesByReset,
    }),
  )
  for (const direction of ['up', 'down'] as const) {
    const by = plan.latency?.[direction] ?? 0
    if (by > 0) link.disturb(latencyOf(direction, by as Duration, session))
  }
  return { link, security }
}

/** A delay of all that passes, on all connections. */
function latencyOf(direction: 'up' | 'down', by: Duration, { random }: Session): RuleSettings {
  const id = `latency-${direction}`
  return {
    id,
    direction,
    what: disturbances.delay.show(by),
    handler: disturbances.delay.make(by, random.fork(id)),
    wants: 'everything',
    isQuiet: true,
    nth: 1,
    times: Number.POSITIVE_INFINITY,
    chance: 1,
    random: random.fork(id),
    connection: 'all',
  }
}

/** An address of all: the device still goes to the one that it would go to. */
function listensAt({ at }: DevicePlan): Partial<LinkSettings> {
  const { host, port, from } = at ?? {}
  const isAll = host === '0.0.0.0' || host === '::'
  return {
    ...(host === undefined ? {} : isAll ? { listensAt: host } : { host }),
    ...(port === undefined ? {} : { port }),
    ...(from === undefined ? {} : { from }),
  }
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
  { session, broker, attach }: DeviceEnv,
): Promise<Device & AsyncDisposable> {
  const { resources, cancellation } = session
  const made = deviceKinds[plan.use]!.make(plan.settings, {
    name: plan.name,
    attachment: attachmentOf(
      attach === undefined ? link : await resources.take('what is put between', attach(plan.name, link)),
      security,
      broker,
      plan,
    ),
    recorder: session.timeline,
    clock: session.clock,
    random: session.random.fork(plan.name),
    onBug: (error) => cancellation.stop({ kind: 'broken', error }),
  })
  return resources.take(plan.name, Promise.resolve(made))
}
