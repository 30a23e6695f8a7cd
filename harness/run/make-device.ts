// From a device's plan to the device: which kind it is and what that kind needs.

import { type Clock, clients, firmware, type PyValue, type Random } from '../../emulators/index.ts'
import { type Attachment, type Device, emulatedDevice, processDevice } from '../devices/index.ts'
import type { Recorder } from '../evidence/index.ts'
import type { DevicePlan } from '../plan/plan.ts'

export interface Surroundings {
  readonly attachment: Attachment
  readonly recorder: Recorder
  readonly clock: Clock
  readonly random: Random
  readonly onBug: (error: unknown) => void
}

export function makeDevice(plan: DevicePlan, around: Surroundings): Device {
  const { name } = plan
  const { attachment, recorder } = around
  if (plan.process !== null) {
    const { command, environment, directory } = plan.process
    return processDevice({ name, command: command(attachment), environment, directory, attachment, recorder })
  }
  return emulatedDevice({
    ...around,
    name,
    client: clients[plan.use as keyof typeof clients],
    firmware: firmware[plan.firmware as keyof typeof firmware],
    options: plan.with as Readonly<Record<string, PyValue>>,
    will: plan.will,
    poll: plan.poll,
    signals: plan.signals,
  })
}
