// The raw device at work. It holds one TCP connection at a time; packet ids go on from one connection to the next
// and begin at 1 when it boots. It never retries, never resends, and answers only what `auto` names.

import {
  Decoder,
  type Network,
  osError,
  Problem,
  PythonError,
  type PyValue,
  promptNetworkTrusting,
} from '../../../emulators/index.ts'
import type { PlainValue } from '../../evidence/index.ts'
import { encodePacket, type PacketFields, type SentProperties } from '../../packets/index.ts'
import { CallRecorder } from '../calls.ts'
import type { Device, GeneralCall } from '../device.ts'
import type { DeviceContext } from '../kind.ts'
import { linkedNetwork, recordRefusal } from '../network/linked-network.ts'
import { type WebNetwork, webNetwork } from '../network/web-network.ts'
import { type AnswerType, answerTo, bodyOf, keepAliveOf, Pinger } from './answers.ts'
import { RawConnection } from './connection.ts'
import { segmentsOf } from './segments.ts'

export interface RawSettings extends DeviceContext {
  /** The CONNECT that the verb `connect` sends. */
  readonly connect: PacketFields
  readonly auto: ReadonlySet<AnswerType>
  /** What it offers where its link is a WebSocket; default: mqtt. */
  readonly subprotocols?: readonly string[]
}

const CONNACK = 2
const LAST_ID = 65_535

export function rawDevice(settings: RawSettings): Device {
  const calls = new CallRecorder(settings)
  const socket = new RawSocket(settings)
  const { name, recorder } = settings
  let on = false

  const boot = (): void => {
    on = true
    socket.forget()
    recorder.record({ kind: 'device', device: name, change: 'boot' })
  }
  const stop = (how: 'power' | 'reset', change: 'off' | 'reset'): void => {
    on = false
    socket.vanish(how)
    recorder.record({ kind: 'device', device: name, change })
    calls.lose()
  }
  const missing = (what: string, code: string): never => {
    throw new Problem(code, `${name} is a raw device: it has no ${what}`, {
      hint: 'what it sends is told by send, connect, publish, …',
    })
  }

  return {
    name,
    get running() {
      return on
    },
    async boot() {
      if (!on) boot()
    },
    call(id, general) {
      if (!on) throw new Problem('device/off', `${name} is off`, { hint: `boot: ${name} starts it again` })
      const method = general.verb === 'call' ? general.method : general.verb
      calls.start(id, method, WAITS_FOR[method] ?? 'room to send', () => socket.do(general))
    },
    hanging: () => calls.hanging(),
    async reset() {
      stop('reset', 'reset')
      boot()
    },
    async powerOff() {
      if (on) stop('power', 'off')
    },
    drive: () => missing('pins', 'device/no-pins'),
    activeLevel: () => missing('pins', 'device/no-pins'),
    send: () => missing('console', 'device/no-console'),
    async [Symbol.asyncDispose]() {
      on = false
      socket.destroy()
    },
  }
}

const WAITS_FOR: Readonly<Record<string, string>> = { connect: 'CONNACK', open: 'the TCP connection' }

/** What the verbs do. All that is sent is sent here. */
class RawSocket {
  readonly #settings: RawSettings
  readonly #network: Network | WebNetwork
  #connection: RawConnection | null = null
  /** Also those that have said FIN, and whose peer has not. */
  readonly #open = new Set<RawConnection>()
  #nextId = 1
  /** Of the CONNECT that was sent last: with 5, packets have properties. */
  #level = 4

  constructor(settings: RawSettings) {
    this.#settings = settings
    const { attachment, subprotocols = ['mqtt'] } = settings
    const network = linkedNetwork(attachment, promptNetworkTrusting)
    const { websocket } = attachment
    this.#network = websocket === undefined ? network : webNetwork(network, { ...websocket, subprotocols })
    this.forget()
  }

  /** As after a boot. */
  forget(): void {
    this.#nextId = 1
    this.#level = this.#settings.connect.protocolLevel ?? 4
  }

  vanish(how: 'power' | 'reset'): void {
    for (const connection of [...this.#open]) connection.vanish(how)
  }

  destroy(): void {
    for (const connection of [...this.#open]) connection.destroy()
  }

  async do(call: GeneralCall): Promise<PlainValue> {
    switch (call.verb) {
      case 'send':
        return this.#send(call)
      case 'connect':
        return this.#connect(call.clean, call.properties)
      case 'publish': {
        const { topic, payload, qos = 0, retain = false, properties } = call
        return this.#packet({ type: 'publish', topic: utf8(topic), payload, qos, retain, properties })
      }
      case 'subscribe': {
        const { verb: type, topics, qos = 0, ...options } = call
        return this.#packet({ type, topic: topics.map(utf8), qos, ...options })
      }
      case 'unsubscribe':
        return this.#packet({ type: 'unsubscribe', topic: call.topics.map(utf8), properties: call.properties })
      case 'ping':
        return this.#packet({ type: 'pingreq' })
      case 'auth':
        return this.#packet({ type: 'auth', reasonCode: call.reasonCode, properties: call.properties })
      case 'disconnect':
        await this.#packet({ type: 'disconnect', reasonCode: call.reasonCode, properties: call.properties })
        return this.#close()
      case 'call':
        return this.#method(call.method, call.args, call.kwargs)
      case 'check':
      case 'wait':
      case 'loop':
      case 'exec':
      case 'upload':
        throw attributeError(call.verb)
    }
  }

  async #method(method: string, args: readonly PyValue[], kwargs: object): Promise<PlainValue> {
    const wanted = method === 'set_packet_id' ? 1 : 0
    if (!METHODS.includes(method)) throw attributeError(method)
    if (args.length !== wanted || Object.keys(kwargs).length > 0)
      throw new PythonError('TypeError', `${method} takes ${wanted === 0 ? 'no arguments' : 'one number'}`)
    switch (method) {
      case 'open':
        await this.#opened().opened
        return null
      case 'close':
        return this.#close()
      case 'half_close':
        await this.#needed().halfClose()
        return null
      case 'reset':
        this.#needed().abort()
        return null
      default:
        return this.#setPacketId(args[0]!)
    }
  }

  #setPacketId(id: PyValue): null {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 1 || id > LAST_ID)
      throw new PythonError('ValueError', `a packet id is 1 to ${LAST_ID}`)
    this.#nextId = id
    return null
  }

  /** Return code and session present; a return code of refusal is raised. */
  async #connect(clean: boolean | undefined, properties: SentProperties | undefined): Promise<PlainValue> {
    await this.#endSeen()
    const connection = this.#opened()
    await connection.opened
    const answer = connection.next(CONNACK)
    const said = { ...(clean === undefined ? {} : { clean }), ...(properties === undefined ? {} : { properties }) }
    await connection.transmit([this.#encode({ ...this.#settings.connect, ...said })])
    const [flags = 0, code = 0] = bodyOf(await answer)
    if (code !== 0) throw new PythonError('MQTTException', code)
    return [code, (flags & 1) === 1]
  }

  async #send({ packets, cut, split, frame = 'binary' }: Extract<GeneralCall, { verb: 'send' }>): Promise<number> {
    if (frame !== 'binary' && this.#settings.attachment.websocket === undefined)
      throw new PythonError('ValueError', `there are no ${frame} frames without link: { websocket: true }`)
    const bytes = packets.map((one) => (one instanceof Uint8Array ? one : this.#encode(this.#withId(one))))
    await this.#endSeen()
    const connection = this.#opened()
    await connection.opened
    return connection.transmit(segmentsOf(bytes, cut, split), frame)
  }

  /** The packet id that it went with. */
  async #packet(fields: PacketFields): Promise<number | null> {
    const connection = this.#needed()
    const packet = this.#withId(fields)
    const bytes = this.#encode(packet)
    await connection.opened
    await connection.transmit([bytes])
    return packet.packetId ?? null
  }

  async #close(): Promise<null> {
    const connection = this.#needed()
    this.#connection = null
    await connection.close()
    return null
  }

  /** The next packet id, where one is due and none was told. */
  #withId(packet: PacketFields): PacketFields {
    const due =
      packet.type === 'subscribe' ||
      packet.type === 'unsubscribe' ||
      (packet.type === 'publish' && (packet.qos === 1 || packet.qos === 2))
    if (!due || packet.packetId !== undefined) return packet
    const packetId = this.#nextId
    this.#nextId = packetId === LAST_ID ? 1 : packetId + 1
    return { ...packet, packetId }
  }

  #encode(packet: PacketFields): Uint8Array {
    if (packet.type !== 'connect') return encodePacket(packet, this.#level)
    // A CONNECT that does not say its level has that of the device; one with properties is of MQTT 5.
    const own = this.#settings.connect.protocolLevel ?? 4
    this.#level = packet.protocolLevel ?? (packet.properties === undefined ? own : 5)
    return encodePacket(this.#withLogin(packet), this.#level)
  }

  /** A CONNECT that says nothing of a login has that of the broker's URL; one whose flags are told is as it was told. */
  #withLogin(connect: PacketFields): PacketFields {
    const { credentials } = this.#settings.attachment
    const { username, password, connectFlags } = connect
    if (credentials === undefined || username !== undefined || password !== undefined || connectFlags !== undefined)
      return connect
    const word = credentials.password
    return { ...connect, username: utf8(credentials.username), ...(word === undefined ? {} : { password: utf8(word) }) }
  }

  #needed(): RawConnection {
    if (this.#connection === null) throw osError('ENOTCONN')
    return this.#connection
  }

  #opened(): RawConnection {
    this.#connection ??= this.#openOne()
    return this.#connection
  }

  /**
   * The link records that a broker hangs up before the FIN or RST has come through to this end. A step that waited for
   * that event must find the connection ended here as well, and open a new one.
   */
  async #endSeen(): Promise<void> {
    const port = this.#connection?.localPort
    await (port === undefined ? null : this.#settings.attachment.ending(port))
    for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  #openOne(): RawConnection {
    const { name, attachment, recorder, clock, auto } = this.#settings
    const pinger = new Pinger(clock, (ping) => void made.transmit([ping]).catch(() => {}))
    const sent = new Decoder()
    const made: RawConnection = new RawConnection({
      network: this.#network,
      host: attachment.host,
      port: attachment.port,
      through: (port) => attachment.through(port),
      tls: attachment.tls === undefined ? undefined : { serverName: attachment.host },
      onPacket(raw) {
        const answer = answerTo(raw, auto)
        if (answer !== null) made.transmit([answer]).catch(() => {}) // a connection that is half closed answers nothing
      },
      onSent(bytes) {
        pinger.sent()
        for (const { raw } of sent.push(bytes)) {
          const keepAlive = auto.has('pingreq') ? keepAliveOf(raw) : null
          if (keepAlive !== null) pinger.keepAlive(keepAlive)
        }
      },
      onRefused: (errno) => recordRefusal(recorder, name, errno),
      onOver: () => {
        pinger.stop()
        if (this.#connection === made) this.#connection = null
      },
      onGone: () => void this.#open.delete(made),
    })
    this.#open.add(made)
    return made
  }
}

export const METHODS = ['open', 'close', 'half_close', 'reset', 'set_packet_id']

const attributeError = (name: string): PythonError =>
  new PythonError('AttributeError', `a raw device has no ${name}; it has ${METHODS.join(', ')}`)

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
