import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Gateway, openGateway } from './websocket.ts'

interface Bridge extends AsyncDisposable {
  readonly gateway: Gateway
  readonly server: WebSocketServer
  pair(): Promise<{ socket: Socket; web: WebSocket }>
}

async function bridge(): Promise<Bridge> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: (p) => p.has('mqtt') && 'mqtt' })
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const gateway = await openGateway(`ws://127.0.0.1:${port}/mqtt`, undefined)
  const sockets: Socket[] = []
  return {
    gateway,
    server,
    async pair() {
      const met = once(server, 'connection')
      const socket = connect(gateway.port, gateway.host)
      sockets.push(socket)
      socket.on('error', () => {})
      const [web] = (await met) as [WebSocket]
      return { socket, web }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await gateway[Symbol.asyncDispose]()
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

const endOf = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.resume()
    socket.once('end', () => resolve('FIN'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })

test('bytes go both ways unchanged, many of them and in order, with the subprotocol mqtt', async () => {
  await using made = await bridge()
  const { socket, web } = await made.pair()
  expect(web.protocol).toBe('mqtt')
  web.on('message', (data) => web.send(data))
  const sent = Buffer.from(Array.from({ length: 6 << 20 }, (_, i) => (i * 31) % 251))
  const chunks: Buffer[] = []
  let length = 0
  const all = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      length += chunk.length
      if (length === sent.length) resolve()
    })
  })
  for (let at = 0; at < sent.length; at += 100_000) socket.write(sent.subarray(at, at + 100_000))
  await all
  expect(Buffer.concat(chunks).equals(sent)).toBe(true)
})

test('who closes is followed: an orderly close is FIN, a broken connection RST', async () => {
  await using made = await bridge()
  const orderly = await made.pair()
  const ended = endOf(orderly.socket)
  orderly.web.close()
  expect(await ended).toBe('FIN')
  const broken = await made.pair()
  const reset = endOf(broken.socket)
  broken.web.terminate()
  expect(await reset).toBe('ECONNRESET')
  const device = await made.pair()
  const closed = once(device.web, 'close')
  device.socket.end()
  await closed
})

test('a server that is gone refuses by RST', async () => {
  await using made = await bridge()
  made.server.close()
  const socket = connect(made.gateway.port, made.gateway.host)
  expect(await endOf(socket)).toBe('ECONNRESET')
})
