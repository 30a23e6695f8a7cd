// The properties of the messages that MQTT.js receives, as they came: MQTT.js itself keeps user properties in a map and
// forgets their order. It reads along on the same stream.

import type { IPublishPacket, MqttClient } from 'mqtt'
import { Decoder, Dialect, NO_PROPERTIES, type Properties } from '../../emulators/index.ts'

export class PropertiesTap {
  readonly #decoder: Decoder
  /** Of packets that came and that MQTT.js has not looked at yet, in order. */
  readonly #came: Properties[] = []
  readonly #byPacket = new WeakMap<object, Properties>()
  /** A message of QoS 2 is told only with its PUBREL, perhaps as another object. */
  readonly #byId = new Map<number, Properties>()

  /** From its first byte on: the client must just have been made. */
  constructor(client: MqttClient) {
    const dialect = new Dialect()
    dialect.level = 5
    this.#decoder = new Decoder(dialect)
    client.stream.prependListener('data', (chunk: Uint8Array) => this.#read(chunk))
    client.prependListener('packetreceive', (packet) => {
      if (packet.cmd !== 'publish') return
      const properties = this.#came.shift() ?? NO_PROPERTIES
      this.#byPacket.set(packet, properties)
      if (packet.qos === 2 && packet.messageId !== undefined) this.#byId.set(packet.messageId, properties)
    })
  }

  of(packet: IPublishPacket): Properties {
    const own = this.#byPacket.get(packet)
    if (own !== undefined) return own
    return (packet.messageId === undefined ? undefined : this.#byId.get(packet.messageId)) ?? NO_PROPERTIES
  }

  #read(chunk: Uint8Array): void {
    for (const { packet } of this.#decoder.push(chunk)) {
      if (packet.type === 'publish') this.#came.push(packet.properties ?? NO_PROPERTIES)
      // MQTT.js hangs up on what it cannot read, and its own parser may read it all the same.
      else if (packet.type === 'malformed' && packet.claims === 'publish') this.#came.push(NO_PROPERTIES)
    }
  }
}
