// What MiniMQTT sends of its own accord, and its loop. A publish(qos=1) takes any packet while it
// waits, and knows its PUBACK by the newest packet id, which a publish in a callback moves on.

import { type Program, PythonError, type PyValue, pyAssert } from '../../board.ts'
import { numberText, type PyNumber, real } from '../python/number.ts'
import { integer } from '../python/python.ts'
import { MiniMqttTopics } from './topics.ts'
import {
  byte,
  messageBytes,
  PACKET_LIMIT,
  remainingLength,
  stateError,
  uint16,
  validQos,
  validTopicName,
} from './values.ts'

const PUBLISH = 0x30
const PUBACK = 0x40

const DEFAULT_MESSAGE_LIMIT = 10_000_000

export abstract class MiniMqttMethods extends MiniMqttTopics {
  /** `mqtt_msg`: what publish takes; the will has no such limit. */
  protected messageLimit = DEFAULT_MESSAGE_LIMIT

  /** A will with QoS takes a packet id, which is never sent. */
  willSet(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): void {
    if (this.connectedOnce) throw stateError('Last Will should only be called before connect().')
    const topicBytes = validTopicName(topic)
    const bytes = messageBytes(msg, this.hooks.boolIsInt)
    const level = validQos(qos, this.hooks.boolIsInt)
    this.publishHeader(topicBytes, bytes, retain, level)
    this.will = { topic: topicBytes, msg: bytes, qos: level, retain: integer(retain) }
  }

  usernamePwSet(username: PyValue, password: PyValue): void {
    if (this.connectedOnce) throw stateError('This method must be called before connect().')
    this.username = username
    if (password !== null) this.password = password
  }

  *publish(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): Program<void> {
    this.needConnection()
    const topicBytes = validTopicName(topic)
    const bytes = messageBytes(msg, this.hooks.boolIsInt)
    if (bytes.length > this.messageLimit)
      throw new PythonError('ValueError', `the message is longer than ${this.messageLimit} bytes`)
    const level = validQos(qos, this.hooks.boolIsInt)
    const [fixed, variable] = this.publishHeader(topicBytes, bytes, retain, level)
    yield* this.log(10, () => `PUBLISH to ${topic}, QoS ${level}`)
    yield* this.send(fixed)
    yield* this.send(variable)
    yield* this.send(bytes)
    this.lastSent = yield* this.ticks()
    if (level === 0) yield* this.fire('on_publish', topic, this.pid)
    else if (level === 1) yield* this.waitPuback(topic)
  }

  private publishHeader(
    topic: Uint8Array,
    msg: Uint8Array,
    retain: PyValue,
    qos: number,
  ): readonly [Uint8Array, Uint8Array] {
    const op = byte(PUBLISH | integer(retain) | (qos << 1))
    const pid = qos > 0 ? this.nextPid() : []
    const fixed = Uint8Array.of(op, ...remainingLength(2 + topic.length + pid.length + msg.length))
    return [fixed, Buffer.concat([uint16(topic.length), topic, Uint8Array.from(pid)])]
  }

  /** A callback that publishes in the meantime has moved the id on: the own PUBACK is then a foreign one. */
  private *waitPuback(topic: PyValue): Program<void> {
    const stamp = yield* this.ticks()
    for (;;) {
      const type = yield* this.receivePacket()
      if (type === PUBACK) {
        pyAssert((yield* this.receive(1))[0] === 2)
        const [high, low] = yield* this.receive(2)
        const pid = (high! << 8) | low!
        if (pid === this.pid) {
          yield* this.fire('on_publish', topic, pid)
          return
        }
      }
      if (type === null) yield* this.giveUpAfter(stamp)
    }
  }

  /** With a clean session, newest topic first, QoS 0. What a lost connection had subscribed is forgotten. */
  *reconnect(resubscribe: boolean): Program<number> {
    let topics: PyValue[] = []
    if (this.isConnected()) {
      if (resubscribe) topics = [...this.subscribed]
      yield* this.disconnect()
    }
    const how = { cleanSession: true, host: null, port: null, keepAlive: null, sessionId: this.sessionId }
    const result = yield* this.connect(how)
    if (topics.length > 0) this.subscribed = []
    for (const topic of topics.reverse()) yield* this.subscribe(topic, 0)
    return result
  }

  /** The types of what came, or None. Takes at least `timeout`, and up to one socket timeout more. */
  *loop(timeout: PyValue): Program<number[] | null> {
    if (real(timeout) < real(this.socketTimeout))
      throw new PythonError(
        'ValueError',
        `loop timeout (${numberText(timeout as PyNumber)}) must be >= socket timeout (${numberText(this.socketTimeout)})`,
      )
    this.needConnection()
    const stamp = yield* this.ticks()
    const types: number[] = []
    for (;;) {
      if ((yield* this.secondsSince(this.lastSent)) >= real(this.keepAlive)) {
        types.push(...(yield* this.ping()))
        if ((yield* this.secondsSince(stamp)) > real(timeout)) break
      }
      const type = yield* this.receivePacket()
      if (type !== null) types.push(type)
      if ((yield* this.secondsSince(stamp)) > real(timeout)) break
    }
    return types.length > 0 ? types : null
  }

  setMessageLimit(size: PyValue): void {
    if (real(size) < PACKET_LIMIT) this.messageLimit = real(size)
  }
}
