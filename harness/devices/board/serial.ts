// A real board as a chassis: its console is a serial port, its reset button the RTS line. Cutting its
// power is holding it in reset: a chip in reset sends nothing, and whoever waits for it waits in vain.

import {
  after,
  type Clock,
  type Duration,
  elapsed,
  milliseconds,
  Problem,
  showDuration,
} from '../../../emulators/index.ts'
import type { Chassis, ChassisEvents } from './chassis.ts'
import { RawRepl } from './raw-repl.ts'
import { RemoteFiles } from './remote-files.ts'
import { type OpenSerial, openSerial, type SerialLine } from './serial-line.ts'

export interface SerialSettings {
  readonly name: string
  /** Where it is now. Throws a Problem when it is not plugged in. */
  readonly path: () => Promise<string>
  readonly baudRate: number
  /** `machine.unique_id()` in hex, when the hardware map knows it. */
  readonly uniqueId: string | null
  readonly clock: Clock
  /** Fakes for tests; default: the real ports. */
  readonly open?: OpenSerial
}

export const BAUD_RATE = 115_200
const RESET_PULSE = milliseconds(100)
/** So long a board may take to come to its prompt, before it is asked without. */
const BOOT_LIMIT = milliseconds(4000)
const BOOT_PIN = 0
const PROMPT = '>>> '

export function serialChassis(settings: SerialSettings, events: ChassisEvents): Chassis {
  const { name, clock } = settings
  let line: SerialLine | null = null
  let path = ''
  let repl: RawRepl | null = null
  let checked = false
  let calledAt = clock.now()
  /** The end of what came since the last reset, to see a prompt in. */
  let tail = ''
  let onPrompt: (() => void) | null = null

  const gone = (why: string): void => {
    const problem = new Problem('board/lost', `${name} is gone from ${path}: ${why}`, {
      hint: 'unplugged, or its power is too weak? The record shows what was seen until then',
    })
    repl?.break(problem)
    line = null
    events.onLost(problem)
  }

  const opened = async (): Promise<SerialLine> => {
    if (line !== null) return line
    path = await settings.path()
    line = await (settings.open ?? openSerial)(path, settings.baudRate, {
      onData(bytes) {
        if (repl !== null) {
          repl.feed(bytes)
          return
        }
        tail = (tail + Buffer.from(bytes).toString('latin1')).slice(-PROMPT.length)
        events.onConsole(bytes)
        if (tail === PROMPT) onPrompt?.()
      },
      onGone: gone,
    })
    return line
  }

  const pause = (time: Duration): Promise<void> => new Promise((resolve) => clock.at(after(clock.now(), time), resolve))

  const type = async (bytes: Uint8Array): Promise<void> => {
    calledAt = clock.now()
    await (await opened()).write(bytes)
  }

  /** With the raw REPL; the console is quiet meanwhile. */
  const withRepl = async <T>(act: (raw: RawRepl) => Promise<T>): Promise<T> => {
    await opened()
    const mine = new RawRepl(name, { type, clock })
    repl = mine
    try {
      await mine.enter()
      return await act(mine)
    } finally {
      if (repl === mine) repl = null
    }
  }

  const identify = async (raw: RawRepl): Promise<void> => {
    if (checked || settings.uniqueId === null) return
    const found = (
      await raw.evaluate('import machine\nfrom binascii import hexlify\nprint(hexlify(machine.unique_id()).decode())')
    ).trim()
    if (found !== settings.uniqueId)
      throw new Problem('board/wrong-board', `${path} is ${found}, and ${name} is ${settings.uniqueId}`, {
        hint: 'have two boards changed places? hil devices --map writes the hardware map anew',
      })
    checked = true
  }

  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.at(after(clock.now(), BOOT_LIMIT), () => done())
      const done = (): void => {
        timer.cancel()
        onPrompt = null
        resolve()
      }
      onPrompt = done
      if (tail === PROMPT) done()
    })

  const reset = async (): Promise<void> => {
    const port = await opened()
    tail = ''
    if (await port.set({ dtr: false, rts: true })) {
      await pause(RESET_PULSE)
      await port.set({ dtr: false, rts: false })
      return
    }
    // No such lines: the board is asked to do it by itself. It does not answer any more.
    await withRepl((raw) => raw.leave())
    await quiet()
    tail = ''
    await type(Buffer.from('import machine; machine.reset()\r'))
  }

  return {
    seesPins: false,
    errnos: 'esp32',
    boot: reset,
    reset,
    async powerOff() {
      const port = await opened()
      if (!(await port.set({ dtr: false, rts: true })))
        throw new Problem('device/no-power', `${name} cannot be held in reset: its port has no RTS line`, {
          hint: 'network: { state: down, mode: blackhole } takes it off the network instead',
        })
    },
    type,
    drive(pin, level) {
      if (pin !== BOOT_PIN)
        throw new Problem('device/no-wire', `nothing here can drive pin ${pin} of ${name}`, {
          hint: `only the BOOT button (pin ${BOOT_PIN}) is wired to the serial port`,
        })
      void opened()
        .then((port) => port.set({ dtr: level === 0, rts: false }))
        .then((could) => {
          if (!could)
            events.onLost(new Problem('board/no-lines', `the port of ${name} has no DTR line to press BOOT by`))
        }, events.onBug)
    },
    async upload(files) {
      if (files.size === 0 && settings.uniqueId === null) {
        await opened()
        return
      }
      await withRepl(async (raw) => {
        await identify(raw)
        const remote = new RemoteFiles(raw)
        for (const [file, content] of files) await remote.put(file, content)
        await raw.leave()
      })
    },
    quiet,
    hanging: () => `the device has not come back for ${showDuration(elapsed(calledAt, clock.now()))}`,
    async [Symbol.asyncDispose]() {
      const port = line
      line = null
      if (port === null) return
      // Left as by its reset button, whatever was being done to it.
      await port.set({ dtr: false, rts: true })
      await port.set({ dtr: false, rts: false })
      await port.close()
    },
  }
}
