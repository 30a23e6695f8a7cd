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

import { diagnosed } from './diagnosis.ts'

export interface ReplPort {
  type(bytes: Uint8Array): Promise<void>
  readonly clock: Clock
  /** What a program, a timer or the chip itself printed, which is no answer to us. */
  onStray?(bytes: Uint8Array): void
  /** Another way to stop a program that does not stop at Ctrl-C: true when the board was started again. */
  restart?(): Promise<boolean>
  /** It was started again for that, and what it had said before. */
  onRestarted?(why: string): void
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
const TRACEBACK = 'Traceback (most recent call last)'
const PROMPT = '>>> '
const PASTES = 'R\x01'
const BANNER_START = 'raw REPL'
const PASTE_ANSWERS = [PASTES, 'R\x00', BANNER_START]
/** Bytes of the board's output that a message shows. */
const SHOWN = 200
const ENTER_TRIES = 8
/** Then another way is tried, if there is one. */
const FEW_TRIES = 2
/** How long a board may take to start its program. */
const STARTING = milliseconds(4000)
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
  /** Something is asked, and what comes may be its answer. */
  #asking = false
  /** The end of all that came, for a person to see. */
  #last = ''

  constructor(name: string, port: ReplPort) {
    this.#name = name
    this.#port = port
  }

  /** What comes out of the console, while this has it. */
  feed(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString('latin1')
    this.#last = (this.#last + text).slice(-SHOWN)
    this.#came += text
    if (this.#asking) this.#heard()
    else this.#flush()
  }

  /** What has come and answers nothing goes to the console. */
  #flush(): void {
    this.#stray(this.#came)
    this.#came = ''
  }

  #stray(text: string): void {
    if (text !== '') this.#port.onStray?.(Buffer.from(text, 'latin1'))
  }

  /** Nothing will come any more, and nothing more is typed. */
  break(problem: Problem): void {
    this.#broken = problem
    this.#heard()
    this.#flush()
  }

  /**
   * Ends what runs and asks for the raw REPL. A program that does not stop at Ctrl-C is stopped by starting the board
   * again, if that can be done. Throws Problem `board/no-repl` when the board does not answer.
   */
  async enter(): Promise<void> {
    this.#asking = true
    try {
      if (await this.#entered()) return
      const said = this.#last
      if (await this.#port.restart?.()) {
        this.#port.onRestarted?.(`${this.#name} was started again, because it did not answer: ${diagnosed(said)[0]}`)
        await this.#stopWhileItStarts()
        if (await this.#entered(FEW_TRIES + 1)) return
      }
    } finally {
      this.#asking = false
    }
    throw this.#noRepl()
  }

  async #entered(most = ENTER_TRIES): Promise<boolean> {
    for (let tries = 0; tries < most; tries++) {
      this.#came = ''
      await this.#type(`\r${CTRL_C}${CTRL_C}`)
      await this.#type(`\r${CTRL_A}`)
      if ((await this.#until(BANNER, ENTER_LIMIT).then(yes, no)) && (await this.#agree(tries).then(yes, no)))
        return true
      if (this.#broken !== null) throw this.#broken
      // One that says something all the time runs a program that Ctrl-C does not stop.
      if (most > FEW_TRIES + 1 && tries >= FEW_TRIES && this.#port.restart !== undefined && this.#last !== '')
        return false
    }
    return false
  }

  /** Ctrl-C without a pause: between two statements of the program there is a moment in which nothing catches it. */
  async #stopWhileItStarts(): Promise<void> {
    const { clock } = this.#port
    const until = after(clock.now(), STARTING)
    this.#came = ''
    while (clock.now() < until && !this.#came.endsWith(PROMPT)) {
      // Several at once: one for boot.py, and one for the first line of main.py.
      await this.#type(CTRL_C.repeat(8))
      await this.#pause(milliseconds(20))
    }
  }

  #noRepl(): Problem {
    const said = this.#last
    const shown = said === '' ? '' : `; it said ${JSON.stringify(said)}`
    const [trouble, hint] = diagnosed(said)
    return new Problem('board/no-repl', `${this.#name} does not answer as MicroPython does: ${trouble}${shown}`, {
      hint,
    })
  }

  /** A board that answered late has more to say, of the tries before: what it says now is behind all that. */
  async #agree(tries: number): Promise<void> {
    await this.#type(`print('hil ${tries}')${CTRL_D}`)
    await this.#until(`OKhil ${tries}\r\n${CTRL_D}${CTRL_D}>`, ENTER_LIMIT)
  }

  /** Back to the friendly REPL; resolves when its prompt is there, or has not come for a while. */
  async leave(): Promise<void> {
    this.#asking = true
    try {
      await this.#type(`\r${CTRL_B}`)
      await this.#until(PROMPT, ENTER_LIMIT).catch(() => {})
    } finally {
      this.#asking = false
    }
  }

  /** Ends what runs: its `execute` comes back with a KeyboardInterrupt. */
  interrupt(): Promise<void> {
    return this.#type(CTRL_C)
  }

  async execute(source: string, { onLine, within = null }: ExecuteOptions = {}): Promise<Executed> {
    this.#asking = true
    try {
      await this.#send(Buffer.from(source))
      const output = await this.#until(CTRL_D, within, onLine)
      const told = await this.#until(CTRL_D, ANSWER_LIMIT)
      // What something else printed may stand before the traceback.
      const at = told.indexOf(TRACEBACK)
      this.#stray(at < 0 ? told : told.slice(0, at))
      this.#stray(await this.#until('>', ANSWER_LIMIT))
      return { output: utf8(output), error: at < 0 ? '' : utf8(told.slice(at)) }
    } finally {
      this.#asking = false
      this.#flush()
    }
  }

  /** Sends a program that is not expected to come back. False: it came back with an exception. */
  async launch(source: string, patience: Duration): Promise<boolean> {
    this.#asking = true
    try {
      // A chip that starts may take back even that it has got all of it.
      if (!(await this.#send(Buffer.from(source), patience).then(yes, isSilence))) return false
      // A program that ends says Ctrl-D first; whatever else comes is a chip that starts.
      const said = await this.#wait(patience, () => (this.#came.length > 0 ? 0 : null)).then(
        () => this.#came,
        () => '',
      )
      return !said.startsWith(CTRL_D)
    } finally {
      this.#asking = false
      this.#flush()
    }
  }

  /** As `execute`; a traceback is a Problem. Its output. */
  async evaluate(source: string, within: Duration = milliseconds(10_000)): Promise<string> {
    const { output, error } = await this.execute(source, { within })
    if (error === '') return output
    throw new Problem('board/raised', `${this.#name}: ${error.trim().split('\n').at(-1)}`, { hint: error.trim() })
  }

  async #send(source: Buffer, taken: Duration = ANSWER_LIMIT): Promise<void> {
    if (this.#pastes !== false) {
      await this.#type(ASK_RAW_PASTE)
      const answer = await this.#oneOf(PASTE_ANSWERS)
      this.#pastes = answer === PASTES
      if (this.#pastes) return this.#paste(source, taken)
      // One that knows nothing of it takes the question for a program, and shows its banner.
      if (answer === BANNER_START) await this.#until('>', ANSWER_LIMIT)
    }
    for (let at = 0; at < source.length; at += PIECE) {
      await this.#typeBytes(source.subarray(at, at + PIECE))
      if (source.length > PIECE) await this.#pause(PIECE_PAUSE)
    }
    await this.#type(CTRL_D)
    this.#stray(await this.#until('OK', taken))
  }

  /** The board says how much it takes (the window), and again with \x01 each time it has used that up. */
  async #paste(source: Buffer, taken: Duration): Promise<void> {
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
        } else this.#stray(said)
      }
      const piece = source.subarray(at, at + room)
      await this.#typeBytes(piece)
      at += piece.length
      room -= piece.length
    }
    await this.#type(CTRL_D)
    this.#stray((await this.#until(CTRL_D, taken)).replaceAll('\x01', ''))
  }

  /** The mark that comes first; it is taken, and what stands before it goes to the console. */
  async #oneOf(marks: readonly string[]): Promise<string> {
    const first = (): { readonly mark: string; readonly at: number } | undefined =>
      marks
        .map((mark) => ({ mark, at: this.#came.indexOf(mark) }))
        .filter(({ at }) => at >= 0)
        .sort((a, b) => a.at - b.at)[0]
    await this.#wait(ANSWER_LIMIT, () => first()?.at ?? null)
    const { mark, at } = first()!
    this.#stray(this.#came.slice(0, at))
    this.#came = this.#came.slice(at + mark.length)
    return mark
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
}

const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8')
const yes = (): true => true
const no = (): false => false
const isSilence = (error: unknown): boolean => error instanceof Problem && error.code === 'board/silent'
