// What a session has subscribed to in MQTT 5, and what of it a delivery may be: topic, QoS, identifiers, RETAIN.

import {
  FIRST_ERROR,
  matches,
  onlyValue,
  type Publish,
  type Suback,
  type Subscribe,
  sharedSubscription,
} from '../../../emulators/index.ts'
import type { Report } from '../finding.ts'
import { MQTT5 } from '../statements.ts'

interface Subscribed {
  readonly request: Subscribe
  readonly filter: string
  /** What SUBSCRIBE asks for until SUBACK has granted; null: it was refused. */
  most: number | null
  readonly identifier: number | undefined
  readonly keepsRetain: boolean
  /** Retained messages may come because of it. */
  readonly asksRetained: boolean
}

export class Subscriptions5 {
  readonly #all: Subscribed[] = []
  readonly #retained = new Map<string, number>()

  asks(request: Subscribe): void {
    const identifier = onlyValue(request.properties?.subscriptionIdentifier)
    for (const { topic, qos, retainAsPublished = false, retainHandling = 0 } of request.subscriptions)
      this.#all.push({
        request,
        filter: topic,
        most: qos,
        identifier,
        keepsRetain: retainAsPublished,
        asksRetained: retainHandling < 2 && sharedSubscription(topic) === null,
      })
  }

  granted(request: Subscribe, { granted }: Suback): void {
    if (granted.length !== request.subscriptions.length) return
    for (const [k, subscribed] of this.#all.filter((s) => s.request === request).entries())
      subscribed.most = granted[k]! >= FIRST_ERROR ? null : granted[k]!
  }

  /** Also what was unsubscribed since may be on its way. */
  delivers({ qos, retain, dup, properties }: Publish, topic: string, report: Report): void {
    const fitting = this.#all.filter((s) => s.most !== null && selects(s.filter, topic))
    if (fitting.length === 0) {
      const refused = this.#all.some((s) => selects(s.filter, topic))
      const what = refused ? 'only filters that were refused' : "none of the client's filters"
      return report(MQTT5.notSubscribed, `topic "${topic}" matches ${what}`)
    }
    const most = Math.max(...fitting.map((s) => s.most!))
    if (qos > most) report(MQTT5.aboveGranted, `QoS ${qos} where at most ${most} was granted`)
    this.#identifiers(fitting, properties?.subscriptionIdentifier ?? [], topic, report)
    if (retain && !dup) this.#retains(fitting, topic, report)
  }

  #identifiers(fitting: readonly Subscribed[], given: readonly number[], topic: string, report: Report): void {
    const foreign = given.find((one) => !fitting.some((s) => s.identifier === one))
    if (foreign !== undefined)
      report('MQTT-3.3.4-5', `subscription identifier ${foreign} is that of no subscription which matches "${topic}"`)
    if (given.length === 0 && fitting.every((s) => s.identifier !== undefined))
      report('MQTT-3.3.4-3', `no subscription identifier, and each subscription that matches "${topic}" has one`)
  }

  #retains(fitting: readonly Subscribed[], topic: string, report: Report): void {
    if (fitting.some((s) => s.keepsRetain)) return
    const times = (this.#retained.get(topic) ?? 0) + 1
    this.#retained.set(topic, times)
    const asked = fitting.filter((s) => s.asksRetained).length
    if (times > asked)
      report(
        asked === 0 ? 'MQTT-3.3.1-11' : 'MQTT-3.3.1-12',
        `RETAIN is set, and no subscription asks for ${asked === 0 ? 'retained messages' : 'it'} on "${topic}"`,
      )
  }
}

const selects = (filter: string, topic: string): boolean => matches(sharedSubscription(filter)?.filter ?? filter, topic)
