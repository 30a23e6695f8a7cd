// The port of a board, which may go away and come back: native USB does so at each reset of the chip, perhaps under
// another name. It is opened again by what identifies the board, and its lines are as they were.

import { after, type Clock, type Duration, Problem, seconds, showDuration } from '../../../emulators/index.ts'
import { type OpenSerial, openSerial, type SerialLine } from './serial-line.ts'

export interface PortSettings {
  readonly name: string
  /** Where it is now. Throws a Problem when it is not plugged in. */
  readonly path: () => Promise<string>
  readonly baudRate: number
  readonly clock: Clock
  /** How long it may be away; default: 10s. */
  readonly comesBack?: Duration | undefined
  /** Fakes for tests; default: the real ports. */
  readonly open?: OpenSerial | undefined
}

export interface PortEvents {
  onData(bytes: Uint8Array): void
  onGone(why: string): void
  onBack(): void
  /** It has not come back. */
  onLost(problem: Problem): void
}

/** The levels of both lines; written at once, because leaving one out would assert it. */
export interface ModemLines {
  readonly dtr: boolean
  readonly rts: boolean
}

const COMES_BACK: Duration = seconds(10)
const LOOK_EVERY = 100

/** For a port that went away. */
export const UNPLUGGED = 'it was unplugged, or its power is too weak; the record shows what was seen until then'

export class BoardPort implements AsyncDisposable {
  readonly #settings: PortSettings
  readonly #events: PortEvents
  #line: Promise<SerialLine> | null = null
  #closed = false
  /** Levels that are kept when the port comes back; null: as the system sets them. */
  #lines: ModemLines | null = null
  path = ''

  constructor(settings: PortSettings, events: PortEvents) {
    this.#settings = settings
    this.#events = events
  }

  /** Opens it unless it is open; waits while it is away. Throws Problem `board/…`. */
  open(): Promise<SerialLine> {
    if (this.#closed)
      return Promise.reject(new Problem('board/lost', `the port of ${this.#settings.name} was released`))
    this.#line ??= this.#open().catch((error: unknown) => {
      this.#line = null
      throw error
    })
    return this.#line
  }

  get isOpen(): boolean {
    return this.#line !== null
  }

  /** Closes it for another program; it is opened again when it is needed. */
  async release(): Promise<void> {
    const line = await this.#line?.catch(() => null)
    this.#line = null
    await line?.close()
  }

  async write(bytes: Uint8Array): Promise<void> {
    await (await this.open()).write(bytes)
  }

  /** False: this port has no such lines. */
  async set(lines: ModemLines): Promise<boolean> {
    this.#lines = lines
    return (await this.open()).set(lines)
  }

  async #open(): Promise<SerialLine> {
    const { path, baudRate, open = openSerial } = this.#settings
    this.path = await path()
    return open(this.path, baudRate, {
      onData: (bytes) => this.#events.onData(bytes),
      onGone: (why) => this.#gone(why),
    })
  }

  #gone(why: string): void {
    if (this.#closed) return
    this.#events.onGone(why)
    const back = this.#comeBack(why)
    this.#line = back
    back.then(
      () => {
        if (!this.#closed) this.#events.onBack()
      },
      (problem: Problem) => {
        if (!this.#closed) this.#events.onLost(problem)
      },
    )
  }

  async #comeBack(why: string): Promise<SerialLine> {
    const { clock, name, comesBack = COMES_BACK } = this.#settings
    const until = after(clock.now(), comesBack)
    while (!this.#closed && clock.now() < until) {
      await this.#pause()
      try {
        const line = await this.#open()
        if (this.#closed) await line.close()
        else if (this.#lines !== null) await line.set(this.#lines)
        return line
      } catch (error) {
        if (!(error instanceof Problem)) throw error
      }
    }
    throw new Problem(
      'board/lost',
      `${name} is gone from ${this.path} and has not come back within ${showDuration(comesBack)}: ${why}`,
      { hint: UNPLUGGED },
    )
  }

  #pause(): Promise<void> {
    const { clock } = this.#settings
    return new Promise((resolve) => clock.at(after(clock.now(), LOOK_EVERY as Duration), resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const line = await this.#line?.catch(() => null)
    this.#line = null
    await line?.close()
  }
}
