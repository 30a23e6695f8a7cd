// WebSocket as raw devices have it, against a server of somebody else's making.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { networkTrusting, type PythonError } from '../../../emulators/index.ts'
import { webNetwork } from './web-network.ts'

const portOf = async (server: { listen(port: number, host: string): unknown; address(): unknown }): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server as Server, 'listening')
  return (server.address() as AddressInfo).port
}

/** What a connection came to, in order. */
function connected(port: number, subprotocols: readonly string[] = ['mqtt']) {
  const heard: string[] = []
  const network = webNetwork(networkTrusting({}), { path: '/mqtt', subprotocols })
  const told = (what: string): void => void heard.push(what)
  const wire = network.connect('127.0.0.1', port, undefined, {
    connected: () => told('connected'),
    failed: (errno: string, error?: PythonError) => told(`failed ${errno} ${error?.args[0] ?? ''}`.trim()),
    data: (chunk) => told(`data ${Buffer.from(chunk)}`),
    end() {
      told('end')
      wire.destroy()
    },
    error: (errno) => told(`error ${errno}`),
  })
  const until = (what: string | RegExp) =>
    expect
      .poll(() => heard.at(-1), { timeout: 5000 })
      .toMatch(typeof what === 'string' ? new RegExp(`^${what}$`) : what)
  return { wire, heard, until }
}

async function server(onConnection: (web: WebSocket, subprotocol: string) => void = () => {}) {
  const http = createServer()
  const door = new WebSocketServer({ server: http, handleProtocols: (offered) => [...offered].at(-1) ?? false })
  door.on('connection', (web) => onConnection(web, web.protocol))
  const port = await portOf(http)
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const web of door.clients) web.terminate()
      http.close()
      http.closeAllConnections()
      await once(http, 'close')
    },
  }
}

test('frames of every kind arrive as they were told, and payloads come back without them', async () => {
  const seen: unknown[] = []
  await using at = await server((web, subprotocol) => {
    seen.push(subprotocol)
    web.on('message', (data, isBinary) => {
      seen.push([String(data), isBinary])
      web.send(`got ${data}`, { binary: true })
    })
  })
  const { wire, until } = connected(at.port, ['x', 'mqtt'])
  await until('connected')
  wire.write(Buffer.from('one'), () => {})
  await until('data got one')
  wire.writeFrame('text', true, Buffer.from('two'), () => {})
  await until('data got two')
  wire.writeFrame('binary', false, Buffer.from('th'), () => {})
  wire.writeFrame('continuation', true, Buffer.from('ree'), () => {})
  await until('data got three')
  expect(seen).toEqual(['mqtt', ['one', true], ['two', false], ['three', true]])
  wire.destroy()
})

test('a ping is answered', async () => {
  const ponged = new Promise<string>((resolve) => {
    void server((web) => {
      web.on('pong', (data) => resolve(String(data)))
      web.ping('there?')
    }).then(async (at) => {
      connected(at.port)
      await ponged
      await at[Symbol.asyncDispose]()
    })
  })
  expect(await ponged).toBe('there?')
})

test('a close is answered with its own code, and ends the connection', async () => {
  let code = 0
  await using at = await server((web) => {
    web.on('close', (given) => {
      code = given
    })
    web.close(1003)
  })
  const { until, heard } = connected(at.port)
  await until('end')
  await expect.poll(() => code).toBe(1003)
  expect(heard).toEqual(['connected', 'end'])
})

test('finishing says goodbye', async () => {
  let code = 0
  await using at = await server((web) => web.on('close', (given) => (code = given)))
  const { wire, until } = connected(at.port)
  await until('connected')
  wire.finish?.()
  await until('end')
  await expect.poll(() => code).toBe(1000)
})

test('a server that opens no WebSocket: another answer, none, something else, nobody', async () => {
  const refusing = createServer((_, response) => response.writeHead(404).end())
  const refused = connected(await portOf(refusing))
  await refused.until(/failed EPROTO the server answers the upgrade with HTTP\/1\.1 404/)
  refusing.close()

  const closing = createTcp((socket) => socket.end())
  await connected(await portOf(closing)).until(/failed EPROTO the server closes/)
  closing.close()

  const other = createTcp((socket) => socket.resume().write(Buffer.from('20020000', 'hex')))
  const port = await portOf(other)
  await connected(port).until(/failed EPROTO the server does not answer/)
  other.close()
  await once(other, 'close')
  await connected(port).until('failed ECONNREFUSED')
})
