// What a session has subscribed to, and what of it a delivery may be. Forgiving in time: a message may come before its
// SUBACK, and one that was buffered may come after the UNSUBACK [MQTT-3.10.4-3], at the QoS that was granted then.

import { matches, type Publish, type Suback, type Subscribe } from '../../emulators/index.ts'
import type { Report } from './finding.ts'

interface Subscribed {
  readonly request: Subscribe
  readonly filter: string
  /** The highest QoS of its messages: what was asked for, until SUBACK says what was granted; null: it was refused. */
  most: number | null
}

export class Subscriptions {
  readonly #all: Subscribed[] = []
  readonly #retained = new Map<string, number>()

  asks(request: Subscribe): void {
    for (const { topic, qos } of request.subscriptions) this.#all.push({ request, filter: topic, most: qos })
  }

  /** What SUBACK grants of a SUBSCRIBE; with too few or too many codes nobody knows which is for which. */
  granted(request: Subscribe, { granted }: Suback): void {
    if (granted.length !== request.subscriptions.length) return
    for (const [k, subscribed] of this.#all.filter((s) => s.request === request).entries())
      subscribed.most = granted[k]! > 2 ? null : granted[k]!
  }

  delivers({ topic, qos, retain, dup }: Publish, report: Report): void {
    const fitting = this.#all.filter((s) => s.most !== null && selects(s.filter, topic))
    if (fitting.length === 0) {
      const refused = this.#all.some((s) => selects(s.filter, topic))
      const what = refused ? 'only filters that were refused' : "none of the client's filters"
      report('MQTT-3.3.2-3', `topic "${topic}" matches ${what}`)
      return
    }
    const most = Math.max(...fitting.map((s) => s.most!))
    if (qos > most) report('MQTT-3.8.4-6', `QoS ${qos} where at most ${most} was granted`)
    if (!retain || dup) return
    const times = (this.#retained.get(topic) ?? 0) + 1
    this.#retained.set(topic, times)
    if (times > fitting.length) report('MQTT-3.3.1-9', `RETAIN is set, and no new subscription asked for "${topic}"`)
  }
}

/** Shared subscriptions are no part of MQTT 3.1.1, and brokers have them all the same. */
const SHARED = /^\$(?:share\/[^/]+|queue)\//

/** Whether a filter selects a topic, also when it shares its messages with others: `$share/GROUP/FILTER`. */
const selects = (filter: string, topic: string): boolean =>
  matches(filter, topic) || (SHARED.test(filter) && matches(filter.replace(SHARED, ''), topic))
