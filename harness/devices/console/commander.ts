// Client calls as lines on the console of firmware. Several may be under way: a line of the firmware answers the oldest
// call whose `until` or `fails` it is. The echo of what was typed answers nothing.

import { type Clock, Problem, PythonError } from '../../../emulators/index.ts'
import type { PlainValue, Recorder } from '../../evidence/index.ts'
import { readRegex } from '../../scenario/index.ts'
import { CallRecorder } from '../calls.ts'
import type { GeneralCall } from '../device.ts'
import type { Commands, CommandVerb } from './commands.ts'

type Value = string | number | boolean | Uint8Array | readonly string[] | null | undefined
type Values = Readonly<Record<string, Value>>

interface Waiting {
  readonly typed: string
  readonly until: (line: string) => RegExpMatchArray | boolean | null
  readonly fails: (line: string) => RegExpMatchArray | boolean | null
  done(value: PlainValue): void
  failed(line: string): void
}

export interface CommanderAround {
  readonly name: string
  readonly recorder: Recorder
  readonly clock: Clock
  readonly onBug: (error: unknown) => void
}

export class Commander {
  readonly #commands: Commands
  readonly #name: string
  readonly #calls: CallRecorder
  readonly #type: (line: string) => void
  #waiting: Waiting[] = []
  /** Resolves when the firmware listens. */
  #ready: Promise<void> = Promise.resolve()
  #isReady: () => void = () => {}

  constructor(commands: Commands, around: CommanderAround, type: (line: string) => void) {
    this.#commands = commands
    this.#name = around.name
    this.#calls = new CallRecorder(around)
    this.#type = type
  }

  /** It starts (again): all that was under way is lost, and it may want time before it listens. */
  begins(): void {
    this.lost()
    if (this.#commands.words.ready === undefined) return
    this.#ready = new Promise((resolve) => {
      this.#isReady = resolve
    })
  }

  lost(): void {
    this.#calls.lose()
    this.#waiting = []
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
    const turns = this.#valuesOf(call, command.send)
    this.#calls.start(id, verb, command.until === undefined ? 'its turn' : `the answer to ${verb}`, async () => {
      await this.#ready
      let last: PlainValue = null
      for (const values of turns) last = await this.#perform(command, values)
      return last
    })
  }

  heard(line: string): void {
    const { ready } = this.#commands.words
    if (ready !== undefined && lineMatcher(ready, {})(line)) this.#isReady()
    for (const [k, waiting] of this.#waiting.entries()) {
      if (line.endsWith(waiting.typed)) continue // a console echoes
      const done = waiting.until(line)
      const failed = !done && waiting.fails(line)
      if (!done && !failed) continue
      this.#waiting.splice(k, 1)
      if (failed) waiting.failed(line)
      else waiting.done(typeof done === 'object' && done !== null ? (done[1] ?? null) : null)
      return
    }
  }

  #perform(
    command: { readonly send: string; readonly until?: string | undefined; readonly fails?: string | undefined },
    values: Values,
  ): Promise<PlainValue> {
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
        const { options, will } = this.#commands
        return [
          {
            name: this.#name,
            clean: call.clean ?? true,
            keepalive: (options.keepalive as number | undefined) ?? 0,
            username: options.username as string | undefined,
            password: options.password as string | undefined,
            'will.topic': will?.topic,
            'will.payload': will?.payload,
            'will.qos': will?.qos,
            'will.retain': will?.retain,
          },
        ]
      }
      case 'publish':
        return [{ topic: call.topic, payload: call.payload, qos: call.qos ?? 0, retain: call.retain ?? false }]
      case 'subscribe':
      case 'unsubscribe': {
        const { topics } = call
        const qos = call.verb === 'subscribe' ? (call.qos ?? 0) : undefined
        return /\{topics[:}]/.test(send) ? [{ topics, qos }] : topics.map((topic) => ({ topic, qos }))
      }
      default:
        return [{}]
    }
  }
}

const PLACEHOLDER = /\{([a-z.]+)(?::(json|hex))?\}/g

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
  if (form === 'json') return JSON.stringify(plain ?? null)
  const said = Array.isArray(plain) ? plain.join(' ') : plain === null || plain === undefined ? '' : String(plain)
  return form === 'hex' ? Buffer.from(value instanceof Uint8Array ? value : said).toString('hex') : said
}

/** The whole line, or a /regex/ found anywhere in it. */
function lineMatcher(template: string, values: Values): (line: string) => RegExpMatchArray | boolean | null {
  const regex = readRegex(template)
  if (regex === undefined) {
    const wanted = replaced(template, values)
    return (line) => line.trim() === wanted
  }
  const safe = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, escaped(written(value, undefined))]),
  )
  const found = readRegex(replaced(template, safe))
  return (line) => (found !== undefined && 'value' in found ? found.value.exec(line) : null)
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
