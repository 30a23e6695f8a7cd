// A virtual board on a fake network, for tests: what it said, lit and asked for, and waiting until it did.

import { onTestFinished } from 'vitest'
import { realClock } from '../core/time.ts'
import { MemoryNetwork } from '../drive/memory.ts'
import { startVirtualBoard, type VirtualBoard, type VirtualBoardSettings } from './virtual.ts'

export class VirtualBoardBench {
  readonly network = new MemoryNetwork()
  readonly pins: string[] = []
  readonly resets: string[] = []
  readonly air: boolean[] = []
  console = ''
  board!: VirtualBoard
  #heard: (() => void)[] = []

  static async boot(
    files: Record<string, string>,
    settings: Partial<VirtualBoardSettings> = {},
  ): Promise<VirtualBoardBench> {
    const bench = new VirtualBoardBench()
    const flash = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
    bench.board = await startVirtualBoard(
      { name: 'blue', files: flash, ...settings },
      {
        network: bench.network,
        clock: realClock(),
        onConsole: (bytes) =>
          bench.#hear(() => (bench.console += Buffer.from(bytes).toString().replaceAll('\x04', '␄'))),
        onPin: (pin, value) => bench.#hear(() => bench.pins.push(`${pin}=${value}`)),
        onReset: (reason) => bench.#hear(() => bench.resets.push(reason)),
        onAir: (on) => bench.#hear(() => bench.air.push(on)),
        onSocket: () => {},
        onIdle: () => {},
        onBug: (error) => {
          throw error
        },
      },
    )
    onTestFinished(() => bench.board.stop('close'))
    return bench
  }

  /** Resolves once the console so far matches. */
  said(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until(() => pattern.exec(this.console))
  }

  until<T>(look: () => T | null | false): Promise<T> {
    return new Promise((resolve) => {
      const again = (): void => {
        const found = look()
        if (found === null || found === false) return
        this.#heard = this.#heard.filter((other) => other !== again)
        resolve(found)
      }
      this.#heard.push(again)
      again()
    })
  }

  #hear(happen: () => unknown): void {
    happen()
    for (const heard of this.#heard) heard()
  }
}

/** A program's first lines. */
export const WIFI = `
import network
sta = network.WLAN(network.STA_IF)
sta.active(True)
sta.connect('name', 'password')
while not sta.isconnected():
    pass
`
