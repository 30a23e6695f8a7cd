// What a fleet's device is to its program.

import type { BoardCall } from '../board.ts'
import type { ClientKind, LibraryCall, Options } from '../clients/client.ts'
import type { FleetDevice } from '../drive/fleet/device.ts'
import type { Backoff } from './backoff.ts'

/**
 * Asks for the next instruction. A program that waits here is what an idle device is: no generator inside of another, and
 * one call for all.
 */
export const NEXT: BoardCall = { kind: 'instruction', wait: null }

/** What the devices of a group have in common; what is a device's own is made when it is asked for. */
export interface FleetRole {
  readonly client: ClientKind
  readonly connect: LibraryCall
  /** null: as the library does it. */
  readonly backoff: Backoff | null
  /** The constructor's, with who it is and where its broker is. */
  options(device: FleetDevice): Options
  /** Calls before the first connect: what the library is told of MQTT 5. */
  setUp?(device: FleetDevice): readonly LibraryCall[]
  will(device: FleetDevice): LibraryCall | null
  subscriptions(device: FleetDevice): readonly LibraryCall[]
  /** A message for the device, before its program's callback would have it. */
  heard(device: FleetDevice, topic: Uint8Array, payload: Uint8Array): void
  /** All its subscriptions have been granted. */
  subscribed?(device: FleetDevice): void
}
