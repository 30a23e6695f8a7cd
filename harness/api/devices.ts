// What a device of a scenario can be: emulated clients, the programs on them, and the other kinds.

import { type ClientKind, clients, type FirmwareKind, firmware } from '../../emulators/index.ts'
import { type AnyDeviceKind, deviceKinds } from '../devices/index.ts'
import { projectConfig } from './project.ts'

export { repr } from '../../emulators/index.ts'
export type { AnyDeviceKind, DeviceOption } from '../devices/index.ts'
export type { ClientKind, FirmwareKind }

export interface DeviceCatalogue {
  /** Emulated libraries: `use:` of a device. */
  readonly clients: readonly ClientKind[]
  /** Programs that run on them: `firmware:`. */
  readonly firmware: readonly FirmwareKind[]
  /** All that is no emulated library: `use:` as well. */
  readonly others: readonly AnyDeviceKind[]
}

/** Without what a project adds. */
export const knownDevices = (): DeviceCatalogue => ({
  clients: Object.values<ClientKind>(clients),
  firmware: Object.values<FirmwareKind>(firmware),
  others: Object.values(deviceKinds).filter(({ name }) => !Object.hasOwn(clients, name)),
})

/** With what the project of the current folder adds. Throws Problem `config/…`. */
export async function deviceCatalogue(): Promise<DeviceCatalogue> {
  await projectConfig()
  return knownDevices()
}
