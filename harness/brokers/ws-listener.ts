// A listener for MQTT over WebSocket in front of a broker that lives in this process. It keeps the rules that bind a
// server by itself: it answers with the subprotocol mqtt when that is offered, and ends a connection at a text frame.

import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { listen } from '../link/index.ts'

const SUBPROTOCOL = 'mqtt'
/** RFC 6455, 7.4.1: data of a kind that cannot be accepted. */
const UNACCEPTABLE = 1003
const GOING_AWAY = 1001

export interface WebDoor {
  /** Ends all connections with `cut`; an orderly stop says goodbye before. */
  close(how: 'stopped' | 'killed', cut: (socket: Socket) => void): Promise<void>
}

/** null: the port is taken. */
export async function openWebDoor(
  host: string,
  port: number,
  enter: (stream: Duplex) => void,
): Promise<WebDoor | null> {
  const http = createHttpServer((_, response) => response.writeHead(426, { Upgrade: 'websocket' }).end())
  // HTTP is spoken on sockets that a listener of TCP gives it: that one may be of a virtual run.
  const server = createServer({ allowHalfOpen: true, noDelay: true })
  if (!(await listen(server, host, port))) return null
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    http.emit('connection', socket)
  })
  const door = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  door.on('connection', (web) => enter(new WebStream(web)))
  return {
    async close(how, cut) {
      const closed = once(server, 'close')
      if (how === 'stopped') for (const web of door.clients) web.close(GOING_AWAY)
      door.close()
      server.close()
      for (const socket of sockets) cut(socket)
      await closed
    },
  }
}

/** The bytes of MQTT in the binary frames of a WebSocket. */
class WebStream extends Duplex {
  readonly #web: WebSocket

  constructor(web: WebSocket) {
    super()
    this.#web = web
    web.binaryType = 'nodebuffer'
    web.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        if (!this.push(data)) web.pause()
        return
      }
      web.close(UNACCEPTABLE, 'MQTT is in binary frames')
      this.destroy()
    })
    web.on('error', (error) => this.destroy(error))
    web.on('close', () => {
      this.push(null)
      this.destroy()
    })
  }

  override _read(): void {
    this.#web.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#web.readyState !== this.#web.OPEN) done()
    else this.#web.send(chunk, (error) => done(error ?? null))
  }

  /** What is written at once, a packet mostly, goes in one frame. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done)
  }

  override _final(done: () => void): void {
    this.#web.close()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#web.close() // does nothing when it is closing already
    done(error)
  }
}
