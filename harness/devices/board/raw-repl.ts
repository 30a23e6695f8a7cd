// MicroPython's raw REPL: source goes in up to Ctrl-D; out come `OK`, what was printed, Ctrl-D, the
// traceback if there was one, Ctrl-D and a prompt. Raw-paste has flow control and is asked for once;
// a board that does not have it answers otherwise and gets the source in small pieces.

import {
  after,
  type Clock,
  type Duration,
  milliseconds,
  Problem,
  showDuration,
  type Timer,
} from '../../../emulators/index.ts'

export interface ReplPort {
  type(bytes: Uint8Array): Promise<void>
  readonly clock: Clock
}

export interface Executed {
  readonly output: string
  /** The traceback; empty when nothing was raised. */
  readonly error: string
}

export interface ExecuteOptions {
  /** Each line that it prints, as it comes. */
  readonly onLine?: (line: string) => void
  /** null: for ever. */
  readonly within?: Duration | null
}

const CTRL_A = '\x01'
const CTRL_B = '\x02'
const CTRL_C = '\x03'
const CTRL_D = '\x04'
const ASK_RAW_PASTE = '\x05A\x01'
const BANNER = 'raw REPL; CTRL-B to exit\r\n>'

const ENTER_LIMIT = milliseconds(1000)
const ENTER_TRIES = 8
const ANSWER_LIMIT = milliseconds(5000)
/** Without flow control, as many bytes at once as a UART's buffer surely has. */
const PIECE = 128
const PIECE_PAUSE = milliseconds(5)

export class RawRepl {
  readonly #port: ReplPort
  readonly #name: string
  /** What has come and was not asked for yet, one character a byte. */
  #came = ''
  #heard: () => void = () => {}
  #broken: Problem | null = null
  #pastes: boolean | null = null

  constructor(name: string, port: ReplPort) {
    this.#name = name
    this.#port = port
  }

  /** What comes out of the console, while this has it. */
  feed(bytes: Uint8Array): void {
    this.#came += Buffer.from(bytes).toString('latin1')
    this.#heard()
  }

  /** Nothing will come any more, and nothing more is typed. */
  break(problem: Problem): void {
    this.#broken = problem
    this.#heard()
  }

  /** Ends what runs and asks for the raw REPL. Throws Problem `board/no-repl` when the board does not answer. */
  async enter(): Promise<void> {
    for (let tries = 0; tries < ENTER_TRIES; tries++) {
      this.#came = ''
      await this.#type(`\r${CTRL_C}${CTRL_C}`)
      await this.#type(`\r${CTRL_A}`)
      if ((await this.#until(BANNER, ENTER_LIMIT).then(yes, no)) && (await this.#agree(tries).then(yes, no))) return
      if (this.#broken !== null) throw this.#broken
    }
    throw new Problem('board/no-repl', `${this.#name} does not answer as MicroPython does`, {
      hint: 'is MicroPython on it, and nobody else (Thonny, mpremote) at its port?',
    })
  }

  /** A board that answered late has more to say, of the tries before: what it says now is behind all that. */
  async #agree(tries: number): Promise<void> {
    await this.#type(`print('hil ${tries}')${CTRL_D}`)
    await this.#until(`OKhil ${tries}\r\n${CTRL_D}${CTRL_D}>`, ENTER_LIMIT)
  }

  /** Back to the friendly REPL. */
  leave(): Promise<void> {
    return this.#type(`\r${CTRL_B}`)
  }

  /** Ends what runs: its `execute` comes back with a KeyboardInterrupt. */
  interrupt(): Promise<void> {
    return this.#type(CTRL_C)
  }

  /** Restarts the interpreter without its main.py, and is in its raw REPL again. */
  async softReset(): Promise<void> {
    this.#came = ''
    await this.#type(CTRL_D)
    await this.#until('soft reboot\r\n', ANSWER_LIMIT)
    await this.#until(BANNER, milliseconds(15_000))
  }

  async execute(source: string, { onLine, within = null }: ExecuteOptions = {}): Promise<Executed> {
    await this.#send(Buffer.from(source))
    const output = await this.#until(CTRL_D, within, onLine)
    const error = await this.#until(CTRL_D, ANSWER_LIMIT)
    await this.#until('>', ANSWER_LIMIT)
    return { output: utf8(output), error: utf8(error) }
  }

  /** As `execute`; a traceback is a Problem. Its output. */
  async evaluate(source: string, within: Duration = milliseconds(10_000)): Promise<string> {
    const { output, error } = await this.execute(source, { within })
    if (error === '') return output
    throw new Problem('board/raised', `${this.#name}: ${error.trim().split('\n').at(-1)}`, { hint: error.trim() })
  }

  async #send(source: Buffer): Promise<void> {
    if (this.#pastes !== false) {
      await this.#type(ASK_RAW_PASTE)
      const answer = await this.#take(2)
      this.#pastes = answer === 'R\x01'
      if (this.#pastes) return this.#paste(source)
      // One that knows nothing of it takes the question for a program: `ra` is the start of its banner.
      if (answer !== 'R\x00') await this.#until('>', ANSWER_LIMIT)
    }
    for (let at = 0; at < source.length; at += PIECE) {
      await this.#typeBytes(source.subarray(at, at + PIECE))
      if (source.length > PIECE) await this.#pause(PIECE_PAUSE)
    }
    await this.#type(CTRL_D)
    const ok = await this.#take(2)
    if (ok !== 'OK') throw this.#confused(ok)
  }

  /** The board says how much it takes (the window), and again with \x01 each time it has used that up. */
  async #paste(source: Buffer): Promise<void> {
    const size = await this.#take(2)
    const window = size.charCodeAt(0) | (size.charCodeAt(1) << 8)
    let room = window
    for (let at = 0; at < source.length; ) {
      while (room === 0 || this.#came !== '') {
        const said = await this.#take(1)
        if (said === '\x01') room += window
        else if (said === CTRL_D) {
          // It has had enough: a mistake in the source, of which it will tell.
          await this.#type(CTRL_D)
          return
        } else throw this.#confused(said)
      }
      const piece = source.subarray(at, at + room)
      await this.#typeBytes(piece)
      at += piece.length
      room -= piece.length
    }
    await this.#type(CTRL_D)
    await this.#until(CTRL_D, ANSWER_LIMIT)
  }

  #type(text: string): Promise<void> {
    return this.#typeBytes(Buffer.from(text, 'latin1'))
  }

  /** What was broken says no more: another may be talking to the board by now. */
  async #typeBytes(bytes: Uint8Array): Promise<void> {
    if (this.#broken !== null) throw this.#broken
    await this.#port.type(bytes)
  }

  #pause(time: Duration): Promise<void> {
    const { clock } = this.#port
    return new Promise((resolve) => clock.at(after(clock.now(), time), resolve))
  }

  /** What comes before `mark`, which is taken too. */
  async #until(mark: string, within: Duration | null, onLine?: (line: string) => void): Promise<string> {
    let told = 0
    const tell = (upTo: number): void => {
      if (onLine === undefined) return
      for (let end = this.#came.indexOf('\n', told); end >= 0 && end < upTo; end = this.#came.indexOf('\n', told)) {
        onLine(utf8(this.#came.slice(told, end)).replace(/\r+$/, ''))
        told = end + 1
      }
    }
    const found = await this.#wait(within, () => {
      const at = this.#came.indexOf(mark)
      tell(at < 0 ? this.#came.length : at)
      return at < 0 ? null : at
    })
    const text = this.#came.slice(0, found)
    if (onLine !== undefined && told < text.length) onLine(utf8(text.slice(told)).replace(/\r+$/, ''))
    this.#came = this.#came.slice(found + mark.length)
    return text
  }

  async #take(count: number): Promise<string> {
    await this.#wait(ANSWER_LIMIT, () => (this.#came.length >= count ? count : null))
    const text = this.#came.slice(0, count)
    this.#came = this.#came.slice(count)
    return text
  }

  #wait(within: Duration | null, look: () => number | null): Promise<number> {
    return new Promise((resolve, reject) => {
      let timer: Timer | null = null
      const end = (act: () => void): void => {
        timer?.cancel()
        this.#heard = () => {}
        act()
      }
      const again = (): void => {
        const found = look()
        if (found !== null) end(() => resolve(found))
        else if (this.#broken !== null) end(() => reject(this.#broken))
      }
      this.#heard = again
      again()
      if (within === null || this.#heard !== again) return
      const { clock } = this.#port
      timer = clock.at(after(clock.now(), within), () =>
        end(() => reject(new Problem('board/silent', `${this.#name} has not answered for ${showDuration(within)}`))),
      )
    })
  }

  #confused(said: string): Problem {
    return new Problem('board/no-repl', `${this.#name} answered ${JSON.stringify(said)} to a program`, {
      hint: 'is something else talking to its port?',
    })
  }
}

const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8')
const yes = (): true => true
const no = (): false => false
