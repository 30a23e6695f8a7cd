// `node:net` in memory: what programs of this process that connect and listen find in a virtual run.

import { TURN_MS, type World } from '../world.ts'
import { addressOf, Listeners } from './listeners.ts'
import { Poll, whenReady } from './poll.ts'
import { MemoryServer } from './server.ts'
import { MemorySocket, type MemorySocketOptions, systemError } from './socket.ts'
import { TcpEnd } from './tcp.ts'

interface ConnectOptions extends MemorySocketOptions {
  readonly host?: string | undefined
  readonly port: number
}

/** The functions of `node:net` that connect and listen. */
export function memoryNet(world: World) {
  const listeners = new Listeners<MemoryServer>()
  const poll = new Poll(world)

  const connect = (...args: unknown[]): MemorySocket => {
    const [first, second] = args
    const options =
      typeof first === 'object' && first !== null
        ? (first as ConnectOptions)
        : { port: Number(first), host: typeof second === 'string' ? second : undefined }
    const heard = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
    const socket = new MemorySocket(world, poll, options)
    if (heard !== undefined) socket.once('connect', heard)
    begin(socket, options)
    return socket
  }

  const begin = (socket: MemorySocket, { host = 'localhost', port }: ConnectOptions): void => {
    const fail = (error: Error): void => {
      if (socket.destroyed) return
      socket.connecting = false
      socket.destroy(error)
    }
    const address = addressOf(host)
    if (address === null) {
      const error = systemError('getaddrinfo', 'ENOTFOUND', { hostname: host })
      world.at(world.now + TURN_MS, () => fail(error))
      return
    }
    const local = { address, port: listeners.freePort() }
    const remote = { address, port: Number(port) }
    const server = listeners.find(address, remote.port)
    if (server === null) {
      const error = systemError('connect', 'ECONNREFUSED', { address, port })
      world.at(world.now + TURN_MS, () => fail(error))
      return
    }
    // The kernels shake hands at once; the listener was waiting before the client began to.
    const accepted = new MemorySocket(world, poll, server.options)
    TcpEnd.join(socket.tcp, accepted.tcp)
    server.hear(poll, () => {
      accepted.connected(remote, local)
      if (server.listening) server.accept(accepted)
      else accepted.resetAndDestroy()
    })
    poll.wake(
      whenReady(() => {
        // Who accepted it has reset it already: then connecting has failed.
        const { errno } = socket.tcp
        if (errno !== null) fail(systemError('connect', errno, { address, port }))
        else if (!socket.destroyed) socket.connected(local, remote)
      }),
    )
  }

  const createServer = (...args: unknown[]): MemoryServer => {
    const options = typeof args[0] === 'object' && args[0] !== null ? (args[0] as MemorySocketOptions) : {}
    const server = new MemoryServer(listeners, options)
    const heard = args.find((arg) => typeof arg === 'function') as ((socket: MemorySocket) => void) | undefined
    if (heard !== undefined) server.on('connection', heard)
    return server
  }

  return { connect, createConnection: connect, createServer }
}
