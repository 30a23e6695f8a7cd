// MQTT.js at work as a device. `connect` makes a client and waits as MQTT.js's connectAsync does; from then on it
// reconnects by itself. Stores outlive a client, so that a session which is not clean goes on where it was.

import type { IClientOptions, ISubscriptionGrant, MqttClient, Store } from 'mqtt'
import type { IAuthPacket } from 'mqtt-packet'
import { osError, Problem, PythonError, type PyValue, printable } from '../../../emulators/index.ts'
import type { PlainValue } from '../../evidence/index.ts'
import { CallRecorder } from '../calls.ts'
import type { Device, GeneralCall } from '../device.ts'
import type { DeviceContext } from '../kind.ts'
import { linkedNetwork, recordRefusal } from '../network/linked-network.ts'
import { WireStream } from '../network/wire-stream.ts'
import { Authenticator } from './auth.ts'
import { inItsWords } from './properties.ts'

export interface MqttjsSettings extends DeviceContext {
  readonly options: IClientOptions
  /** Over TLS: the broker's certificate must be one to trust; default: true. */
  readonly verifies?: boolean | undefined
}

export function mqttjsDevice(settings: MqttjsSettings): Device {
  const { name, recorder } = settings
  const calls = new CallRecorder(settings)
  let program: Program | null = null

  const boot = (): void => {
    program = new Program(settings)
    recorder.record({ kind: 'device', device: name, change: 'boot' })
  }
  const stop = (how: 'power' | 'reset', change: 'off' | 'reset'): void => {
    program?.vanish(how)
    program = null
    recorder.record({ kind: 'device', device: name, change })
    calls.lose()
  }
  const missing = (what: string, code: string): never => {
    throw new Problem(code, `${name} is an MQTT.js client: it has no ${what}`, {
      hint: 'emulated devices and boards may',
    })
  }

  return {
    name,
    get running() {
      return program !== null
    },
    async boot() {
      if (program === null) boot()
    },
    call(id, general) {
      const mine = program
      if (mine === null) throw new Problem('device/off', `${name} is off`, { hint: `boot: ${name} starts it again` })
      const method = general.verb === 'call' ? general.method : general.verb
      calls.start(id, method, WAITS_FOR[method] ?? 'MQTT.js to end it', () => mine.do(general))
    },
    hanging: () => calls.hanging(),
    async reset() {
      stop('reset', 'reset')
      boot()
    },
    async powerOff() {
      if (program !== null) stop('power', 'off')
    },
    drive: () => missing('pins', 'device/no-pins'),
    activeLevel: () => missing('pins', 'device/no-pins'),
    send: () => missing('console', 'device/no-console'),
    async [Symbol.asyncDispose]() {
      program?.close()
      program = null
    },
  }
}

const WAITS_FOR: Readonly<Record<string, string>> = {
  connect: 'the connection',
  publish: 'the acknowledgement',
  subscribe: 'SUBACK',
  unsubscribe: 'UNSUBACK',
}

/** What is lost with the power: the client, its stores, its connections. */
class Program {
  readonly #settings: MqttjsSettings
  readonly #network: ReturnType<typeof linkedNetwork>
  readonly #streams = new Set<WireStream>()
  #client: MqttClient | null = null
  #authenticator: Authenticator | null = null
  #stores: { readonly incomingStore: Store; readonly outgoingStore: Store } | null = null
  #over = false

  constructor(settings: MqttjsSettings) {
    this.#settings = settings
    this.#network = linkedNetwork(settings.attachment)
  }

  vanish(how: 'power' | 'reset'): void {
    this.#over = true
    for (const stream of [...this.#streams]) stream.vanish(how)
    this.#client?.end(true)
  }

  close(): void {
    this.#over = true
    this.#client?.end(true)
    for (const stream of [...this.#streams]) stream.destroy()
  }

  async do(call: GeneralCall): Promise<PlainValue> {
    try {
      return await this.#do(call)
    } catch (error) {
      // What a scenario's own arguments bring about is no bug of ours.
      if (error instanceof TypeError && call.verb !== 'call') throw error
      throw asException(error)
    }
  }

  async #do(call: GeneralCall): Promise<PlainValue> {
    switch (call.verb) {
      case 'connect':
        return this.#connect(call.clean, inItsWords(call.properties))
      case 'publish': {
        const { topic, payload, qos = 0, retain = false } = call
        const properties = said('properties', inItsWords(call.properties))
        const options = { qos: qos as 0, retain, ...properties }
        const sent = await this.#needed().publishAsync(topic, Buffer.from(payload), options)
        return sent !== undefined && 'messageId' in sent ? (sent.messageId ?? null) : null
      }
      case 'subscribe': {
        const options = {
          qos: (call.qos ?? 0) as 0,
          ...said('nl', call.noLocal),
          ...said('rap', call.retainAsPublished),
          ...said('rh', call.retainHandling),
          ...said('properties', inItsWords(call.properties)),
        }
        const granted = await this.#needed().subscribeAsync([...call.topics], options)
        return granted.map(({ qos }: ISubscriptionGrant) => qos)
      }
      case 'unsubscribe':
        await this.#needed().unsubscribeAsync([...call.topics], said('properties', inItsWords(call.properties)))
        return null
      case 'ping':
        this.#needed().sendPing()
        return null
      case 'disconnect': {
        const options = { ...said('reasonCode', call.reasonCode), ...said('properties', inItsWords(call.properties)) }
        await this.#needed().endAsync(false, options)
        this.#client = null
        return null
      }
      case 'auth':
        return this.#auth(call.reasonCode, inItsWords(call.properties))
      case 'call':
        return this.#method(call.method, call.args, call.kwargs)
      case 'check':
      case 'wait':
      case 'loop':
      case 'send':
      case 'exec':
      case 'upload':
        throw attributeError(call.verb)
    }
  }

  /** Return code and session present, as a raw device. It ends when MQTT.js's own connectAsync would. */
  async #connect(
    clean = this.#settings.options.clean ?? true,
    properties: Record<string, unknown> | undefined = undefined,
  ): Promise<PlainValue> {
    // What is loaded takes no virtual time.
    const goOn = this.#settings.clock.hold?.()
    const { MqttClient, Store, connect } = await import('mqtt').finally(goOn)
    if (this.#over) return new Promise(() => {}) // the power went while it was loaded: the call is lost
    this.#client?.end(true)
    if (clean || this.#stores === null)
      this.#stores = { incomingStore: new Store({ clean: false }), outgoingStore: new Store({ clean: false }) }
    const { options, attachment } = this.#settings
    const login = options.username === undefined ? attachment.credentials : undefined
    const all: IClientOptions = { ...login, ...options, ...this.#stores, clean, ...said('properties', properties) }
    // Over WebSocket the handshake and the frames are MQTT.js's own.
    const client =
      attachment.websocket === undefined
        ? new MqttClient(() => this.#stream(), all)
        : connect({
            ...all,
            protocol: 'ws',
            hostname: attachment.host,
            port: attachment.port,
            path: attachment.websocket.path,
            wsOptions: { createConnection: () => this.#stream() },
          })
    this.#client = client
    this.#tell(client)
    this.#authenticator = new Authenticator(client, (code) => this.#say(client, `auth ${code}`))
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => {
        stopListening()
        client.end(true)
        if (this.#client === client) this.#client = null
        reject(error)
      }
      const closed = (): void => {
        if (client.options.reconnectPeriod === 0) failed(new Error('the connection was closed'))
      }
      const connected = ({ sessionPresent }: { sessionPresent: boolean }): void => {
        stopListening()
        resolve([0, sessionPresent])
      }
      const stopListening = (): void => {
        client.off('error', failed)
        client.off('close', closed)
        client.off('connect', connected)
      }
      client.on('error', failed).on('close', closed).on('connect', connected)
    })
  }

  /** The answer to the broker's AUTH, or a new beginning, for which MQTT.js has no method. */
  async #auth(reasonCode: number, properties: Record<string, unknown> | undefined): Promise<PlainValue> {
    const client = this.#needed()
    const packet: IAuthPacket = { cmd: 'auth', reasonCode, ...said('properties', properties) }
    if (reasonCode === REAUTHENTICATE)
      (client as unknown as { _sendPacket(packet: IAuthPacket): void })._sendPacket(packet)
    else await this.#authenticator!.answer(packet)
    return null
  }

  /** Any method of the client by its own name; those with a callback are awaited. */
  async #method(method: string, args: readonly PyValue[], kwargs: Readonly<Record<string, PyValue>>) {
    if (!METHODS.includes(method)) throw attributeError(method)
    const client = this.#needed() as unknown as Record<string, (...args: unknown[]) => unknown>
    const said = [...args.map(plain), ...(Object.keys(kwargs).length === 0 ? [] : [kwargs])]
    const value = await client[AWAITED.includes(method) ? `${method}Async` : method]!(...said)
    return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null
  }

  #stream(): WireStream {
    const { attachment, name, recorder, verifies = true } = this.#settings
    const { host, port } = attachment
    const tls = { serverName: host, ...(verifies ? { verify: 'ValueError' as const } : {}) }
    const to = { host, port, tls: attachment.tls === undefined ? undefined : tls }
    const stream = new WireStream(this.#network, to, (errno, error) => {
      // MQTT.js tells its user of TLS, and of nothing else, when it verifies: handleTLSerrors of its connect/tls.
      if (error === undefined) recordRefusal(recorder, name, errno)
      else if (verifies) this.#client?.emit('error', new Error(errno))
    })
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    return stream
  }

  /** Its life on the console. */
  #tell(client: MqttClient): void {
    const say = (line: string): void => this.#say(client, line)
    client.on('message', (topic, payload) => say(`message ${topic} ${printable(payload)}`))
    for (const event of ['connect', 'reconnect', 'close', 'offline', 'disconnect'] as const)
      client.on(event, () => say(event))
    client.on('error', (error) => say(`error ${error.message}`))
  }

  #say(client: MqttClient, line: string): void {
    const { name: device, recorder } = this.#settings
    if (!this.#over && this.#client === client) recorder.record({ kind: 'serial', device, line, stream: 'out' })
  }

  #needed(): MqttClient {
    if (this.#client === null) throw osError('ENOTCONN')
    return this.#client
  }
}

const REAUTHENTICATE = 0x19

/** A key that is not there when nothing was said: MQTT.js takes `undefined` for something. */
const said = <K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: T }

const AWAITED = ['publish', 'subscribe', 'unsubscribe', 'end']
export const METHODS = [...AWAITED, 'reconnect', 'sendPing', 'getLastMessageId', 'removeOutgoingMessage']

const attributeError = (name: string): PythonError =>
  new PythonError('AttributeError', `MQTT.js has no ${name} here; it has ${METHODS.join(', ')}`)

const plain = (value: PyValue): unknown => (value instanceof Uint8Array ? Buffer.from(value) : value)

/** In the words of the other devices, so that one scenario serves all: an errno is an OSError, a refusal its code. */
function asException(error: unknown): unknown {
  if (error instanceof PythonError || !(error instanceof Error)) return error
  const { code } = error as { readonly code?: unknown }
  if (typeof code === 'number') return new PythonError('MQTTException', code)
  if (typeof code === 'string') return osError(code)
  return new PythonError(error instanceof TypeError ? 'TypeError' : 'Error', error.message)
}
