// The harness's own MQTT client. It subscribes at QoS 2 before the first step, straight at the
// broker and not through a link, and records what any other subscriber would have got.

import type { IPublishPacket, MqttClient } from 'mqtt'
import { Problem, type Properties } from '../../emulators/index.ts'
import { type Broker, refusalOf } from '../brokers/index.ts'
import type { Recorder } from '../evidence/index.ts'
import { accessTo, connected } from './access.ts'
import { loadMqttJs } from './mqtt-js.ts'
import { PropertiesTap } from './properties-tap.ts'

const CONNECT_LIMIT_MS = 5000

type Connect = Awaited<ReturnType<typeof loadMqttJs>>['connect']

/** Loads what an observer connects by. A run in virtual time has it loaded before, so that it takes its timers from the real world. */
export async function prepareObserver(filters: readonly string[]): Promise<void> {
  if (filters.length > 0) await loadMqttJs()
}

export class Observer implements AsyncDisposable {
  readonly #broker: Broker
  readonly #filters: readonly string[]
  readonly #recorder: Recorder
  readonly #onLost: (problem: Problem) => void
  /** MQTT 5, as long as the broker has not refused it. */
  #wants5: boolean
  #client: MqttClient | null = null
  /** The client whose end is no surprise. */
  #leaving: MqttClient | null = null

  /** `onLost`: without it nobody sees messages, and a `never` would pass for the wrong reason. */
  constructor(
    broker: Broker,
    filters: readonly string[],
    recorder: Recorder,
    onLost: (problem: Problem) => void = () => {},
    wants5 = false,
  ) {
    this.#broker = broker
    this.#filters = filters
    this.#recorder = recorder
    this.#onLost = onLost
    this.#wants5 = wants5 && broker.protocols?.includes(5) !== false
  }

  /** Whether its messages have properties; false also before `subscribe` has resolved for a broker that has no MQTT 5. */
  get speaks5(): boolean {
    return this.#wants5
  }

  /** The broker is about to be stopped: it is allowed to go. */
  away(): void {
    this.#leaving = this.#client
  }

  /** Resolves when the subscriptions are granted. After a restart of the broker, call it again. */
  async subscribe(): Promise<void> {
    if (this.#filters.length === 0) return
    this.#client?.end(true)
    try {
      const { client, tap } = await this.#connect()
      client.on('message', (_topic, _payload, packet) => this.#record(packet, tap?.of(packet)))
      await granted(client, this.#filters)
      client.once('close', () => this.#lost(client, 'the broker closed its connection'))
      client.once('error', (error) => this.#lost(client, error.message))
    } catch (cause) {
      const refusal = await refusalOf(this.#broker, 'the observer', cause)
      throw (
        refusal ??
        new Problem('broker/no-observer', `the observer cannot subscribe: ${(cause as Error).message}`, {
          hint: 'observer: false runs without it, observer: [FILTER, …] subscribes to less than #',
          cause,
        })
      )
    }
  }

  /** In MQTT 5 where it is wanted and the broker has it; who does not say whether it has is asked. */
  async #connect(): Promise<{ readonly client: MqttClient; readonly tap: PropertiesTap | null }> {
    const { connect } = await loadMqttJs()
    if (this.#wants5) {
      const five = this.#open(connect, 5)
      const tap = new PropertiesTap(five)
      try {
        await connected(five)
        return { client: five, tap }
      } catch (error) {
        if (this.#broker.protocols?.includes(5) === true) throw error
        five.end(true)
        this.#wants5 = false
      }
    }
    const client = this.#open(connect, 4)
    await connected(client)
    return { client, tap: null }
  }

  #open(connect: Connect, protocolVersion: 4 | 5): MqttClient {
    const client = connect({
      ...accessTo(this.#broker),
      protocolVersion,
      clean: true,
      clientId: `hil-observer-${Math.random().toString(36).slice(2, 10)}`,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_LIMIT_MS,
      resubscribe: false,
    })
    this.#client = client
    client.on('error', () => {}) // a broker that dies is the broker's event, not the observer's
    return client
  }

  #lost(client: MqttClient, why: string): void {
    if (this.#client !== client || this.#leaving === client) return
    this.#onLost(
      new Problem('broker/observer-lost', `the observer was lost: ${why}`, {
        hint: "it saw no message from then on; the broker's log may say more",
      }),
    )
  }

  #record(packet: IPublishPacket, properties: Properties | undefined): void {
    this.#recorder.record({
      kind: 'message',
      topic: packet.topic,
      payload: Uint8Array.from(Buffer.from(packet.payload)),
      qos: packet.qos,
      retain: packet.retain,
      dup: packet.dup,
      ...(properties === undefined ? {} : { properties }),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = this.#client
    this.#client = null
    if (client === null) return
    await client.endAsync(true)
  }
}

async function granted(client: MqttClient, filters: readonly string[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no SUBACK for ${CONNECT_LIMIT_MS / 1000} s`)), CONNECT_LIMIT_MS)
  })
  try {
    const grants = await Promise.race([client.subscribeAsync([...filters], { qos: 2 }), late])
    const refused = grants.find((grant) => grant.qos > 2)
    if (refused !== undefined) throw new Error(`the broker refused the subscription to ${refused.topic}`)
  } finally {
    clearTimeout(timer)
  }
}
