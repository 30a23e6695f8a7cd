import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import { expect, test } from 'vitest'
import { Loopback, LoopbackPeer, PINGREQ, PINGRESP, publish } from './loopback.testing.ts'
import { authority, identity, Secure } from './secure.testing.ts'

test('a device that speaks TLS is understood, and its packets are in the timeline', async () => {
  await using secure = await Secure.open()
  const { device, broker } = await secure.pair()
  device.write(PINGREQ)
  await broker.received(2)
  broker.write(PINGRESP)
  await device.received(2)
  expect([broker.hex, device.hex]).toEqual([PINGREQ, PINGRESP])
  expect(secure.loopback.packets).toMatchObject([
    { direction: 'up', packet: { type: 'pingreq' }, offset: 0, delivered: true },
    { direction: 'down', packet: { type: 'pingresp' }, offset: 0, delivered: true },
  ])
  expect(secure.loopback.sockets).toEqual(['connected by device #1', 'secured by device #1'])
  expect(secure.loopback.timeline.events).toContainEqual(
    expect.objectContaining({ change: 'secured', serverName: 'localhost', detail: expect.stringContaining('TLSv1') }),
  )
})

test('a megabyte each way', async () => {
  await using secure = await Secure.open()
  const { device, broker } = await secure.pair()
  const packet = publish('big', Buffer.alloc(1 << 20, 7))
  device.write(packet)
  broker.write(packet)
  await Promise.all([broker.received(packet.length), device.received(packet.length)])
  expect([broker.bytes.equals(packet), device.bytes.equals(packet)]).toEqual([true, true])
})

test('FIN is passed on as FIN, and the other way goes on', async () => {
  await using secure = await Secure.open()
  const { device, broker } = await secure.pair()
  device.socket.end()
  await broker.until((peer) => peer.ended)
  broker.write(PINGRESP)
  await device.received(2)
  broker.socket.end()
  await device.until((peer) => peer.closed)
  expect(secure.loopback.sockets).toContain('closed by device #1')
})

test.each(['device', 'broker'] as const)('RST of the %s is passed on as RST', async (side) => {
  await using secure = await Secure.open()
  const { device, raw, broker } = await secure.pair()
  if (side === 'device') raw.resetAndDestroy()
  else broker.socket.resetAndDestroy()
  const other = side === 'device' ? broker : device
  await other.until((peer) => peer.error !== null)
  expect(other.error).toBe('ECONNRESET')
  await secure.loopback.event((e) => e.kind === 'socket' && e.change === 'reset')
  expect(secure.loopback.sockets).toContain(`reset by ${side} #1`)
})

test('half-open: what is sent vanishes, and nobody is told', async () => {
  await using secure = await Secure.open()
  const { device, broker } = await secure.pair()
  await secure.loopback.link.set({ kind: 'down', mode: 'blackhole' })
  device.write(PINGREQ)
  await secure.loopback.event((e) => e.kind === 'packet')
  await broker.quiet()
  expect(secure.loopback.packets).toMatchObject([{ packet: { type: 'pingreq' }, delivered: false }])
  expect([device.error, device.ended]).toEqual([null, false])
})

test.each(['close', 'reset'] as const)('going down by %s is seen through TLS', async (mode) => {
  await using secure = await Secure.open()
  const { device } = await secure.pair()
  await secure.loopback.link.set({ kind: 'down', mode })
  await device.until((peer) => (mode === 'close' ? peer.ended : peer.error === 'ECONNRESET'))
})

test('a silent link answers no handshake, and takes what comes for no packet', async () => {
  await using secure = await Secure.open()
  await secure.loopback.link.set({ kind: 'down', mode: 'silent' })
  const { peer, raw } = secure.attempt()
  await once(raw, 'connect')
  await peer.quiet()
  expect(secure.loopback.packets).toEqual([])
  expect(secure.loopback.sockets).toEqual(['connected by device #1'])
})

test('who does not speak TLS is told nothing, and the record says why', async () => {
  await using secure = await Secure.open()
  const device = await secure.loopback.device()
  device.write('100c00044d5154540402003c0000')
  await device.until((peer) => peer.ended || peer.closed)
  await secure.loopback.event((e) => e.kind === 'socket' && e.change === 'handshake-failed')
  expect(secure.loopback.packets).toEqual([])
  expect(secure.loopback.timeline.events).toContainEqual(
    expect.objectContaining({ change: 'handshake-failed', detail: expect.stringContaining('ERR_SSL') }),
  )
})

test.each([
  ['valid', null],
  ['expired', 'CERT_HAS_EXPIRED'],
  ['not-yet-valid', 'CERT_NOT_YET_VALID'],
  ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['unknown-ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
] as const)('a %s certificate is wrong in that way only: %s', async (kind, error) => {
  await using secure = await Secure.open({ tls: await authority.server(kind) })
  const { peer } = secure.attempt()
  if (error === null) await once(peer.socket, 'secureConnect')
  else await peer.until((p) => p.error !== null)
  expect(peer.error).toBe(error)
})

test('mutual TLS: only a certificate of the authority gets through', async () => {
  await using secure = await Secure.open({ tls: { ...identity, clientCa: authority.cert } })
  const { device, broker } = await secure.pair(await authority.client('blue'))
  device.write(PINGREQ)
  await broker.received(2)
  for (const [how, why] of [
    [{}, 'it showed no certificate'],
    [await authority.server('self-signed'), 'its certificate is of another authority'],
  ] as const) {
    const { peer } = secure.attempt(how)
    await peer.until((p) => p.closed || p.ended)
    await secure.loopback.event((e) => e.kind === 'socket' && e.detail === why)
  }
})

async function tlsBroker(
  options: TlsOptions,
): Promise<{ port: number; next: Promise<LoopbackPeer> } & AsyncDisposable> {
  const server = createServer({ ...identity, ...options })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const next = once(server, 'secureConnection').then(([socket]) => new LoopbackPeer(socket as Socket))
  next.catch(() => {})
  return {
    port: (server.address() as { port: number }).port,
    next,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

test.each([undefined, identity])('the link speaks TLS to the broker, whatever the device does', async (tls) => {
  await using broker = await tlsBroker({ requestCert: true, ca: authority.cert })
  const client = await authority.client('hil')
  const upstream = () => ({
    host: '127.0.0.1',
    port: broker.port,
    tls: { ca: authority.cert, serverName: 'localhost', ...client },
  })
  await using secure = await Secure.open({ tls, upstream })
  const device = tls === undefined ? await secure.loopback.device() : secure.attempt().peer
  device.write(PINGREQ)
  const peer = await broker.next
  await peer.received(2)
  expect(peer.hex).toBe(PINGREQ)
  peer.write(PINGRESP)
  await device.received(2)
  peer.socket.end()
  await device.until((p) => p.ended)
})

test('a broker that the link does not trust is as one that resets', async () => {
  await using broker = await tlsBroker({})
  const upstream = () => ({ host: '127.0.0.1', port: broker.port, tls: { serverName: 'localhost' } })
  await using loopback = await Loopback.open({ upstream })
  const device = await loopback.device()
  await device.until((peer) => peer.error !== null || peer.ended)
  expect(loopback.sockets.at(-1)).toMatch(/(reset|refused) by broker/)
})

test('given up while the broker has not answered the handshake, nothing stays', async () => {
  const silent = await Loopback.open()
  await silent.link.set({ kind: 'down', mode: 'silent' })
  const upstream = () => ({ host: '127.0.0.1', port: silent.link.port, tls: { insecure: true } })
  const loopback = await Loopback.open({ upstream })
  const device = await loopback.device()
  device.write(PINGREQ)
  await silent.event((e) => e.kind === 'socket')
  await loopback[Symbol.asyncDispose]()
  await silent[Symbol.asyncDispose]()
  expect(device.closed || device.socket.destroyed).toBe(true)
})

test('ALPN: a device that offers what the link knows is served, one that offers other protocols is not', async () => {
  await using secure = await Secure.open({ tls: { ...identity, alpn: ['mqtt'] } })
  await secure.pair({ ALPNProtocols: ['h2', 'mqtt'] })
  await secure.pair()
  const { peer } = secure.attempt({ ALPNProtocols: ['h2'] })
  await peer.until(({ error, closed }) => error !== null || closed)
  await secure.loopback.event((e) => e.kind === 'socket' && e.change === 'handshake-failed')
  const shown = secure.loopback.timeline.events.flatMap((e) =>
    e.kind === 'socket' && (e.change === 'secured' || e.change === 'handshake-failed') ? [e.detail ?? ''] : [],
  )
  expect(shown.map((detail) => / ALPN .*$/.exec(detail)?.[0] ?? '')).toEqual([' ALPN mqtt', '', ''])
})
