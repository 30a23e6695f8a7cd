// Publishing and subscribing. Whatever has an id goes through the outbox, and is written by the task of whoever calls.

import type { Program, PyValue } from '../../board.ts'
import { cString, int, pointer } from './c.ts'
import { sized } from './config.ts'
import { PUBLISH, publish, publishWithoutId, SUBSCRIBE, subscribe, UNSUBSCRIBE, unsubscribe } from './message.ts'
import { publish5, subscribe5, unsubscribe5 } from './message5.ts'
import { EspTask } from './task.ts'

const NOTHING = new Uint8Array()

interface Payload {
  readonly data: Uint8Array | null
  readonly length: number
}

/** No length: that of the string. */
function payloadOf(data: PyValue, length: number): Payload {
  if (data === null) return { data: null, length }
  const bytes = length <= 0 ? cString(data)! : sized(pointer(data)!, length)
  return { data: bytes, length: bytes.length }
}

export abstract class EspPublish extends EspTask {
  /** The id, 0 for QoS 0, -1, or -2 when the outbox is full. */
  protected *publish(topic: PyValue, data: PyValue, length: number, qos: number, retain: number): Program<number> {
    if (this.build.skipsPublishIfDisconnected && this.state !== 'CONNECTED') return -1
    yield* this.apiLock.take()
    const result = yield* this.#publish(cString(topic), payloadOf(data, length), qos, retain)
    yield* this.apiLock.give()
    return result
  }

  *#publish(topic: Uint8Array | null, payload: Payload, qos: number, retain: number): Program<number> {
    if (!this.#brokerTakes(qos, retain)) return -1
    if (qos > 0 && this.#isFull(payload.length)) return -2
    const id = yield* this.#enqueue(topic, payload, qos, retain, false)
    if (id < 0) return -1
    if (this.state !== 'CONNECTED') {
      // Nothing is sent; what has an id waits for the task.
      this.out.fragmentedTotal = 0
      return qos > 0 ? id : -1
    }
    if (qos > 0 && this.version.isNew && !this.mayFly()) {
      this.out.fragmentedTotal = 0
      return id
    }
    if (!(yield* this.#sendFragments(payload.data ?? NOTHING))) {
      yield* this.abortConnection()
      this.out.fragmentedTotal = 0
      return -1
    }
    if (qos > 0) {
      if (this.mqtt5 !== null) this.mqtt5.inFlight++
      this.outbox.setTick(id, yield* this.tick())
      this.outbox.setPending(id, 'TRANSMITTED')
    }
    return id
  }

  /** The packet that was built, and, when it is only the beginning, the rest of the payload a buffer at a time. */
  *#sendFragments(data: Uint8Array): Program<boolean> {
    const { out } = this
    if (!(yield* this.write(out.data))) return false
    let at = out.data.length - out.fragmentedOffset
    out.fragmentedOffset = 0
    out.fragmentedTotal = 0
    while (at < data.length) {
      const piece = data.subarray(at, at + out.length)
      if (!(yield* this.write(piece))) return false
      at += piece.length
    }
    return true
  }

  protected *enqueuePublish(
    topic: PyValue,
    data: PyValue,
    length: number,
    qos: number,
    retain: number,
    store: boolean,
  ): Program<number> {
    const payload = payloadOf(data, length)
    if (this.#isFull(payload.length)) return -2
    yield* this.apiLock.take()
    const id = this.#brokerTakes(qos, retain) ? yield* this.#enqueue(cString(topic), payload, qos, retain, store) : -1
    yield* this.apiLock.give()
    return id === 0 && !store ? -1 : id
  }

  /** Builds the packet, and puts it into the outbox when it is to stay. */
  *#enqueue(
    topic: Uint8Array | null,
    { data, length }: Payload,
    qos: number,
    retain: number,
    store: boolean,
  ): Program<number> {
    const { mqtt5, out } = this
    const message = { topic, data, length, qos, retain }
    let id = 0
    if (mqtt5 === null && qos <= 0) {
      if (!out.attempt(publishWithoutId, message)) return -1
    } else {
      const built = yield* out.build(function* () {
        id =
          mqtt5 === null
            ? yield* publish(out, message)
            : yield* publish5(out, message, mqtt5.publish, mqtt5.server.response_info)
      })
      if (!built) return -1
    }
    if (mqtt5 !== null) mqtt5.publish = null
    if (qos <= 0 && !store) return id
    this.pendingMsgType = PUBLISH
    this.pendingMsgId = id
    this.pendingPublishQos = qos
    const first = out.fragmentedTotal === 0 ? length : out.data.length - out.fragmentedOffset
    yield* this.enqueue((data ?? NOTHING).subarray(first))
    out.fragmentedTotal = 0
    return id
  }

  protected *subscribe(topics: readonly (readonly PyValue[])[]): Program<number> {
    const { outboxLimit } = this.config
    if (outboxLimit > 0 && this.outbox.size > outboxLimit) return -2
    if (this.state !== 'CONNECTED') return -1
    yield* this.apiLock.take()
    const list = topics.map(([filter, qos]) => ({ filter: cString(filter) ?? NOTHING, qos: int(qos) }))
    const { mqtt5, out } = this
    let id = -1
    if (mqtt5 === null) {
      yield* out.build(function* () {
        id = yield* subscribe(out, list)
      })
    } else if (Math.max(...list.map(({ qos }) => qos)) <= mqtt5.server.max_qos) {
      yield* out.build(function* () {
        id = yield* subscribe5(out, list, mqtt5.subscribe)
      })
      if (id >= 0) mqtt5.subscribe = null
    }
    const result = id < 0 ? -1 : yield* this.#request(SUBSCRIBE, id)
    yield* this.apiLock.give()
    return result
  }

  protected *unsubscribe(topic: PyValue): Program<number> {
    if (this.state !== 'CONNECTED') return -1
    yield* this.apiLock.take()
    const { mqtt5, out } = this
    const filter = cString(topic)
    let id = -1
    yield* out.build(function* () {
      id = mqtt5 === null ? yield* unsubscribe(out, filter) : yield* unsubscribe5(out, filter, mqtt5.unsubscribe)
    })
    if (id >= 0 && mqtt5 !== null) mqtt5.unsubscribe = null
    const result = id < 0 ? -1 : yield* this.#request(UNSUBSCRIBE, id)
    yield* this.apiLock.give()
    return result
  }

  /** A write that fails leaves it in the outbox, and the connection as it is. */
  *#request(type: number, id: number): Program<number> {
    this.pendingMsgId = id
    this.pendingMsgType = type
    yield* this.enqueue(NOTHING)
    this.outbox.setPending(id, 'TRANSMITTED')
    return (yield* this.write(this.out.data)) ? id : -1
  }

  /** MQTT 5: what the broker says of QoS and retained messages; before 1.1.0 also how many may be in flight. */
  #brokerTakes(qos: number, retain: number): boolean {
    const { mqtt5 } = this
    if (mqtt5 === null) return true
    const { server } = mqtt5
    if (!this.version.isNew && mqtt5.inFlight > server.receive_maximum) return false
    return qos <= server.max_qos && (server.retain_available || retain === 0)
  }

  #isFull(length: number): boolean {
    const { outboxLimit } = this.config
    return outboxLimit > 0 && length + this.outbox.size > outboxLimit
  }
}
