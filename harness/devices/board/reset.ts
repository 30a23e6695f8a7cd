// How a board is reset, and whether it was: a reset counts only when the board was heard to start. By what its USB ids
// say, or as the hardware map or the scenario says.

import { after, type Clock, type Duration, milliseconds, Problem, seconds } from '../../../emulators/index.ts'
import { saysStart } from './boot-watch.ts'
import type { BoardPort, ModemLines } from './port.ts'
import type { PortInfo } from './ports.ts'
import type { RawRepl } from './raw-repl.ts'
import type { ResetSettings } from './reset-settings.ts'
import { runTool } from './tool.ts'

export type ResetMethod = 'rts' | 'dtr' | 'rts+dtr' | 'repl' | 'command' | 'none'

export interface ResetEnv {
  readonly name: string
  readonly clock: Clock
  /** A REPL can be expected on it. */
  readonly python: boolean
  /** What its USB ids say; null: unknown. */
  readonly usb: () => Promise<Pick<PortInfo, 'vendorId' | 'productId'> | null>
  /** A line that its program prints when it has started; null: none is known. */
  readonly ready: ((text: string) => boolean) | null
  withRepl<T>(act: (repl: RawRepl) => Promise<T>): Promise<T>
  /** The reset line is about to be released: what came until now was said before the start. */
  onRelease?(): void
}

/** How long a board may take to be heard. */
const HEARD_WITHIN: Duration = seconds(2.5)
/** The same when there is no other way to try; boot loaders wait for a flash tool first. */
const HEARD_AT_LAST: Duration = seconds(5)
/** How long a board that resets itself at its REPL may take to complain that it cannot. */
const COMPLAINS_WITHIN: Duration = milliseconds(1500)
/** One that has said something within this time may go on without having started. */
const CHATTY: Duration = seconds(5)
const LONGEST = 2000

const RUN: ModemLines = { dtr: false, rts: false }
const HELD: ModemLines = { dtr: false, rts: true }
const BOTH: ModemLines = { dtr: true, rts: true }
const DTR_ONLY: ModemLines = { dtr: true, rts: false }

const RESET_ITSELF = 'try:\n  import machine as _m\nexcept ImportError:\n  import microcontroller as _m\n_m.reset()'

const WORDS: Readonly<Record<ResetMethod, string>> = {
  rts: 'RTS',
  dtr: 'DTR',
  'rts+dtr': 'RTS and DTR',
  repl: 'machine.reset() at its REPL',
  command: 'the command of its map entry',
  none: 'nothing',
}

export class Resetter {
  readonly #port: BoardPort
  readonly #settings: ResetSettings
  readonly #env: ResetEnv
  /** What has resets it. */
  #found: ResetMethod | null = null
  #native: boolean | null = null
  #text = ''
  #lastHeard: number | null = null
  #gone = false
  #look: () => void = () => {}

  constructor(port: BoardPort, settings: ResetSettings, env: ResetEnv) {
    this.#port = port
    this.#settings = settings
    this.#env = env
  }

  /** Everything that comes out of the board. */
  feed(bytes: Uint8Array): void {
    this.#text = (this.#text + Buffer.from(bytes).toString('latin1')).slice(-LONGEST)
    this.#lastHeard = this.#env.clock.now()
    this.#look()
  }

  /** Its port went away. */
  gone(): void {
    this.#gone = true
    this.#look()
  }

  /** RTS holds the chip in reset. */
  get holds(): boolean {
    return this.#found === 'rts' || this.#found === null
  }

  /** What resets it was heard to do so. */
  get verified(): boolean {
    return this.#found !== null
  }

  /** Throws Problem `board/no-reset` with what was tried when the board was not heard to start. */
  async reset(): Promise<void> {
    const tried: string[] = []
    const methods = await this.#methods()
    for (const [k, method] of methods.entries()) {
      const done = await this.#attempt(method, k === methods.length - 1 ? HEARD_AT_LAST : HEARD_WITHIN)
      if (done === null) continue
      tried.push(WORDS[method])
      if (!done) continue
      this.#found = method
      return
    }
    const { name } = this.#env
    throw new Problem(
      'board/no-reset',
      tried.length === 0
        ? `nothing resets ${name}: its port has no DTR and RTS`
        : `${name} was not heard to start after a reset by ${tried.join(', then by ')}`,
      {
        hint: `reset: in the hardware map or on the device says how: rts, dtr, repl, none, or { command }${this.#text === '' ? '' : `; the last that it said: ${JSON.stringify(this.#text.slice(-100))}`}`,
      },
    )
  }

  /** Listens while something gives it power. Throws Problem `board/no-reset` when it was not heard to start. */
  async begins(how: string, act: () => Promise<void>): Promise<void> {
    this.#text = ''
    this.#gone = false
    await act()
    await this.#port.open()
    if (await this.#heard(HEARD_AT_LAST, false)) return
    throw new Problem('board/no-reset', `${this.#env.name} was not heard to start after ${how}`, {
      hint: 'its console may need DTR, another baud rate, or the port another name; hil monitor shows what it says',
    })
  }

  /** Starts the chip by RTS, whether it is heard or not. False: the port has no such line. */
  async pulse(): Promise<boolean> {
    if (!(await this.#port.set(HELD))) return false
    await this.#pause(this.#settings.pulse)
    const idle = await this.#idle()
    await this.#released()
    await this.#port.set(idle)
    return true
  }

  /** A board may be starting already, as the run before has left it: what it says of that start is none of ours. */
  async #released(): Promise<void> {
    // What has come while this machine was busy is read first.
    await new Promise((resolve) => setImmediate(resolve))
    this.#text = ''
    this.#env.onRelease?.()
  }

  async #methods(): Promise<readonly ResetMethod[]> {
    const { by } = this.#settings
    if (by !== null) return by === 'none' ? [] : [by]
    if (this.#found !== null) return [this.#found]
    if (await this.#isNative()) return this.#env.python ? ['repl', 'rts'] : ['rts', 'dtr']
    return this.#env.python ? ['rts', 'repl'] : ['rts', 'dtr']
  }

  /** A chip with USB of its own, whose console may be silent while DTR is low. Not Espressif's USB JTAG, which has RTS. */
  async #isNative(): Promise<boolean> {
    if (this.#native !== null) return this.#native
    const native = await this.#env.usb().then((usb) => {
      const id = `${usb?.vendorId}:${usb?.productId}`
      return /^(2e8a|239a|1209|f055|1915|2fe3|2341|16c0):|^303a:(?!1001$)/.test(id)
    })
    this.#native = native
    return native
  }

  async #idle(): Promise<ModemLines> {
    return (await this.#isNative()) ? DTR_ONLY : RUN
  }

  /** null: the port cannot. */
  async #attempt(method: ResetMethod, patience: Duration): Promise<boolean | null> {
    const { clock, name } = this.#env
    await this.#port.open()
    const chatty = this.#lastHeard !== null && clock.now() - this.#lastHeard < CHATTY
    const silent = this.#text === ''
    this.#text = ''
    this.#gone = false
    switch (method) {
      case 'rts':
        if (!(await this.pulse())) return null
        break
      case 'dtr':
        if (!(await this.#port.set(RUN))) return null
        await this.#pause(this.#settings.pulse)
        await this.#released()
        await this.#port.set(DTR_ONLY)
        break
      case 'rts+dtr':
        if (!(await this.#port.set(BOTH))) return null
        await this.#pause(this.#settings.pulse)
        await this.#port.set(await this.#idle())
        break
      case 'command':
        await this.#command(name)
        break
      default:
        // A console over USB may be silent as long as DTR is low.
        if (await this.#isNative()) await this.#port.set(DTR_ONLY)
        else if (silent) await this.#port.set(BOTH)
        return this.#env.withRepl((repl) => repl.launch(RESET_ITSELF, COMPLAINS_WITHIN))
    }
    return this.#heard(patience, chatty)
  }

  async #command(name: string): Promise<void> {
    const { command } = this.#settings
    if (command === null) throw new Problem('board/no-reset', `reset: by command of ${name} has no command`)
    await runTool({
      what: `the reset command of ${name}`,
      line: command,
      values: { port: this.#port.path },
      code: 'board/no-reset',
    })
  }

  /** Whether it starts: by what only a board that starts says, or that its port goes and comes back. */
  async #heard(patience: Duration, chatty: boolean): Promise<boolean> {
    const { clock, ready } = this.#env
    const heard = await new Promise<boolean>((resolve) => {
      const timer = clock.at(after(clock.now(), patience), () => end(false))
      const end = (how: boolean): void => {
        timer.cancel()
        this.#look = () => {}
        resolve(how)
      }
      this.#look = () => {
        if (this.#gone || saysStart(this.#text) || ready?.(this.#text)) end(true)
        // One that was silent and says something after the pulse has started, whatever it says.
        else if (!chatty && ready === null && this.#text.length > 0) end(true)
      }
      this.#look()
    })
    if (this.#gone) await this.#port.open() // until it is back
    return heard
  }

  #pause(time: Duration): Promise<void> {
    const { clock } = this.#env
    return new Promise((resolve) => clock.at(after(clock.now(), time), resolve))
  }
}
