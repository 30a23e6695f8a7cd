// A broker of this project: the one inside of the gateway, in a few lines. It forgets everything when it stops, keeps no
// sessions and no retained messages, and passes all messages on at QoS 1 at most.

import { createServer, type Server, type Socket } from 'node:net'
import { type Broker, defineBroker, Problem, z } from 'mqtt-hil'
import { Decoder, encode, matches, milliseconds } from 'mqtt-hil/emulators'

const options = z.strictObject({
  refuse: z.array(z.string()).default([]).describe('client ids that are not let in'),
})

type Settings = z.output<typeof options>

class TinyBroker implements Broker {
  readonly name = 'tiny'
  readonly version = '1.0'
  readonly host = '127.0.0.1'
  readonly keepaliveSlack = milliseconds(500)
  readonly controllable = true
  readonly pid = null
  readonly access = {}
  readonly deviceCredentials = null
  port = 0
  readonly #settings: Settings
  readonly #log: string[] = []
  #server: Server | null = null
  readonly #clients = new Map<Socket, { readonly filters: string[]; packetId: number }>()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  async start(): Promise<void> {
    if (this.#server !== null) return
    const server = createServer({ noDelay: true }, (socket) => this.#serve(socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) =>
        reject(new Problem('broker/port-taken', `port ${this.port} was taken meanwhile`, { cause })),
      )
      server.listen(this.port, this.host, resolve)
    })
    this.#server = server
    this.port = (server.address() as { port: number }).port
  }

  stop(): Promise<void> {
    return this.#end((socket) => socket.destroy())
  }

  kill(): Promise<void> {
    return this.#end((socket) => socket.resetAndDestroy())
  }

  log(): string {
    return this.#log.join('\n')
  }

  /** It lives in this process, and cannot die alone. */
  onDeath(): () => void {
    return () => {}
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }

  async #end(cut: (socket: Socket) => void): Promise<void> {
    const server = this.#server
    if (server === null) return
    this.#server = null
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of this.#clients.keys()) cut(socket)
    await closed
  }

  #serve(socket: Socket): void {
    const decoder = new Decoder()
    const client = { filters: [] as string[], packetId: 0 }
    this.#clients.set(socket, client)
    socket.on('error', () => {})
    socket.once('close', () => this.#clients.delete(socket))
    socket.on('data', (bytes) => {
      for (const { packet } of decoder.push(bytes)) this.#answer(socket, client.filters, packet)
    })
  }

  #answer(socket: Socket, filters: string[], packet: ReturnType<Decoder['push']>[number]['packet']): void {
    switch (packet.type) {
      case 'connect': {
        const returnCode = this.#settings.refuse.includes(packet.clientId) ? 5 : 0
        this.#log.push(`${packet.clientId} ${returnCode === 0 ? 'connected' : 'refused'}`)
        socket.write(encode({ type: 'connack', returnCode, sessionPresent: false }))
        if (returnCode !== 0) socket.end()
        return
      }
      case 'publish':
        if (packet.qos === 1) socket.write(encode({ type: 'puback', packetId: packet.packetId! }))
        if (packet.qos === 2) socket.write(encode({ type: 'pubrec', packetId: packet.packetId! }))
        return this.#passOn(packet.topic, packet.payload)
      case 'pubrel':
        socket.write(encode({ type: 'pubcomp', packetId: packet.packetId }))
        return
      case 'subscribe':
        filters.push(...packet.subscriptions.map(({ topic }) => topic))
        socket.write(
          encode({
            type: 'suback',
            packetId: packet.packetId,
            granted: packet.subscriptions.map(({ qos }) => Math.min(qos, 1)),
          }),
        )
        return
      case 'unsubscribe':
        for (const filter of packet.topics) if (filters.includes(filter)) filters.splice(filters.indexOf(filter), 1)
        socket.write(encode({ type: 'unsuback', packetId: packet.packetId }))
        return
      case 'pingreq':
        socket.write(encode({ type: 'pingresp' }))
        return
      case 'disconnect':
        socket.end()
    }
  }

  #passOn(topic: string, payload: Uint8Array): void {
    for (const [socket, client] of this.#clients) {
      if (!client.filters.some((filter) => matches(filter, topic))) continue
      client.packetId = (client.packetId % 65_535) + 1
      socket.write(encode({ type: 'publish', topic, payload, qos: 1, packetId: client.packetId }))
    }
  }
}

export default defineBroker({
  summary: 'the broker inside of the gateway',
  options,
  keepaliveSlack: () => milliseconds(500),
  available: async () => null,
  async open(settings) {
    const broker = new TinyBroker(settings)
    await broker.start()
    return broker
  },
})
