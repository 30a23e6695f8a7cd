// Client calls as lines on the console of firmware. Several may be under way: a line of the firmware answers the oldest
// call whose `until` or `fails` it is. The echo of what was typed answers nothing.

import {
  after,
  type Clock,
  type Duration,
  Problem,
  PythonError,
  seconds,
  type Timer,
} from '../../../emulators/index.ts'
import type { PlainValue, Recorder } from '../../evidence/index.ts'
import { unlessSlow } from '../../outside/index.ts'
import { exactSource, readRegex } from '../../scenario/index.ts'
import { CallRecorder } from '../calls.ts'
import type { GeneralCall } from '../device.ts'
import type { Commands } from './commands.ts'
import { type CommandVerb, type Exchange, exchangesOf, typedBy } from './commands-shape.ts'
import type { ConsoleLine } from './lines.ts'
import { propertyValues, protocolWords, type Value, type Values } from './values5.ts'

interface Waiting {
  readonly typed: string
  /** Its echo has been heard: what comes now is not another. */
  echoed: boolean
  readonly until: (line: string) => RegExpMatchArray | boolean | null
  readonly fails: (line: string) => RegExpMatchArray | boolean | null
  done(value: PlainValue): void
  failed(line: string): void
}

type LineMatcher = Waiting['until']

/** How long a line that may be the answer is held back for more. */
const NOTHING_ELSE: Duration = seconds(1)
/** How long firmware that runs already is waited for. */
const READY_PATIENCE: Duration = seconds(3)

export interface CommanderAround {
  readonly name: string
  readonly recorder: Recorder
  readonly clock: Clock
  readonly onBug: (error: unknown) => void
  /** Where the device finds its link. */
  readonly link?: { readonly host: string; readonly port: number } | undefined
}

export class Commander {
  readonly #commands: Commands
  readonly #name: string
  readonly #clock: Clock
  readonly #calls: CallRecorder
  readonly #type: (line: string) => void
  readonly #link: CommanderAround['link']
  #waiting: Waiting[] = []
  /** Resolves when the firmware listens. */
  #ready: Promise<void> = Promise.resolve()
  #isReady: () => void = () => {}
  #readyTimer: Timer | null = null
  /** null: not found out yet. */
  #echoes: boolean | null
  /** The last line without an end, mostly a prompt. */
  #prompt = ''
  /** The last line that answered a call. */
  #answeredBy: string | null = null
  /** A line that may be an answer or not: it is one when nothing else comes. */
  #candidate: { readonly timer: Timer; readonly isEcho: boolean } | null = null

  constructor(commands: Commands, around: CommanderAround, type: (line: string) => void, echo: boolean | null = null) {
    this.#commands = commands
    this.#name = around.name
    this.#clock = around.clock
    this.#echoes = echo
    this.#calls = new CallRecorder(around)
    this.#type = type
    this.#link = around.link
  }

  /**
   * It starts (again): all that was under way is lost, and it may want time before it listens. `running`: it was not
   * started by us, so that its `ready` line may be long past; it counts as ready after a while.
   */
  begins(running = false): void {
    this.lost()
    this.#readyTimer?.cancel()
    if (this.#commands.words.ready === undefined) return
    this.#ready = new Promise((resolve) => {
      this.#isReady = resolve
    })
    const isReady = this.#isReady
    if (running) this.#readyTimer = this.#clock.at(after(this.#clock.now(), READY_PATIENCE), () => isReady())
  }

  /** It starts now, in a reset that was begun: a `ready` line from before does not count. What waits for it goes on waiting. */
  restarts(): void {
    if (this.#commands.words.ready === undefined) return
    const before = this.#isReady
    this.#ready = new Promise((resolve) => {
      this.#isReady = () => {
        before()
        resolve()
      }
    })
  }

  lost(): void {
    this.#calls.lose()
    this.#waiting = []
    this.#prompt = ''
    this.#candidate?.timer.cancel()
    this.#candidate = null
  }

  hanging(): string | null {
    return this.#calls.hanging()
  }

  /** Throws Problem `device/no-command`. */
  call(id: string, call: GeneralCall): void {
    const { verb } = call
    const command = this.#commands.words[verb as CommandVerb]
    if (command === undefined)
      throw new Problem('device/no-command', `${this.#name} has no command for ${verb}`, {
        hint: `add it to its commands:, or do without ${verb}`,
      })
    const turns = this.#valuesOf(call, typedBy(command))
    const exchanges = exchangesOf(command)
    this.#calls.start(
      id,
      verb,
      exchanges.at(-1)!.until === undefined ? 'its turn' : `the answer to ${verb}`,
      async () => {
        await this.#ready
        let last: PlainValue = null
        for (const values of turns) for (const exchange of exchanges) last = await this.#perform(exchange, values)
        return last
      },
    )
  }

  /** `forms`: each text that a pattern may mean by the line; default: the line itself. */
  heard(line: string | ConsoleLine, forms?: readonly string[]): void {
    const told = typeof line === 'string' ? { line } : line
    const texts = forms ?? [told.line]
    const heard = told.unfinished ? [...texts, ...texts.map((text) => text.trimEnd())] : texts
    const { ready } = this.#commands.words
    const isReady = unlessSlow(
      () => ready !== undefined && firstMatch(lineMatcher(ready, {}), heard),
      () => false,
    )
    if (isReady) this.#isReady()
    // More came after what might have been the answer: it was the echo, or a part of a longer line.
    if (this.#candidate !== null) {
      if (this.#candidate.isEcho) this.#echoes ??= true
      this.#candidate.timer.cancel()
      this.#candidate = null
    }
    // A line that has answered a call when it had no end yet does not answer another.
    if (told.seen !== undefined && told.seen === this.#answeredBy) this.#answeredBy = told.line
    else if (!this.#echoOf(told.line, texts)) this.#answer(told.line, heard, told.unfinished === true)
    this.#prompt = told.unfinished ? told.line : ''
  }

  /** Gives a line to the oldest call that it answers. */
  #answer(line: string, heard: readonly string[], unfinished: boolean): void {
    for (const waiting of this.#waiting) {
      // A pattern that is too slow for the line: the call has not succeeded.
      const done = unlessSlow(
        () => firstMatch(waiting.until, heard),
        () => null,
      )
      const isFailed = unlessSlow(
        () => !done && firstMatch(waiting.fails, heard),
        () => true,
      )
      if (!done && !isFailed) continue
      const settle = (): void => {
        this.#answeredBy = line
        this.#settle(waiting, heard[0]!, done)
      }
      // `rc=1` may go on as `rc=15`.
      if (unfinished && typeof done === 'object') this.#later(settle, false)
      else settle()
      return
    }
  }

  #settle(waiting: Waiting, line: string, done: RegExpMatchArray | boolean | null): void {
    const at = this.#waiting.indexOf(waiting)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    if (!done) waiting.failed(line)
    else waiting.done(typeof done === 'object' ? (done[1] ?? null) : null)
  }

  /** Unless more comes before. */
  #later(act: () => void, isEcho: boolean): void {
    const timer = this.#clock.at(after(this.#clock.now(), NOTHING_ELSE), () => {
      this.#candidate = null
      act()
    })
    this.#candidate = { timer, isEcho }
  }

  /** A console echoes what is typed, mostly after its prompt. A device without echo may answer in the same words. */
  #echoOf(line: string, texts: readonly string[]): boolean {
    if (this.#echoes === false) return false
    const waiting = this.#waiting.find((w) => !w.echoed && texts.some((text) => isEcho(text, w.typed, this.#prompt)))
    if (waiting === undefined) return false
    waiting.echoed = true
    const done = firstMatch(waiting.until, texts)
    if (this.#echoes === null && done) this.#later(() => this.#settle(waiting, line, done), true)
    return true
  }

  #perform(command: Exchange, values: Values): Promise<PlainValue> {
    const typed = filled(command.send, values, this.#name)
    if (command.until === undefined) {
      this.#type(typed)
      return Promise.resolve(null)
    }
    const until = lineMatcher(command.until, values)
    const fails = command.fails === undefined ? () => null : lineMatcher(command.fails, values)
    return new Promise((done, reject) => {
      this.#waiting.push({
        typed,
        echoed: false,
        until,
        fails,
        done,
        failed: (line) => reject(new PythonError('CommandFailed', line)),
      })
      this.#type(typed)
    })
  }

  /** For each line that is to be typed, what can stand in it. */
  #valuesOf(call: GeneralCall, send: string): readonly Values[] {
    switch (call.verb) {
      case 'connect': {
        const { options, will, level } = this.#commands
        return [
          {
            name: this.#name,
            'link.host': this.#link?.host,
            'link.port': this.#link?.port,
            clean: call.clean ?? true,
            keepalive: (options.keepalive as number | undefined) ?? 0,
            username: options.username as string | undefined,
            password: options.password as string | undefined,
            'will.topic': will?.topic,
            'will.payload': will?.payload,
            'will.qos': will?.qos,
            'will.retain': will?.retain,
            protocol: protocolWords(level),
            ...propertyValues('will.properties', will?.properties),
            ...propertyValues('properties', call.properties),
          },
        ]
      }
      case 'publish': {
        const { topic, payload, qos = 0, retain = false } = call
        return [
          {
            topic,
            payload,
            'payload.length': Buffer.from(payload).length,
            qos,
            retain,
            ...propertyValues('properties', call.properties),
          },
        ]
      }
      case 'subscribe':
      case 'unsubscribe': {
        const { topics } = call
        const common = { ...optionsOf(call), ...propertyValues('properties', call.properties) }
        return /\{topics[:}]/.test(send) ? [{ topics, ...common }] : topics.map((topic) => ({ topic, ...common }))
      }
      case 'disconnect':
      case 'auth':
        return [{ reasonCode: call.reasonCode ?? 0, ...propertyValues('properties', call.properties) }]
      default:
        return [{}]
    }
  }
}

const optionsOf = (call: Extract<GeneralCall, { readonly verb: 'subscribe' | 'unsubscribe' }>): Values =>
  call.verb === 'unsubscribe'
    ? {}
    : {
        qos: call.qos ?? 0,
        noLocal: call.noLocal ?? false,
        retainAsPublished: call.retainAsPublished ?? false,
        retainHandling: call.retainHandling ?? 0,
      }

const PLACEHOLDER = /\{([A-Za-z.]+)(?::(json|hex))?\}/g

/** Throws Problem `device/cannot-type` for what is no line of text. */
function filled(template: string, values: Values, device: string): string {
  const line = replaced(template, values)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a console takes for keys
  if (!/[\x00-\x1f\x7f\ufffd]/.test(line)) return line
  throw new Problem('device/cannot-type', `${device}: ${JSON.stringify(line)} is not a line that can be typed`, {
    hint: 'write {payload:hex} or {payload:json} into its command',
  })
}

/** Braces with other words in them stay as they are. */
const replaced = (template: string, values: Values): string =>
  template.replace(PLACEHOLDER, (whole, name: string, form: string | undefined) =>
    Object.hasOwn(values, name) ? written(values[name], form) : whole,
  )

function written(value: Value, form: string | undefined): string {
  const plain = value instanceof Uint8Array ? Buffer.from(value).toString() : value
  if (form === 'json' || isMap(plain)) return JSON.stringify(plain ?? null)
  const said = Array.isArray(plain) ? plain.join(' ') : plain === null || plain === undefined ? '' : String(plain)
  return form === 'hex' ? Buffer.from(value instanceof Uint8Array ? value : said).toString('hex') : said
}

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The whole line, or a /regex/ found anywhere in it. */
export function lineMatcher(template: string, values: Values): (line: string) => RegExpMatchArray | boolean | null {
  const regex = readRegex(template)
  if (regex === undefined) {
    const wanted = replaced(template, values)
    return (line) => line.trim() === wanted
  }
  const safe = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, exactSource(written(value, undefined))]),
  )
  const found = readRegex(replaced(template, safe))
  return (line) => (found !== undefined && 'value' in found ? found.value.exec(line) : null)
}

function firstMatch(matcher: LineMatcher, texts: readonly string[]): RegExpMatchArray | boolean | null {
  for (const text of texts) {
    const found = matcher(text)
    if (found) return found
  }
  return null
}

const PROMPT = /[>$#%]\s*$/

function isEcho(text: string, typed: string, prompt: string): boolean {
  if (!text.endsWith(typed)) return false
  const before = text.slice(0, text.length - typed.length)
  return before.trim() === '' || PROMPT.test(before) || before.trimEnd() === prompt.trimEnd()
}
