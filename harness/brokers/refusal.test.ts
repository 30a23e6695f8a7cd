// Why nobody is let in, asked of servers that answer in one way each.

import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { testAuthority } from '../tls/index.ts'
import { greetWeb, refusalOf, speaksTls } from './refusal.ts'
import { speaksMqtt } from './speaks.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done))
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Answers whatever comes first with these bytes, and ends. */
const answering = (bytes: Buffer) =>
  listening(createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(bytes))))

async function tlsServer(options: object = {}): Promise<number> {
  const { cert, key } = await (await testAuthority()).server('valid')
  const server = createTls({ cert, key, ...options }, (socket) => socket.on('error', () => {}).resume())
  return listening(server.on('tlsClientError', () => {}))
}

const door = (port: number, access = {}) => ({ host: '127.0.0.1', port, access })
const CONNACK_0 = Buffer.from('20020000', 'hex')

describe('a refused client', () => {
  const refused = (code: number) => Object.assign(new Error('Connection refused'), { code })

  test.each([
    [4, /bad user name or password/],
    [5, /not authorized/],
  ])('by CONNACK %i is a login that was refused', async (code, why) => {
    const access = { credentials: { username: 'ann', password: 'geheim' } }
    const problem = await refusalOf(door(1, access), 'the observer', refused(code))
    expect(problem).toMatchObject({ code: 'broker/login-refused', message: expect.stringMatching(why) })
    expect(problem?.message).toContain('"ann"')
    expect(JSON.stringify(problem)).not.toContain('geheim')
  })

  test('by another CONNACK has its reason', async () => {
    const problem = await refusalOf(door(1), 'the observer', refused(3))
    expect(problem).toMatchObject({ code: 'broker/refused', message: expect.stringContaining('unavailable') })
  })

  test('at a port that speaks TLS came without', async () => {
    const port = await tlsServer()
    const problem = await refusalOf(door(port), 'the observer', new Error('closed'))
    expect(problem).toMatchObject({ code: 'broker/wants-tls', hint: expect.stringContaining('mqtts://') })
  })

  test('of TLS is told what its certificate, or the lack of one, did', async () => {
    const { cert: ca } = await testAuthority()
    const untrusted = await refusalOf(door(await tlsServer(), { tls: {} }), 'the observer', new Error('closed'))
    expect(untrusted).toMatchObject({ code: 'broker/no-tls', message: expect.stringContaining('certificate') })
    const strict = await tlsServer({ requestCert: true, ca, rejectUnauthorized: true })
    const bare = await refusalOf(door(strict, { tls: { ca } }), 'the observer', new Error('closed'))
    expect(bare).toMatchObject({
      code: 'broker/no-tls',
      message: expect.stringContaining('its clients must show a certificate'),
      hint: expect.stringContaining('--cert'),
    })
  })

  test.each([
    ['SSH-2.0-OpenSSH_9.6\r\n', 'it answers a CONNECT with "SSH-2.0-OpenSSH_9.6"'],
    ['HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', 'with "HTTP/1.1 400 Bad Request"'],
    ['\0\x01\xff', 'with the bytes 0001ff'],
  ])('at a port of something else is told what answers there: %j', async (said, message) => {
    const port = await answering(Buffer.from(said, 'latin1'))
    const problem = await refusalOf(door(port), 'the observer', new Error('Invalid header flag bits'))
    expect(problem).toMatchObject({ code: 'broker/no-mqtt', message: expect.stringContaining(message) })
  })

  test('at a port where nobody answers is told so', async () => {
    const port = await listening(createServer((socket) => socket.on('error', () => {}).resume()))
    const problem = await refusalOf(door(port), 'the observer', new Error('connack timeout'))
    expect(problem).toMatchObject({ code: 'broker/no-mqtt', message: expect.stringContaining('does not answer') })
  })

  test('at a port that only closes the connection is told so', async () => {
    const port = await answering(Buffer.from([]))
    const problem = await refusalOf(door(port), 'the observer', new Error('closed'))
    expect(problem).toMatchObject({ code: 'broker/no-mqtt', message: expect.stringContaining('closes the connection') })
  })

  test('for no reason that can be found out has none', async () => {
    const port = await answering(CONNACK_0)
    expect(await refusalOf(door(port), 'the observer', new Error('closed'))).toBeNull()
  })
})

describe('a port', () => {
  test('that wants a certificate speaks TLS, too', async () => {
    const { ca } = { ca: (await testAuthority()).cert }
    expect(await speaksTls('127.0.0.1', await tlsServer({ requestCert: true, ca }))).toBe(true)
    expect(await speaksTls('127.0.0.1', await answering(CONNACK_0))).toBe(false)
  })

  test('that answers a CONNECT speaks MQTT', async () => {
    expect(await speaksMqtt('127.0.0.1', await answering(CONNACK_0))).toBe(true)
    expect(await speaksMqtt('127.0.0.1', await answering(Buffer.from('HTTP/1.1 400')))).toBe(false)
    expect(await speaksMqtt('127.0.0.1', await tlsServer())).toBe(false)
  })
})

describe('a WebSocket', () => {
  const answers = (status: number) => listening(createHttp((_, response) => response.writeHead(status).end()))

  test.each([
    [401, /login/],
    [404, /path/],
    [503, /proxy/],
    [302, /another address/],
    [200, /without WebSocket at this path/],
  ])('that is answered by %i has the status and what to do', async (status, hint) => {
    const url = `ws://ann:geheim@127.0.0.1:${await answers(status)}/mqtt`
    const problem = await greetWeb(url, undefined).catch((error: unknown) => error)
    expect(problem).toMatchObject({
      code: 'broker/web-refused',
      message: expect.stringContaining(` answers ${status} `),
      hint: expect.stringMatching(hint),
    })
    expect(String(problem)).not.toContain('geheim')
  })

  test('at a port that closes the connection has the hint of MQTT without WebSocket', async () => {
    const port = await listening(createServer((socket) => socket.once('data', () => socket.resetAndDestroy())))
    await expect(greetWeb(`ws://127.0.0.1:${port}/mqtt`, undefined)).rejects.toMatchObject({
      message: expect.stringContaining('closes the connection without an answer in HTTP'),
      hint: expect.stringContaining('mqtt://'),
    })
  })

  test('at a port for MQTT is told as that', async () => {
    const port = await answering(CONNACK_0)
    await expect(greetWeb(`ws://127.0.0.1:${port}/mqtt`, undefined)).rejects.toMatchObject({
      code: 'broker/web-refused',
      hint: expect.stringContaining('mqtt://'),
    })
  })
})
