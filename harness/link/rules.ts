// The disturbances at work on one link, in the order in which they began. Each new connection gets those that still
// have something to do.

import { Problem } from '../../emulators/index.ts'
import type { Recorder } from '../evidence/index.ts'
import type { Connection } from './connection.ts'
import { Rule, type RuleSettings } from './rule.ts'

export class Rules {
  readonly #device: string
  readonly #recorder: Recorder
  readonly #connections: ReadonlySet<Connection>
  readonly #rules = new Map<string, Rule>()

  constructor(device: string, recorder: Recorder, connections: ReadonlySet<Connection>) {
    this.#device = device
    this.#recorder = recorder
    this.#connections = connections
  }

  start(settings: RuleSettings): void {
    const { id } = settings
    const old = this.#rules.get(id)
    if (old !== undefined && !(old.spent && old.held === 0))
      throw new Problem('link/disturbance-twice', `the disturbance ${id} of ${this.#device} is already active`, {
        hint: `release: ${id} ends it`,
      })
    if (old !== undefined) this.#remove(old)
    const rule = new Rule(settings, this.#device, this.#onlyConnection(settings))
    this.#rules.set(id, rule)
    this.#recorder.record(rule.fault(`starts, ${settings.direction}`))
    for (const connection of this.#connections) connection.disturb(rule)
  }

  /** A connection that has just begun. */
  apply(connection: Connection): void {
    for (const rule of this.#rules.values()) if (!rule.spent) connection.disturb(rule)
  }

  release(id: string): boolean {
    const rule = this.#rules.get(id)
    if (rule === undefined) return false
    this.#recorder.record(rule.fault('ends'))
    this.#remove(rule)
    return true
  }

  holding(id: string, count: number): Promise<void> | null {
    return this.#rules.get(id)?.holding(count) ?? null
  }

  releaseAll(): void {
    for (const rule of [...this.#rules.values()]) this.#remove(rule)
  }

  #remove(rule: Rule): void {
    this.#rules.delete(rule.settings.id)
    for (const connection of this.#connections) connection.release(rule)
  }

  #onlyConnection({ connection }: RuleSettings): number | null {
    if (connection === 'all') return null
    const latest = [...this.#connections].at(-1)
    if (latest !== undefined) return latest.number
    throw new Problem('device/not-connected', `${this.#device} has no connection that could be disturbed`, {
      hint: 'connection: this is the one that there is now; leave it out for all of them, later ones too',
    })
  }
}
