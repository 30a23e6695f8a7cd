// Between a driven board and whoever drives it. The host hears of everything as it happens, from
// inside the driver: a callback may call back into the board, and must not throw.

import type { BoardCall, CallOutcome, Instruction, PythonError, PyValue } from '../board.ts'
import type { Random } from '../core/random.ts'
import type { Clock, Duration, Instant } from '../core/time.ts'
import type { Network } from './network.ts'
import type { ConnectChange } from './socket.ts'

/** How the main program left: by its end, or by an exception that nobody caught. The board stays on, as at the REPL. */
export type Ending = { readonly kind: 'returned' } | { readonly kind: 'raised'; readonly error: PythonError }

/** What a board is driven with: network, clock, chance, and who hears of what it does. */
export interface BoardHost {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  /** The Wi-Fi address, six bytes. Default: Espressif's first three, and three that `random` gives to this board. */
  readonly mac?: Uint8Array | undefined
  /** From a reset to the first line of the program. Default 0. */
  readonly bootTime?: Duration | undefined
  /** A line on the serial console. */
  onPrint(line: string): void
  /** The program, or a reset, changed the level of an output pin. */
  onPin(pin: number, value: 0 | 1): void
  onOutcome(id: string, outcome: CallOutcome): void
  /** The library told its program of an event. */
  onEvent?(name: string, value: PyValue): void
  onEnd(ending: Ending): void
  /** The program called `machine.reset()`; it starts again after `bootTime`. */
  onReset(): void
  onSocket(change: ConnectChange): void
  /** An exception that is no Python exception left a program: a bug of ours. */
  onBug(error: unknown): void
}

/** What the main program waits for. */
export interface PendingCall {
  readonly call: BoardCall['kind']
  /** Its arguments, e.g. `(1)` for a read of one byte. */
  readonly detail: string
  readonly since: Instant
}

/** `close` closes the sockets in order; the others take the TCP state away, see `Wire.vanish`. */
export type StopHow = 'power' | 'reset' | 'close'

/** A board that runs: instructions go in, and it can be stopped. */
export interface RunningBoard {
  /** Queued for the next `nextInstruction`. */
  instruct(instruction: Instruction): void
  /** Sets an input from outside; it holds through resets. */
  setPin(pin: number, level: 0 | 1): void
  /** The level that the program would read now. */
  pinLevel(pin: number): 0 | 1
  /** Where it hangs; null when it runs or has ended. */
  pending(): PendingCall | null
  /** For ever. No callback follows. */
  stop(how: StopHow): void
}
