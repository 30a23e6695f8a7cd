// For tests: a virtual board behind a real pseudo terminal, as a board would be behind its USB bridge.
// The reset and BOOT lines, which a pseudo terminal has not, are wired to it by a fake port.

import {
  openPty,
  type Pty,
  realClock,
  startVirtualBoard,
  tcpNetwork,
  type VirtualBoard,
} from '../../../emulators/index.ts'
import { type OpenSerial, openSerial } from './serial-line.ts'

export class PluggedIn implements AsyncDisposable {
  readonly pins: string[] = []
  #pty!: Pty
  #board!: VirtualBoard
  #said = ''
  readonly #waiters = new Set<() => void>()
  /** Levels of DTR and RTS as they were set. */
  readonly lines: string[] = []

  static async start(files: Record<string, string> = {}, name = 'blue'): Promise<PluggedIn> {
    const plugged = new PluggedIn()
    plugged.#pty = openPty((bytes) => plugged.#board?.type(bytes))
    plugged.#board = await startVirtualBoard(
      { name, files: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])) },
      {
        network: tcpNetwork,
        clock: realClock(),
        onConsole: (bytes) => plugged.#heard(bytes),
        onPin: (pin, value) => plugged.pins.push(`${pin}=${value}`),
        onSocket: () => {},
        onReset: () => {},
        onIdle: () => {},
        onBug: (error) => {
          throw error
        },
      },
    )
    return plugged
  }

  #heard(bytes: Uint8Array): void {
    this.#pty.write(bytes)
    this.#said += Buffer.from(bytes).toString('latin1')
    for (const waiter of [...this.#waiters]) waiter()
  }

  /** Resolves when it has said this, counted from its start. */
  saying(text: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.#said.includes(text)) return
        this.#waiters.delete(look)
        resolve()
      }
      this.#waiters.add(look)
      look()
    })
  }

  get path(): string {
    return this.#pty.path
  }

  get board(): VirtualBoard {
    return this.#board
  }

  /** A port whose RTS is the reset line and whose DTR is the BOOT button. */
  readonly open: OpenSerial = async (path, baudRate, events) => {
    const line = await openSerial(path, baudRate, events)
    let held = false
    return {
      write: (bytes) => line.write(bytes),
      close: () => line.close(),
      set: async ({ dtr, rts }) => {
        this.lines.push(`dtr=${Number(dtr)} rts=${Number(rts)}`)
        if (held && !rts) this.#board.reset()
        held = rts
        this.#board.setPin(0, dtr && !rts ? 0 : 1)
        return true
      },
    }
  }

  /** What comes out of the board besides what it says. */
  noise(bytes: Uint8Array | string): void {
    this.#pty.write(Buffer.from(bytes as string))
  }

  unplug(): void {
    this.#pty.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#board.stop('close')
    this.#pty.close()
  }
}
