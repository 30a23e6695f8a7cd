// A device that keeps a contract: it measures, publishes, keeps what it has measured while it is offline, and comes back by
// itself. `node device.mjs HOST PORT` is its program; its promises are in device.contract.yaml, in the same words.

import { connect as connectTcp } from 'node:net'
import { fileURLToPath } from 'node:url'

/** What it promises; all times in ms. */
export const PROMISES = {
  clientId: 'dut',
  keepalive: 2000,
  backoff: { base: 500, factor: 2, step: 0, cap: 4000, jitter: 0.2, first: 100, anew: 'connack' },
  limits: { connack: 1000, pingresp: 800 },
  subscribes: [
    { topic: 'dut/command', qos: 1 },
    { topic: 'dut/config', qos: 0 },
  ],
  again: { present: 'none', lost: 'all' },
  publishes: { topic: 'dut/measured', every: 1000, qos: 1 },
  offline: { keeps: 5, drops: 'oldest' },
  published: 'puback',
  early: 'nothing',
  refused: { 1: 'stop', 2: 'stop', 3: 'retry', 4: 'stop', 5: 'retry' },
  many: { code: 5, after: 4, does: 'rest', rest: 6000 },
}

const [CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, PINGRESP] = [1, 2, 3, 4, 8, 12, 13]

const text = (value) => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}
const number = (value) => Buffer.from([value >> 8, value & 255])

/** The body is below 128 bytes. */
const packet = (type, flags, ...parts) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([(type << 4) | flags, body.length]), body])
}

export class Device {
  /** Attempts since the back-off began anew, and refusals in a row of the code that is many. */
  attempts = 0
  refusals = 0
  /** Messages that are not acknowledged, the oldest first; `id` of those that were sent on this connection. */
  outbox = []
  measured = 0
  socket = null
  online = false
  #packetId = 0
  #timers = new Map()

  /** `connect` gives a stream that emits `connect`; `log` writes a line to the console; `random` gives a float in [0, 1). */
  constructor({ connect, log, random }, promises = PROMISES) {
    this.connect = connect
    this.log = log
    this.random = random
    this.promises = promises
  }

  start() {
    this.open()
    this.#timers.set(
      'beat',
      setInterval(() => this.measure(), this.promises.publishes.every),
    )
  }

  stop() {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.socket?.destroy()
  }

  later(name, ms, act) {
    this.cancel(name)
    const fire = () => {
      this.#timers.delete(name)
      act()
    }
    this.#timers.set(name, setTimeout(fire, ms))
  }

  cancel(name) {
    clearTimeout(this.#timers.get(name))
    this.#timers.delete(name)
  }

  // ——— The connection

  open() {
    const socket = this.connect()
    this.socket = socket
    let rest = Buffer.alloc(0)
    socket.on('connect', () => {
      this.settled('tcp')
      socket.write(this.hello())
      this.early()
      if (this.promises.limits.connack > 0) this.later('connack', this.promises.limits.connack, () => socket.destroy())
    })
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 2 && rest.length >= 2 + rest[1] && socket === this.socket) {
        const [head, length] = rest
        const body = rest.subarray(2, 2 + length)
        rest = rest.subarray(2 + length)
        this.take(head >> 4, (head >> 1) & 3, body)
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => socket === this.socket && this.lost())
  }

  hello() {
    const { clientId, keepalive } = this.promises
    return packet(CONNECT, 0, text('MQTT'), Buffer.from([4, 0]), number(Math.ceil(keepalive / 1000)), text(clientId))
  }

  /** What it sends before CONNACK. */
  early() {}

  lost() {
    for (const name of ['connack', 'ping', 'pingresp']) this.cancel(name)
    const wasOnline = this.online
    this.online = false
    this.socket = null
    for (const message of this.outbox) message.id = undefined
    if (wasOnline) this.later('open', this.first(), () => this.open())
    else if (!this.#timers.has('open')) this.later('open', this.wait(), () => this.open())
  }

  first() {
    return this.vary(this.promises.backoff.first)
  }

  /** After an attempt that failed. */
  wait() {
    const { base, factor, step, cap } = this.promises.backoff
    const wait = Math.min(cap, base * factor ** this.attempts + step * this.attempts)
    this.attempts++
    return this.vary(wait)
  }

  vary(wait) {
    return wait * (1 + this.promises.backoff.jitter * (2 * this.random() - 1))
  }

  settled(what) {
    if (what === this.promises.backoff.anew) this.attempts = 0
  }

  // ——— What comes

  take(type, qos, body) {
    if (type === CONNACK) return body[1] === 0 ? this.welcome(body[0] === 1) : this.refused(body[1])
    if (type === PUBACK) return this.acknowledged(body.readUInt16BE())
    if (type === PINGRESP) return this.cancel('pingresp')
    if (type !== PUBLISH) return
    const topic = body.subarray(2, 2 + body.readUInt16BE()).toString()
    const at = 2 + body.readUInt16BE()
    if (qos === 1) this.socket.write(packet(PUBACK, 0, body.subarray(at, at + 2)))
    this.log(`message ${topic}`)
  }

  welcome(sessionPresent) {
    this.cancel('connack')
    this.online = true
    this.refusals = 0
    this.settled('connack')
    if (this.promises.again[sessionPresent ? 'present' : 'lost'] === 'all') this.subscribe(this.promises.subscribes)
    this.drain()
    this.keepAlive()
  }

  subscribe(to) {
    const filters = to.map(({ topic, qos }) => Buffer.concat([text(topic), Buffer.from([qos])]))
    this.socket.write(packet(SUBSCRIBE, 2, number(this.nextId()), ...filters))
  }

  refused(code) {
    this.cancel('connack')
    const { many, refused } = this.promises
    this.refusals = code === many?.code ? this.refusals + 1 : 0
    if (refused[code] === 'stop') this.cease()
    else if (this.refusals >= many?.after) this.tired()
    this.socket.destroy()
  }

  /** For good. */
  cease() {
    this.later('open', 2 ** 31 - 1, () => {})
  }

  tired() {
    const { does, rest } = this.promises.many
    this.refusals = 0
    this.attempts = 0
    if (does === 'stop') this.cease()
    else this.later('open', rest, () => this.open())
  }

  keepAlive() {
    this.later('ping', this.promises.keepalive, () => {
      this.socket.write(packet(PINGREQ, 0))
      const { pingresp } = this.promises.limits
      if (pingresp > 0) this.later('pingresp', pingresp, () => this.socket?.destroy())
      this.keepAlive()
    })
  }

  // ——— What goes

  measure() {
    this.measured++
    this.outbox.push({ payload: String(this.measured), id: undefined })
    if (this.online) this.drain()
    else this.keep()
  }

  /** While it is offline. */
  keep() {
    const { keeps, drops } = this.promises.offline
    while (this.outbox.length > keeps) this.outbox.splice(drops === 'oldest' ? 0 : -1, 1)
  }

  drain() {
    const { qos } = this.promises.publishes
    for (const message of this.outbox.filter(({ id }) => id === undefined)) {
      message.id = this.nextId()
      this.send(message)
      if (this.promises.published === 'sent') this.say(message)
    }
    if (qos === 0) this.outbox = []
  }

  send({ payload, id }) {
    const { topic, qos } = this.promises.publishes
    this.socket.write(
      packet(PUBLISH, qos << 1, text(topic), qos === 0 ? Buffer.alloc(0) : number(id), Buffer.from(payload)),
    )
  }

  acknowledged(id) {
    const message = this.outbox.find((one) => one.id === id)
    if (message === undefined) return
    this.outbox.splice(this.outbox.indexOf(message), 1)
    if (this.promises.published === 'puback') this.say(message)
  }

  say({ payload }) {
    this.log(`published ${payload}`)
  }

  nextId() {
    this.#packetId = (this.#packetId % 65535) + 1
    return this.#packetId
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , host = 'localhost', port = '1883'] = process.argv
  new Device({
    connect: () => connectTcp(Number(port), host),
    log: (line) => console.log(line),
    random: Math.random,
  }).start()
}
