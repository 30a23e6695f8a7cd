// One board in a person's hands: what `hil device` does, without a scenario around it.

import { after, type Clock, type Duration, milliseconds, Problem, realClock } from '../../../emulators/index.ts'
import { pathOf } from './board.ts'
import { type MappedBoard, mapFile, readMap } from './hardware-map.ts'
import { RawRepl } from './raw-repl.ts'
import { RemoteFiles } from './remote-files.ts'
import { BAUD_RATE } from './serial.ts'
import { openSerial, type SerialLine } from './serial-line.ts'

export class BoardSession implements AsyncDisposable {
  readonly path: string
  readonly clock: Clock = realClock()
  /** What comes out of the console while no REPL has it. */
  onConsole: (bytes: Uint8Array) => void = () => {}
  /** It was unplugged. */
  onGone: (problem: Problem) => void = () => {}
  #line!: SerialLine
  #repl: RawRepl | null = null

  private constructor(path: string) {
    this.path = path
  }

  /** By label of the hardware map, or by port. Throws Problem `board/…`. */
  static async open(name: string): Promise<BoardSession> {
    const mapped = boardNamed(name)
    const session = new BoardSession(await pathOf(mapped))
    session.#line = await openSerial(
      session.path,
      typeof mapped === 'string' ? BAUD_RATE : (mapped.baud ?? BAUD_RATE),
      {
        onData: (bytes) => (session.#repl === null ? session.onConsole(bytes) : session.#repl.feed(bytes)),
        onGone(why) {
          const problem = new Problem('board/lost', `${name} is gone from ${session.path}: ${why}`)
          session.#repl?.break(problem)
          session.onGone(problem)
        },
      },
    )
    return session
  }

  type(bytes: Uint8Array): Promise<void> {
    return this.#line.write(bytes)
  }

  /** False: the port has no reset line, and the board was asked to do it by itself. */
  async reset(): Promise<boolean> {
    if (await this.#line.set({ dtr: false, rts: true })) {
      await this.#pause(milliseconds(100))
      await this.#line.set({ dtr: false, rts: false })
      return true
    }
    await this.repl(async () => {})
    await this.#pause(milliseconds(200))
    await this.type(Buffer.from('import machine; machine.reset()\r'))
    return false
  }

  /** With the raw REPL; afterwards the friendly one is there again. */
  async repl<T>(act: (repl: RawRepl, files: RemoteFiles) => Promise<T>): Promise<T> {
    const repl = new RawRepl(this.path, { type: (bytes) => this.type(bytes), clock: this.clock })
    this.#repl = repl
    try {
      await repl.enter()
      const result = await act(repl, new RemoteFiles(repl))
      await repl.leave()
      return result
    } finally {
      this.#repl = null
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line.close()
  }

  #pause(time: Duration): Promise<void> {
    return new Promise((resolve) => this.clock.at(after(this.clock.now(), time), resolve))
  }
}

function boardNamed(name: string): string | MappedBoard {
  if (/^(\/|COM\d+$)/.test(name)) return name
  const found = readMap().find(({ label }) => label === name)
  if (found !== undefined) return found
  throw new Problem('board/unknown', `there is no board "${name}" in ${mapFile()}`, {
    hint: 'hil devices lists ports and labels; a port such as /dev/ttyUSB0 is a name, too',
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

const WHO = `
import sys
from binascii import hexlify
try:
    import machine
    uid = machine.unique_id()
except (ImportError, AttributeError):
    import microcontroller
    uid = microcontroller.cpu.uid
try:
    import os
    chip = os.uname().machine
except AttributeError:
    chip = sys.platform
print(hexlify(uid).decode())
print(chip)
print(sys.implementation.name, ".".join(str(v) for v in sys.implementation.version[:3]))
`

/** Asks the board at a port who it is; what runs on it is ended. */
export async function identify(path: string): Promise<BoardIdentity> {
  await using session = await BoardSession.open(path)
  const [id, chip, firmware] = (await session.repl((repl) => repl.evaluate(WHO))).trim().split(/\r?\n/)
  return { id: id ?? null, chip: chip ?? null, firmware: firmware ?? null }
}
