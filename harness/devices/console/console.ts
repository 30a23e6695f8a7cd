// The console of a device that is a program or a board: what comes out is recorded line by line, what is typed goes in as
// the device can take it.

import { after, type Clock, type Duration, milliseconds } from '../../../emulators/index.ts'
import { lineForms, type Recorder, type SerialEvent } from '../../evidence/index.ts'
import { type ConsoleLine, Lines } from './lines.ts'
import { type ConsoleSettings, EOLS, type Eol } from './settings.ts'

/** How a device is typed to when its `console:` does not say. `auto`: CR, and LF after it when nothing comes back. */
export interface TypingDefaults {
  readonly eol: Eol | 'auto'
  /** So many bytes at once, then a pause; null: all at once. A UART without flow control loses what comes faster. */
  readonly pieces: { readonly bytes: number; readonly pause: Duration } | null
}

export interface ConsoleEnv {
  readonly name: string
  readonly recorder: Recorder
  readonly clock: Clock
  write(bytes: Uint8Array): Promise<void> | void
  /** A line of `out`, with each text of it that a pattern may mean. */
  onLine?(line: ConsoleLine, forms: readonly string[]): void
  /** It could not be typed. */
  onTrouble(error: unknown): void
}

/** How long a device may take to react to CR before LF is tried. */
const REACTION: Duration = milliseconds(700)
/** A console that says nothing duration has said what it had to say. */
const SILENCE: Duration = milliseconds(500)
const TALKS_AT_MOST: Duration = milliseconds(4000)

export class DeviceConsole {
  readonly #settings: ConsoleSettings
  readonly #defaults: TypingDefaults
  readonly #env: ConsoleEnv
  readonly #streams = new Map<'out' | 'err', Lines>()
  #typing: Promise<void> = Promise.resolve()
  #received = 0
  /** What `auto` has found. */
  #found: Eol = 'cr'

  constructor(settings: ConsoleSettings, defaults: TypingDefaults, env: ConsoleEnv) {
    this.#settings = settings
    this.#defaults = defaults
    this.#env = env
  }

  feed(bytes: Uint8Array, stream: 'out' | 'err' = 'out'): void {
    this.#received += bytes.length
    this.#lines(stream).feed(bytes)
  }

  /** A line that comes as text, from a device whose output is not a stream of bytes. */
  line(line: string): void {
    this.#tell({ line }, 'out')
  }

  /** Resolves when nothing has come for a moment, or after a limit; what has no end yet has then been told. */
  async quiet(): Promise<void> {
    const { clock } = this.#env
    const until = after(clock.now(), TALKS_AT_MOST)
    for (let received = -1; received !== this.#received && clock.now() < until; ) {
      received = this.#received
      await this.#pause(SILENCE)
    }
    this.flush()
  }

  /** Lines without an end are told as they are. */
  flush(): void {
    for (const lines of this.#streams.values()) lines.flush()
  }

  /** Types a line and its end. */
  type(text: string, eol?: Eol): void {
    this.#env.recorder.record({ kind: 'serial', device: this.#env.name, line: text, stream: 'in' })
    this.#enqueue(async () => {
      const how = eol ?? this.#settings.eol ?? this.#defaults.eol
      const received = this.#received
      await this.#write(Buffer.from(text + EOLS[how === 'auto' ? this.#found : how]))
      if (how === 'auto' && this.#found === 'cr') this.#tryLineFeed(received)
    })
  }

  /** Types bytes and nothing else. */
  typeBytes(bytes: Uint8Array): void {
    const line = Buffer.from(bytes).toString('hex')
    this.#env.recorder.record({ kind: 'serial', device: this.#env.name, line: `hex ${line}`, stream: 'in' })
    this.#enqueue(() => this.#write(bytes))
  }

  #enqueue(work: () => Promise<void>): void {
    this.#typing = this.#typing.then(work).catch((error: unknown) => this.#env.onTrouble(error))
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { pace } = this.#settings
    const pieces = pace === null ? this.#defaults.pieces : pace === 0 ? null : { bytes: 1, pause: pace }
    if (pieces === null) return await this.#env.write(bytes)
    for (let at = 0; at < bytes.length; at += pieces.bytes) {
      if (at > 0) await this.#pause(pieces.pause)
      await this.#env.write(bytes.subarray(at, at + pieces.bytes))
    }
  }

  /** A program that reads up to LF has not seen the end of the line yet. */
  #tryLineFeed(received: number): void {
    const { clock } = this.#env
    clock.at(after(clock.now(), REACTION), () => {
      if (this.#received !== received) return
      this.#enqueue(async () => {
        const silent = this.#received
        await this.#env.write(Buffer.from(EOLS.lf))
        clock.at(after(clock.now(), REACTION), () => {
          if (this.#received !== silent) this.#found = 'crlf'
        })
      })
    })
  }

  #pause(time: Duration): Promise<void> {
    const { clock } = this.#env
    return new Promise((resolve) => clock.at(after(clock.now(), time), resolve))
  }

  #lines(stream: 'out' | 'err'): Lines {
    const known = this.#streams.get(stream)
    if (known !== undefined) return known
    const lines = new Lines((line) => this.#tell(line, stream), this.#env.clock, this.#settings.prompt)
    this.#streams.set(stream, lines)
    return lines
  }

  #tell(told: ConsoleLine, stream: 'out' | 'err'): void {
    const { name, recorder } = this.#env
    const { exact } = this.#settings
    const message = this.#messageIn(told)
    const event: SerialEvent = {
      kind: 'serial',
      device: name,
      line: told.line,
      stream,
      ...(told.unfinished === undefined ? {} : { unfinished: true }),
      ...(told.seen === undefined ? {} : { seen: told.seen }),
      ...(message === null ? {} : { message }),
      ...(exact ? { exact: true } : {}),
    }
    recorder.record(event)
    if (stream === 'out') this.#env.onLine?.(told, this.#forms(told))
  }

  /** Each text that a pattern may mean by a line. */
  #forms(told: ConsoleLine): readonly string[] {
    if (this.#settings.exact) return [told.line]
    const forms = lineForms(told.line, told.seen)
    const message = this.#messageIn(told)
    return message === null ? forms : [...forms, message]
  }

  /** What the line says, in the words of claims; null when the settings know nothing of it. */
  #messageIn({ line, seen }: ConsoleLine): string | null {
    const { prefix, message } = this.#settings
    if (prefix === null && message === null) return null
    const forms = lineForms(line, seen)
    for (const form of message === null ? [] : forms) {
      const { topic, payload } = message!.exec(form)?.groups ?? {}
      if (topic !== undefined) return `message ${topic} ${payload ?? ''}`
    }
    for (const form of prefix === null ? [] : forms) {
      const found = prefix!.exec(form)
      if (found !== null && found[0] !== '') return form.slice(found.index + found[0].length)
    }
    return null
  }
}
