// A client that the broker's author did not write: mqtt-packet makes its packets and reads the broker's, over a wire
// without a network, by a clock that the test moves.

import mqttPacket, { type Packet as Generated } from 'mqtt-packet'
import { milliseconds, seconds, VirtualClock } from '../core/time.ts'
import { SmallBroker } from './broker.ts'
import type { Peer } from './peer.ts'
import type { BrokerSettings } from './settings.ts'

/** What mqtt-packet reads; its types know one packet at a time. */
// biome-ignore lint/suspicious/noExplicitAny: mqtt-packet's own fields, of any packet
export type Read = any

export class Bench {
  readonly clock = new VirtualClock()
  readonly broker: SmallBroker

  constructor(settings: Partial<BrokerSettings> = {}) {
    this.broker = new SmallBroker(this.clock, settings)
  }

  /** Seconds pass. */
  wait(count: number): void {
    this.clock.advance(seconds(count))
  }

  waitMs(count: number): void {
    this.clock.advance(milliseconds(count))
  }

  /** A connection; CONNECT is sent when `clientId` is given, of MQTT 5 when nothing else is said. */
  client(clientId?: string, fields: object = {}): TestClient {
    const client = new TestClient(this.broker)
    if (clientId !== undefined)
      client.send({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        clean: true,
        keepalive: 0,
        clientId,
        ...fields,
      })
    return client
  }
}

export class TestClient {
  /** What came and was not looked at yet. */
  readonly inbox: Read[] = []
  /** How the broker ended the connection. */
  ended: 'fin' | 'reset' | null = null
  level = 5
  readonly #peer: Peer
  #parser = mqttPacket.parser({ protocolVersion: 5 })

  constructor(broker: SmallBroker) {
    this.#peer = broker.handle({
      write: (bytes) => void this.#parser.parse(Buffer.from(bytes)),
      end: () => {
        this.ended = 'fin'
      },
      reset: () => {
        this.ended = 'reset'
      },
    })
    this.#listen()
  }

  #listen(): void {
    this.#parser.on('packet', (packet) => this.inbox.push(packet))
    this.#parser.on('error', (error: Error) => this.inbox.push({ cmd: 'error', error }))
  }

  send(packet: { readonly cmd: string; readonly protocolVersion?: number; readonly [field: string]: unknown }): void {
    if (packet.cmd === 'connect' && packet.protocolVersion !== 5) {
      this.level = packet.protocolVersion ?? 4
      this.#parser = mqttPacket.parser({ protocolVersion: this.level })
      this.#listen()
    }
    this.bytes(mqttPacket.generate(packet as unknown as Generated, { protocolVersion: this.level }))
  }

  bytes(bytes: Uint8Array | string): void {
    this.#peer.data(typeof bytes === 'string' ? Buffer.from(bytes.replace(/\s/g, ''), 'hex') : bytes)
  }

  /** RST. */
  cut(): void {
    this.#peer.closed('reset')
  }

  /** What came since, in order. */
  take(): Read[] {
    return this.inbox.splice(0)
  }

  /** The one packet that came since. Throws when there is another number. */
  one(): Read {
    const all = this.take()
    if (all.length !== 1) throw new Error(`expected one packet, got ${JSON.stringify(all)}`)
    return all[0]
  }

  subscribe(topic: string, options: object = {}, properties?: object): Read {
    const subscriptions = [{ topic, qos: 0, ...options }]
    this.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions,
      ...(properties === undefined ? {} : { properties }),
    })
    return this.take()
  }

  publish(topic: string, payload: string, fields: object = {}): void {
    this.send({
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos: 0,
      retain: false,
      dup: false,
      ...fields,
    })
  }
}

/** Texts of the messages among packets. */
export const payloads = (packets: readonly Read[]): string[] =>
  packets.filter(({ cmd }) => cmd === 'publish').map(({ payload }) => String(payload))
