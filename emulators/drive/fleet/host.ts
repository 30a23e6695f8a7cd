// Whoever runs a fleet, as its driver sees it: it gives programs and instructions, and hears what becomes of them.

import type { CallOutcome, Instruction, Program } from '../../board.ts'
import type { Ending } from '../host.ts'
import type { FleetDevice } from './device.ts'

/** Called from inside the driver; `now` is in ms of the fleet's clock. None may throw. */
export interface FleetHost {
  /** The program of a device, made anew at every boot. */
  program(device: FleetDevice): Program<void>
  /** What the idle device is to do now; null: nothing, until `wake`. */
  next(device: FleetDevice, now: number): Instruction | null
  /** The moment that was asked for with `at`. */
  onTime(device: FleetDevice, now: number): void
  onOutcome(device: FleetDevice, id: string, outcome: CallOutcome, now: number): void
  /** The main program has left; the device stays on, as at the REPL. */
  onEnd(device: FleetDevice, ending: Ending, now: number): void
  /** The program called `machine.reset()`; the host boots it again when it likes. */
  onReset(device: FleetDevice, now: number): void
  /** A timer, of a device or a program, was served so late (ms). */
  onLateness?(late: number, now: number): void
  onPrint?(device: FleetDevice, line: string): void
  /** The program has called connect; the connect window may still let it wait. */
  onConnectCall?(device: FleetDevice, now: number): void
  /** The SYN leaves now: the wait for a place in the connect window is over. */
  onConnecting?(device: FleetDevice, now: number): void
  onOpen?(device: FleetDevice, now: number): void
  /** The broker's CONNACK, whichever part of the program was waiting for it. */
  onConnack?(device: FleetDevice, code: number, sessionPresent: boolean, now: number): void
  /** `why`: an errno, or what became of a connection that was open and had no CONNACK. */
  onFailed?(device: FleetDevice, why: string, now: number): void
  /** A connection with a CONNACK is over, whoever ended it: seen by the kernel, perhaps not yet by the program. */
  onLost?(device: FleetDevice, now: number): void
  /** By which number the device gets the address of its Wi-Fi; default: its index. */
  macNumber?(device: FleetDevice): number
  /** Options of `tls.connect` for this device. */
  secure?(device: FleetDevice): object | undefined
  /** An exception that is no Python exception left a program: a bug of ours. */
  onBug(error: unknown): void
}
