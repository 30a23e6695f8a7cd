// MiniMQTT's subscriptions. Both methods wait for their own acknowledgement and take nothing but
// PUBLISH meanwhile: a PINGRESP or PUBACK raises, its body still in the stream. Only subscribe has a
// time limit that works; unsubscribe starts its clock anew with every wait.

import { type Program, PyTuple, PythonError, type PyValue, pyAssert } from '../../board.ts'
import { oneByte, typeError } from '../python/python.ts'
import { MiniMqttConnect } from './connect.ts'
import {
  encodeStr,
  mmqttException,
  remainingLength,
  stateError,
  uint16,
  unpackPair,
  validQos,
  validTopic,
} from './values.ts'

const PUBLISH = 0x30
const SUBACK = 0x90
const UNSUBACK = 0xb0

interface Subscription {
  readonly topic: PyValue
  readonly qos: PyValue
}

export abstract class MiniMqttTopics extends MiniMqttConnect {
  *subscribe(topic: PyValue, qos: PyValue): Program<void> {
    this.needConnection()
    const wanted = subscriptions(topic, qos, this.hooks.boolIsInt)
    const topics = wanted.map((one) => encodeStr(one.topic))
    yield* this.log(10, 'SUBSCRIBE')
    yield* this.send(Uint8Array.of(0x82, ...remainingLength(topics.reduce((sum, t) => sum + 3 + t.length, 2))))
    const pid = this.nextPid()
    yield* this.send(pid)
    yield* this.send(
      Buffer.concat(wanted.flatMap(({ qos }, i) => [uint16(topics[i]!.length), topics[i]!, oneByte(qos)])),
    )
    const stamp = yield* this.ticks()
    this.lastSent = stamp
    for (;;) {
      const type = yield* this.receivePacket()
      if (type === null) yield* this.giveUpAfter(stamp)
      else if (type === SUBACK) return yield* this.confirmSubscribed(wanted, pid)
      else if (type !== PUBLISH) throw mmqttException(`invalid message received as response to SUBSCRIBE: ${hex(type)}`)
    }
  }

  private *confirmSubscribed(wanted: readonly Subscription[], pid: Uint8Array): Program<void> {
    const length = yield* this.receiveLength()
    pyAssert(length > 0)
    const id = yield* this.receive(2)
    pyAssert(id[0] === pid[0] && id[1] === pid[1])
    for (const [i, code] of (yield* this.receive(length - 2)).entries()) {
      if (code <= 2) continue
      const refused = wanted[i]
      if (refused === undefined) throw new PythonError('IndexError', 'list index out of range')
      throw mmqttException(`SUBACK Failure for topic ${refused.topic}: ${hex(code)}`)
    }
    for (const { topic, qos } of wanted) {
      yield* this.fire('on_subscribe', topic, qos) // the QoS that was asked for, not the granted one
      this.subscribed.push(topic)
    }
  }

  /** Does not look whether there is a connection; what is not subscribed raises before that matters. */
  *unsubscribe(topic: PyValue): Program<void> {
    const topics = typeof topic === 'string' ? [topic] : isList(topic) ? topic : null
    const encoded = topics?.map(validTopic) ?? []
    if (topics === null) throw typeError('a str or a list is wanted')
    for (const one of topics)
      if (!this.subscribed.includes(one)) throw stateError('Topic must be subscribed to before attempting unsubscribe.')
    yield* this.log(10, 'UNSUBSCRIBE')
    yield* this.send(Uint8Array.of(0xa2, ...remainingLength(encoded.reduce((sum, t) => sum + 2 + t.length, 2))))
    const pid = this.nextPid()
    yield* this.send(pid)
    yield* this.send(Buffer.concat(encoded.flatMap((one) => [uint16(one.length), one])))
    this.lastSent = yield* this.ticks()
    for (;;) {
      const stamp = yield* this.ticks() // taken anew each time, so the limit is never reached
      const type = yield* this.receivePacket()
      if (type === null) yield* this.giveUpAfter(stamp)
      else if (type === UNSUBACK) return yield* this.confirmUnsubscribed(topics, pid)
      else if (type !== PUBLISH)
        throw mmqttException(`invalid message received as response to UNSUBSCRIBE: ${hex(type)}`)
    }
  }

  private *confirmUnsubscribed(topics: readonly PyValue[], pid: Uint8Array): Program<void> {
    const ack = yield* this.receive(3)
    pyAssert(ack[0] === 2)
    pyAssert(ack[1] === pid[0] && ack[2] === pid[1])
    for (const topic of topics) {
      yield* this.fire('on_unsubscribe', topic, this.pid)
      const at = this.subscribed.indexOf(topic)
      if (at < 0) throw new PythonError('ValueError', 'list.remove(x): x not in list')
      this.subscribed.splice(at, 1)
    }
  }

  protected nextPid(): Uint8Array {
    this.pid = this.pid < 0xffff ? this.pid + 1 : 1
    return uint16(this.pid)
  }
}

/** A str with the QoS beside it, a tuple of the two, or a list of such tuples. */
function subscriptions(topic: PyValue, qos: PyValue, boolIsInt: boolean | undefined): readonly Subscription[] {
  if (isList(topic))
    return topic.map((one) => {
      const [name, level] = unpackPair(one)
      validQos(level, boolIsInt)
      validTopic(name)
      return { topic: name, qos: level }
    })
  const [name, level] = topic instanceof PyTuple ? unpackPair(topic) : [topic, qos]
  if (topic instanceof PyTuple || typeof name === 'string') {
    validTopic(name)
    validQos(level, boolIsInt)
  }
  if (typeof name !== 'string') throw typeError('a str, a tuple or a list is wanted')
  return [{ topic: name, qos: level }]
}

const isList = (value: PyValue): value is readonly PyValue[] => Array.isArray(value) && !(value instanceof PyTuple)

const hex = (n: number): string => `0x${n.toString(16)}`
