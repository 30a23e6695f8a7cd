// The harness's own MQTT client. It subscribes at QoS 2 before the first step, straight at the
// broker and not through a link, and records what any other subscriber would have got.

import { connectAsync, type IPublishPacket, type MqttClient } from 'mqtt'
import { Problem } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import type { Recorder } from '../evidence/index.ts'

const CONNECT_PATIENCE_MS = 5000

export class Observer implements AsyncDisposable {
  readonly #broker: Broker
  readonly #filters: readonly string[]
  readonly #recorder: Recorder
  #client: MqttClient | null = null

  constructor(broker: Broker, filters: readonly string[], recorder: Recorder) {
    this.#broker = broker
    this.#filters = filters
    this.#recorder = recorder
  }

  /** Resolves when the subscriptions are granted. After a restart of the broker, call it again. */
  async subscribe(): Promise<void> {
    if (this.#filters.length === 0) return
    this.#client?.end(true)
    try {
      const client = await connectAsync({
        host: this.#broker.host,
        port: this.#broker.port,
        ...(this.#broker.credentials ?? {}),
        protocolVersion: 4,
        clean: true,
        clientId: `hil-observer-${Math.random().toString(36).slice(2, 10)}`,
        reconnectPeriod: 0,
        connectTimeout: CONNECT_PATIENCE_MS,
        resubscribe: false,
      })
      this.#client = client
      client.on('error', () => {}) // a broker that dies is the broker's event, not the observer's
      client.on('message', (_topic, _payload, packet) => this.#record(packet))
      const grants = await client.subscribeAsync([...this.#filters], { qos: 2 })
      const refused = grants.find((grant) => grant.qos > 2)
      if (refused !== undefined) throw new Error(`the broker refused the subscription to ${refused.topic}`)
    } catch (cause) {
      throw new Problem('broker/no-observer', `the observer cannot subscribe: ${(cause as Error).message}`, {
        hint: 'observer: false runs without it, observer: [FILTER, …] subscribes to less than #',
        cause,
      })
    }
  }

  #record(packet: IPublishPacket): void {
    this.#recorder.record({
      kind: 'message',
      topic: packet.topic,
      payload: Uint8Array.from(Buffer.from(packet.payload)),
      qos: packet.qos,
      retain: packet.retain,
      dup: packet.dup,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = this.#client
    this.#client = null
    if (client === null) return
    await client.endAsync(true)
  }
}
