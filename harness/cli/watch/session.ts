// What runs when: one run at a time, what changes meanwhile runs next, and a key that asks for a run ends the one
// there is. It knows neither files nor terminals, so that a test can be both.

import { resolve } from 'node:path'
import { SUFFIX } from '../../api/show.ts'
import type { Plan, SuiteListener } from '../../api/suite.ts'

/** What to run, and why in the words of the heading. */
export interface RunRequest {
  readonly why: string
  readonly choose: (plan: Plan) => boolean
}

export interface SessionSettings {
  /** Never throws. */
  readonly run: (wanted: RunRequest, signal: AbortSignal, listener: SuiteListener) => Promise<void>
  /** Nothing is left to run. */
  readonly idle: () => void
  readonly notice: (text: string) => void
  /** Milliseconds in which changes are gathered: an editor writes a file more than once. */
  readonly gather?: number
}

export class WatchSession {
  readonly #settings: SessionSettings
  readonly #failed = new Set<string>()
  readonly #changed = new Set<string>()
  /** Files that changed while something ran, of this run and of the last one. */
  #during: [now: Set<string>, before: Set<string>] = [new Set(), new Set()]
  readonly #muted = new Set<string>()
  #file: string | null = null
  #next: RunRequest | null = null
  #running: AbortController | null = null
  #timer: NodeJS.Timeout | undefined
  #ended = false
  #done: Promise<void> = Promise.resolve()

  constructor(settings: SessionSettings) {
    this.#settings = settings
  }

  get isRunning(): boolean {
    return this.#running !== null
  }

  /** Everything that the command line selects. */
  all(): void {
    this.#file = null
    this.#want({ why: 'all', choose: () => true })
  }

  /** What ran last by the pattern that is set. */
  again(): void {
    this.#want({ why: this.#file === null ? 'all' : `files with "${this.#file}"`, choose: this.#fits })
  }

  failed(): void {
    if (this.#failed.size === 0) this.#settings.notice('nothing failed')
    else this.#want({ why: 'what failed', choose: (plan) => this.#failed.has(keyOf(plan)) })
  }

  /** Only files whose path contains this; empty: all. */
  files(part: string): void {
    this.#file = part === '' ? null : part
    this.again()
  }

  /** A file has changed. A scenario runs by itself; anything else may be part of any. */
  changed(path: string): void {
    if (this.#ended || this.#muted.has(path)) return
    if (this.#running !== null && !path.endsWith(SUFFIX)) {
      this.#during[0].add(path)
      if (this.#during[1].has(path)) {
        this.#muted.add(path)
        this.#changed.delete(path)
        this.#settings.notice(`${path} changes with every run, and is not watched any more`)
        return
      }
    }
    this.#changed.add(path)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#afterChanges(), this.#settings.gather ?? 100)
  }

  /** Ends the run, and keeps watching. */
  cancel(): void {
    this.#next = null
    this.#running?.abort()
  }

  /** Resolves when nothing runs any more. */
  async end(): Promise<void> {
    this.#ended = true
    clearTimeout(this.#timer)
    this.cancel()
    await this.#done
  }

  #afterChanges(): void {
    if (this.#running !== null || this.#ended) return // told when the run has ended
    const paths = [...this.#changed]
    if (paths.length === 0) return
    this.#changed.clear()
    const why = `${paths[0]} changed${paths.length === 1 ? '' : `, and ${paths.length - 1} more`}`
    const files = new Set(paths)
    const onlyScenarios = paths.every((path) => path.endsWith(SUFFIX))
    this.#start({ why, choose: onlyScenarios ? (plan) => files.has(resolve(plan.file)) : this.#fits })
  }

  readonly #fits = (plan: Plan): boolean => this.#file === null || plan.file.includes(this.#file)

  #want(wanted: RunRequest): void {
    if (this.#ended) return
    if (this.#running === null) return this.#start(wanted)
    this.#next = wanted
    this.#running.abort()
  }

  #start(wanted: RunRequest): void {
    const running = new AbortController()
    this.#running = running
    this.#during = [new Set(), this.#during[0]]
    const listener: SuiteListener = {
      onScenarioEnd: ({ plan, status }, final) => {
        if (!final || status === 'interrupted') return
        if (['passed', 'skipped', 'gap'].includes(status)) this.#failed.delete(keyOf(plan))
        else this.#failed.add(keyOf(plan))
      },
    }
    this.#done = this.#settings.run(wanted, running.signal, listener).then(() => {
      this.#running = null
      const next = this.#next
      this.#next = null
      if (this.#ended) return
      if (next !== null) this.#start(next)
      else if (this.#changed.size > 0) this.#afterChanges()
      else this.#settings.idle()
    })
  }
}

const keyOf = ({ file, name, variant, given }: Plan): string => JSON.stringify([file, name, variant, given.broker.name])
