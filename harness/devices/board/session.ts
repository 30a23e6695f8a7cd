// One board in a person's hands: what `hil device` does, without a scenario around it.

import { after, type Clock, type Duration, milliseconds, Problem, realClock } from '../../../emulators/index.ts'
import { isPortName, lockNames, pathOf, usbOf } from './board.ts'
import { type MappedBoard, mapFile, readMap } from './hardware-map.ts'
import { lockBoard } from './lock/lock.ts'
import { BoardPort } from './port.ts'
import { RawRepl } from './raw-repl.ts'
import { RemoteFiles } from './remote-files.ts'
import { Resetter } from './reset.ts'
import { resetOf } from './reset-settings.ts'
import { BAUD_RATE, wrongBoard } from './serial.ts'
import { WHO } from './who.ts'

export class BoardSession implements AsyncDisposable {
  readonly clock: Clock = realClock()
  /** What comes out of the console while no REPL has it. */
  onConsole: (bytes: Uint8Array) => void = () => {}
  /** It was unplugged. */
  onGone: (problem: Problem) => void = () => {}
  /** What a person should know, and what is no error. */
  onNote: (text: string) => void = () => {}
  readonly #name: string
  /** By the hardware map; null: unknown. */
  readonly #uniqueId: string | null
  readonly #port: BoardPort
  readonly #resetter: Resetter
  readonly #locks: AsyncDisposable[] = []
  #repl: RawRepl | null = null
  /** It is, or may be, in its raw REPL. */
  #raw = false

  private constructor(name: string, board: string | MappedBoard) {
    const mapped = typeof board === 'string' ? null : board
    this.#name = name
    this.#uniqueId = mapped?.id ?? null
    const reset = resetOf(mapped?.reset)
    this.#port = new BoardPort(
      {
        name,
        path: () => pathOf(board),
        baudRate: mapped?.baud ?? BAUD_RATE,
        clock: this.clock,
        comesBack: reset.comesBack ?? undefined,
      },
      {
        onData: (bytes) => {
          this.#resetter.feed(bytes)
          if (this.#repl === null) this.onConsole(bytes)
          else this.#repl.feed(bytes)
        },
        onGone: () => this.#resetter.gone(),
        onBack: () => {},
        onLost: (problem) => {
          this.#repl?.break(problem)
          this.onGone(problem)
        },
      },
    )
    this.#resetter = new Resetter(this.#port, reset, {
      name,
      clock: this.clock,
      python: true,
      usb: () => usbOf(board),
      ready: null,
      withRepl: (act) => this.#withRepl(act, false),
    })
  }

  /** By label of the hardware map, or by port. Throws Problem `board/…`; `board/held` when somebody else has it. */
  static async open(name: string): Promise<BoardSession> {
    const board = boardNamed(name)
    const session = new BoardSession(name, board)
    try {
      for (const lock of (await lockNames(board)).toSorted())
        session.#locks.push(await lockBoard(lock, { patience: milliseconds(0) }))
      await session.#port.open()
    } catch (error) {
      await session[Symbol.asyncDispose]()
      throw error
    }
    return session
  }

  get path(): string {
    return this.#port.path
  }

  type(bytes: Uint8Array): Promise<void> {
    return this.#port.write(bytes)
  }

  /** Throws Problem `board/no-reset` when it was not heard to start, `board/wrong-board` when it is another. */
  async reset(): Promise<void> {
    if (this.#uniqueId !== null) await this.repl(async () => {})
    await this.#resetter.reset()
    this.#raw = false
  }

  /** With the raw REPL; afterwards the friendly one is there again. Throws Problem `board/wrong-board`. */
  repl<T>(act: (repl: RawRepl, files: RemoteFiles) => Promise<T>): Promise<T> {
    return this.#withRepl(async (repl) => {
      if (this.#uniqueId !== null) await checkId(repl, this.#name, this.path, this.#uniqueId)
      const result = await act(repl, new RemoteFiles(repl))
      await repl.leave()
      this.#raw = false
      return result
    }, true)
  }

  async #withRepl<T>(act: (repl: RawRepl) => Promise<T>, restart: boolean): Promise<T> {
    const repl = new RawRepl(this.path, {
      type: (bytes) => this.type(bytes),
      clock: this.clock,
      ...(restart ? { restart: () => this.#resetter.pulse(), onRestarted: (why: string) => this.onNote(why) } : {}),
    })
    this.#repl = repl
    this.#raw = true
    try {
      await repl.enter()
      return await act(repl)
    } finally {
      this.#repl = null
    }
  }

  /** Whatever was under way: the board is not left in its raw REPL. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#raw && this.#port.isOpen) {
        await this.type(Buffer.from(LEAVE))
        // A port that is closed at once may take back what it has not sent.
        await this.#pause(milliseconds(50))
      }
    } catch {
      // it is gone
    }
    await this.#port[Symbol.asyncDispose]()
    for (const lock of this.#locks.splice(0)) await lock[Symbol.asyncDispose]()
  }

  #pause(time: Duration): Promise<void> {
    return new Promise((resolve) => this.clock.at(after(this.clock.now(), time), resolve))
  }
}

/** Ctrl-C ends what runs, Ctrl-B the raw REPL. */
const LEAVE = '\r\x03\x02'

async function checkId(repl: RawRepl, name: string, path: string, wanted: string): Promise<void> {
  const [found = ''] = (await repl.evaluate(WHO)).trim().split(/\r?\n/)
  if (found !== wanted) throw wrongBoard(path, found, name, wanted)
}

/** By a label of the hardware map, or by a port. Throws Problem `board/unknown`. */
export function boardNamed(name: string): string | MappedBoard {
  if (isPortName(name)) return name
  const found = readMap().find(({ label }) => label === name)
  if (found !== undefined) return found
  throw new Problem('board/unknown', `unknown board "${name}" in ${mapFile()}`, {
    hint: 'hil devices lists ports and labels; a port such as /dev/ttyUSB0 is also a name',
  })
}

export interface BoardIdentity {
  /** `machine.unique_id()` in hex. */
  readonly id: string | null
  /** Such as `ESP32`. */
  readonly chip: string | null
  /** Such as `MicroPython 1.27.0`. */
  readonly firmware: string | null
}

/** Asks the board at a port who it is; what runs on it is ended. */
export async function identify(path: string): Promise<BoardIdentity> {
  await using session = await BoardSession.open(path)
  const [id, chip, firmware] = (await session.repl((repl) => repl.evaluate(WHO))).trim().split(/\r?\n/)
  return { id: id ?? null, chip: chip ?? null, firmware: firmware ?? null }
}
