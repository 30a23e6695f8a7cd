// What a board is to its driver, whether the interpreter runs in a thread of ours or on a chip behind
// a serial port: a console, a reset, perhaps power and pins. What happens on it comes as events.

import type { Duration, Problem } from '../../../emulators/index.ts'
import type { RestartCause } from '../../evidence/index.ts'

export interface ChassisEvents {
  /** What comes out of the console. */
  onConsole(bytes: Uint8Array): void
  onPin(pin: number, value: 0 | 1): void
  onSocket(change: 'connecting' | 'refused' | 'timeout'): void
  /** It started again by itself. */
  onRestart(reason: string): void
  /** In a reset that was asked for: it starts now, and what came until now was said before. */
  onReleased?(): void
  /** It started again, and neither a step nor its program as it tells itself has asked for that. */
  onUnaskedRestart?(cause: RestartCause, detail: string): void
  /** Its port went away; it may come back. */
  onAway?(why: string): void
  /** Its Wi-Fi was lost, or is there again. */
  onAir?(on: boolean): void
  /** Its own programs have ended, perhaps by an exception. Only a virtual board can tell. */
  onIdle(error: string | null): void
  /** It is gone: unplugged, or its port failed. */
  onLost(problem: Problem): void
  onBug(error: unknown): void
  /** It stood still duration, ms, because this machine did. Only a virtual board can tell. */
  onLate?(late: number): void
}

/** `started: false`: it was not reset, because nothing resets it, and its program goes on. */
export type BootResult = { readonly started: true } | { readonly started: false; readonly why: string }

export interface Chassis extends AsyncDisposable {
  /** Power on; its programs start. Throws a Problem when it cannot be had. */
  boot(): Promise<BootResult>
  /** As by the reset button. */
  reset(): Promise<void>
  powerOff(): Promise<void>
  /** What somebody types. Resolves once it has been taken. */
  type(bytes: Uint8Array): Promise<void>
  /** Sets an input from outside. Throws a Problem when the harness has no wire to it. */
  drive(pin: number, level: 0 | 1): void
  /** Puts files on it, before its programs start. */
  upload(files: ReadonlyMap<string, Uint8Array>): Promise<void>
  /** Writes the image that was given, or this one, on its flash. Gives what was done; null: it is there. Absent: it cannot. */
  flash?(image: string | null): Promise<string | null>
  /** Erases its flash; absent: it cannot. */
  erase?(): Promise<void>
  /** Resolves when the REPL can be had without cutting short a boot.py. */
  quiet(): Promise<void>
  /** Its Wi-Fi is lost, or there again; absent: nobody here can do that. */
  wifi?(state: 'lost' | 'up', time: Duration | null): void
  /** Starts it without waiting for it, to stop a program that nothing else stops; absent, or false: it cannot. */
  restart?(): Promise<boolean>
  /** Why nothing can be heard of it just now: its port went away, and is not back. null: it is there. Absent: it cannot go. */
  away?(): string | null
  /** What its program waits for, as far as anybody can tell. */
  hanging(): string | null
  /** It tells of every change of a pin, and any can be driven. */
  readonly seesPins: boolean
  /** Which board it is, as far as it is known; absent: a virtual one. */
  identity?(): Readonly<Record<string, string>>
  /** The values of `errno` on it. */
  readonly errnos: 'linux' | 'esp32'
}
