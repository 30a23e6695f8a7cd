// A way to a broker that speaks MQTT over WebSocket: a TCP port here, and a WebSocket for each connection to it. So
// links and observer speak TCP to it as to any broker. What it cannot pass on is a half-closed connection:
// WebSocket closes both ways at once.

import { once } from 'node:events'
import { createServer, isIP, type Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { claimPort, listen } from '../link/index.ts'
import type { BrokerTls } from './broker.ts'

const HOST = '127.0.0.1'
/** Bytes that may wait in a WebSocket before the socket in front of it is not read any more. */
const HIGH_WATER = 1 << 20
const ABNORMAL = 1006

export interface Gateway extends AsyncDisposable {
  readonly host: string
  readonly port: number
}

export async function openGateway(url: string, tls: BrokerTls | undefined): Promise<Gateway> {
  const { WebSocket } = await import('ws')
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    join(
      socket,
      new WebSocket(url, ['mqtt'], { perMessageDeflate: false, ...(tls === undefined ? {} : optionsOf(tls)) }),
    )
  })
  const claim = await claimPort((port) => listen(server, HOST, port))
  return {
    host: HOST,
    port: claim.port,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
      claim.release()
    },
  }
}

function join(socket: Socket, web: WebSocket): void {
  socket.pause()
  web.binaryType = 'nodebuffer'
  let failed = false
  web.on('open', () => socket.resume())
  web.on('message', (data: Buffer) => {
    if (!socket.write(data)) {
      web.pause()
      socket.once('drain', () => web.resume())
    }
  })
  web.on('error', () => {
    failed = true
  })
  web.on('close', (code) => {
    if (failed || code === ABNORMAL) socket.resetAndDestroy()
    else socket.end()
  })
  socket.on('data', (chunk) => {
    web.send(chunk, () => {
      if (web.bufferedAmount < HIGH_WATER) socket.resume()
    })
    if (web.bufferedAmount >= HIGH_WATER) socket.pause()
  })
  socket.on('end', () => web.close())
  socket.on('error', () => web.terminate())
  socket.on('close', () => {
    if (web.readyState === web.CONNECTING) web.terminate()
    else web.close()
  })
}

export const optionsOf = ({ ca, cert, key, serverName, insecure = false }: BrokerTls) => ({
  rejectUnauthorized: !insecure,
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert, key }),
  // An address is no server name [RFC 6066, 3].
  ...(serverName === undefined || isIP(serverName) !== 0 ? {} : { servername: serverName }),
})
