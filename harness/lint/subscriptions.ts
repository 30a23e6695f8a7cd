// What a session has ever subscribed to, and what of it a delivery may be. Forgiving in time: a message may
// come before its SUBACK, and one that was buffered may come after the UNSUBACK [MQTT-3.10.4-3].

import { matches, type Publish, type Subscribe } from '../../emulators/index.ts'
import type { Report } from './finding.ts'

interface Asked {
  readonly topic: string
  /** What was asked for, until SUBACK says what was granted. */
  qos: number
  /** How often: each time may bring the retained messages once. */
  times: number
}

export class Subscriptions {
  readonly #asked: Asked[] = []
  readonly #retained = new Map<string, number>()

  asks({ subscriptions }: Subscribe): void {
    for (const { topic, qos } of subscriptions) {
      const known = this.#asked.find((a) => a.topic === topic && a.qos === qos)
      if (known === undefined) this.#asked.push({ topic, qos, times: 1 })
      else known.times++
    }
  }

  delivers({ topic, qos, retain, dup }: Publish, report: Report): void {
    const fitting = this.#asked.filter((a) => matches(a.topic, topic))
    if (fitting.length === 0) {
      report('MQTT-3.3.2-3', `topic "${topic}" matches none of the client's filters`)
      return
    }
    const highest = Math.max(...fitting.map((a) => a.qos))
    if (qos > highest) report('MQTT-3.8.4-6', `QoS ${qos} where at most ${highest} was asked for`)
    if (!retain || dup) return
    const times = (this.#retained.get(topic) ?? 0) + 1
    this.#retained.set(topic, times)
    if (times > fitting.reduce((sum, a) => sum + a.times, 0))
      report('MQTT-3.3.1-9', `RETAIN is set, and no new subscription asked for "${topic}"`)
  }
}
