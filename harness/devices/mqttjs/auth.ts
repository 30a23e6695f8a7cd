// Enhanced authentication of MQTT.js: it asks its `handleAuth` for the answer to an AUTH, which a step gives.

import type { MqttClient, PacketCallback } from 'mqtt'
import type { IAuthPacket } from 'mqtt-packet'

type Answer = PacketCallback

const CONTINUE = 0x18

export class Authenticator {
  /** An AUTH of the broker that waits for its answer. */
  #asked: Answer | null = null
  #waiting: ((answer: Answer) => void) | null = null

  /** @param tell called for each AUTH that comes, with its reason code */
  constructor(client: MqttClient, tell: (code: number) => void) {
    client.handleAuth = (packet: IAuthPacket, callback: Answer) => {
      const { reasonCode } = packet
      tell(reasonCode)
      if (reasonCode !== CONTINUE) callback()
      else if (this.#waiting === null) this.#asked = callback
      else {
        this.#waiting(callback)
        this.#waiting = null
      }
    }
  }

  /** Answers the AUTH that came last, or the next one. */
  async answer(packet: IAuthPacket): Promise<void> {
    const callback =
      this.#asked ??
      (await new Promise<Answer>((resolve) => {
        this.#waiting = resolve
      }))
    this.#asked = null
    callback(undefined, packet)
  }
}
