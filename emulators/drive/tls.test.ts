import { once } from 'node:events'
import { createServer as createPlain, type Server } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { generate } from 'selfsigned'
import { expect, test } from 'vitest'
import type { PythonError, TlsRequest } from '../board.ts'
import type { Wire } from './network.ts'
import { networkTrusting } from './tcp.ts'

const made = async (name: string, from: number, to: number) => {
  const day = (n: number) => new Date(Date.now() + n * 86_400_000)
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notBeforeDate: day(from),
    notAfterDate: day(to),
  })
  return { cert, key }
}
const good = await made('localhost', -1, 1)
const expired = await made('localhost', -2, -1)
const future = await made('localhost', 1, 2)
const wrong = await made('wrong.invalid', -1, 1)

interface Met {
  readonly wire: Wire
  readonly how: 'connected' | { readonly errno: string; readonly error: PythonError | undefined }
  readonly server: TLSSocket | null
}

/** A board's attempt at a server with this certificate. */
async function meet(options: TlsOptions, request: TlsRequest, ca?: string): Promise<Met & AsyncDisposable> {
  const server = createServer(options)
  server.on('tlsClientError', () => {})
  const accepted = once(server, 'secureConnection').then(([socket]) => socket as TLSSocket)
  return { ...(await attempt(server, request, accepted, ca)), [Symbol.asyncDispose]: async () => void server.close() }
}

async function attempt(server: Server, request: TlsRequest, accepted: Promise<TLSSocket>, ca?: string): Promise<Met> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return new Promise((resolve) => {
    const wire = networkTrusting({ ca }).connect('127.0.0.1', port, request, {
      connected: () => void accepted.then((socket) => resolve({ wire, how: 'connected', server: socket })),
      failed: (errno, error) => resolve({ wire, how: { errno, error }, server: null }),
      data: () => {},
      end: () => {},
      error: () => {},
    })
  })
}

test.each([
  [{}, false],
  [{ serverName: 'localhost' }, 'localhost'],
  [{ serverName: '127.0.0.1' }, false],
] as const)('with %o the server is told the name %s', async (request, name) => {
  await using met = await meet(expired, request)
  expect(met.how).toBe('connected')
  expect(met.server!.servername).toBe(name)
  expect(met.server!.getProtocol()).toBe('TLSv1.2')
  met.wire.destroy()
})

test.each([
  ['expired', expired, 'The certificate validity has expired'],
  ['of the future', future, 'The certificate validity starts in the future'],
  ['for another name', wrong, 'The certificate Common Name (CN) does not match with the expected CN'],
] as const)('who verifies refuses a certificate that is %s, in the words of the board', async (_, identity, text) => {
  const request = { serverName: 'localhost', verify: 'ValueError' } as const
  await using met = await meet(identity, request, identity.cert)
  expect(met.how).toMatchObject({ error: { type: 'ValueError', args: [`\n${text}\n`] } })
  await using circuit = await meet(identity, { ...request, verify: 'OSError' }, identity.cert)
  expect(circuit.how).toMatchObject({ error: { type: 'OSError', args: [-9984] } })
})

test('one that nobody trusts, and one that is trusted', async () => {
  const request = { serverName: 'localhost', verify: 'ValueError' } as const
  await using stranger = await meet(good, request, wrong.cert)
  expect(stranger.how).toMatchObject({
    error: { args: ['\nThe certificate is not correctly signed by the trusted CA\n'] },
  })
  await using friend = await meet(good, request, good.cert)
  expect(friend.how).toBe('connected')
  friend.wire.destroy()
})

test('who names no server compares no name', async () => {
  await using met = await meet(wrong, { verify: 'ValueError' }, wrong.cert)
  expect(met.how).toBe('connected')
  met.wire.destroy()
})

test('a server that closes in the handshake, and one that speaks something else', async () => {
  const closing = createPlain((socket) => socket.end())
  expect(await attempt(closing, {}, new Promise(() => {}))).toMatchObject({ how: { error: { args: [-0x7280] } } })
  closing.close()
  const other = createPlain((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  expect(await attempt(other, {}, new Promise(() => {}))).toMatchObject({ how: { error: { args: [-0x7200] } } })
  other.close()
})

test('a port where nobody listens is the network’s error', async () => {
  const server = createPlain().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  const failed = await new Promise((resolve) => {
    networkTrusting({}).connect(
      '127.0.0.1',
      port,
      {},
      {
        connected: () => {},
        failed: (...how) => resolve(how),
        data: () => {},
        end: () => {},
        error: () => {},
      },
    )
  })
  expect(failed).toEqual(['ECONNREFUSED', undefined])
})
