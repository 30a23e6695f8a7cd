import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import type { CallOutcome, Program, PyValue } from '../../board.ts'
import { seeded } from '../../core/random.ts'
import { milliseconds, realClock } from '../../core/time.ts'
import { startBoard } from '../../drive/single-board.ts'
import { tcpNetwork } from '../../drive/tcp.ts'
import { puppet } from '../../firmware/puppet.ts'
import { Decoder } from '../../mqtt/codec.ts'
import { encode } from '../../mqtt/encode.ts'
import type { Packet } from '../../mqtt/packet.ts'
import { minimqtt } from './minimqtt.ts'

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const undo of cleanup.splice(0).reverse()) undo()
})

/** A server that acknowledges whatever it gets. */
async function serve() {
  const seen: Packet[] = []
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    const decoder = new Decoder()
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      for (const { packet } of decoder.push(chunk)) {
        seen.push(packet)
        if (packet.type === 'connect') socket.write(encode({ type: 'connack' }))
        if (packet.type === 'pingreq') socket.write(encode({ type: 'pingresp' }))
        if (packet.type === 'publish' && packet.qos === 1)
          socket.write(encode({ type: 'puback', packetId: packet.packetId! }))
        if (packet.type === 'subscribe')
          socket.write(encode({ type: 'suback', packetId: packet.packetId, granted: [packet.subscriptions[0]!.qos] }))
        if (packet.type === 'unsubscribe') socket.write(encode({ type: 'unsuback', packetId: packet.packetId }))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, seen, sockets, types: () => seen.map(({ type }) => type) }
}

/** A puppet with a quick MiniMQTT, told one call after the other. */
function device(port: number, options: Record<string, PyValue> = {}, poll: number | null = null) {
  const clock = realClock()
  const outcomes = new Map<string, (outcome: CallOutcome) => void>()
  const lines: string[] = []
  const bugs: unknown[] = []
  const program: () => Program<void> = puppet.program({
    client: minimqtt,
    server: '127.0.0.1',
    port,
    name: 'blue',
    options: { socket_timeout: 0.05, recv_timeout: 0.3, ...options },
    will: { topic: 'blue/status', payload: Uint8Array.of(0x78), qos: 1, retain: true },
    poll: poll === null ? null : milliseconds(poll),
  })
  const board = startBoard(program, {
    network: tcpNetwork,
    clock,
    random: seeded(1),
    onPrint: (line) => lines.push(line),
    onPin: () => {},
    onOutcome: (id, outcome) => outcomes.get(id)!(outcome),
    onEnd: () => {},
    onReset: () => {},
    onSocket: () => {},
    onBug: (error) => bugs.push(error),
  })
  cleanup.push(() => board.stop('close'))
  cleanup.push(() => expect(bugs).toEqual([]))
  let calls = 0
  const call = async (method: string, args: PyValue[] = [], kwargs: Record<string, PyValue> = {}): Promise<unknown> => {
    const id = String(calls++)
    const outcome = await new Promise<CallOutcome>((resolve) => {
      outcomes.set(id, resolve)
      board.instruct({ id, method, args, kwargs })
    })
    return outcome.kind === 'returned' ? outcome.value : [outcome.error.type, ...outcome.error.args]
  }
  const took = async (work: () => Promise<unknown>): Promise<number> => {
    const from = clock.now()
    await work()
    return clock.now() - from
  }
  return { call, took, lines, board }
}

it('says every general verb', async () => {
  const { port, types, seen } = await serve()
  const { call } = device(port)
  const { verbs, methods } = minimqtt
  const topic = new TextEncoder().encode('a/b')
  const payload = Uint8Array.of(0xff)
  const said = [
    verbs.connect({ clean: false }),
    verbs.publish({ topic, payload, qos: 1, retain: true }),
    verbs.subscribe({ topic, qos: 1 }),
    verbs.unsubscribe({ topic }),
    verbs.ping(),
    verbs.check({ socket_timeout: 0.05 }),
    verbs.wait({ socket_timeout: 0.05 }),
    verbs.loop!({ timeout: 0.1 }),
    verbs.disconnect(),
  ]
  const ends: unknown[] = []
  for (const { method, args, kwargs } of said.map((call) => call!)) {
    expect(Object.keys(methods)).toContain(method)
    ends.push(await call(method, [...args], kwargs))
  }
  expect(ends).toEqual([0, null, null, null, [0xd0], null, null, null, null])
  await vi.waitFor(() =>
    expect(types()).toEqual(['connect', 'publish', 'subscribe', 'unsubscribe', 'pingreq', 'disconnect']),
  )
  expect(seen[0]).toMatchObject({ clean: false, keepalive: 60, will: { topic: 'blue/status', qos: 1, retain: true } })
  expect(seen[1]).toMatchObject({ packetId: 2, payload, retain: true })
})

it('M3: end of file costs recv_timeout, and leaves the client "connected"', async () => {
  const { port, sockets } = await serve()
  const { call, took } = device(port)
  await call('connect')
  sockets[0]!.end()
  let end: unknown
  const time = await took(() => call('loop', [0.05]).then((value) => (end = value)))
  expect(end).toEqual(['MMQTTException', 'Unable to receive 1 bytes within 0.3 seconds.', null])
  expect(time).toBeGreaterThanOrEqual(300)
  expect(await call('is_connected')).toBe(true)
})

it('M8: pings inside loop once keep_alive is over', async () => {
  const { port, types } = await serve()
  const { call } = device(port, { keep_alive: 1 })
  await call('connect')
  expect(await call('loop', [0.2])).toBeNull()
  expect(types()).toEqual(['connect'])
  expect(await call('loop', [1])).toEqual([0xd0])
  expect(types()).toEqual(['connect', 'pingreq'])
})

it('M2: is refused five times at once by a port that nobody listens on', async () => {
  const { port, sockets } = await serve()
  for (const undo of cleanup.splice(0)) undo()
  const { call, took } = device(port)
  let end: unknown
  expect(await took(() => call('connect').then((value) => (end = value)))).toBeLessThan(2000) // the first pause of a back-off
  expect(end).toEqual(['MMQTTException', 'Repeated connect failures', null])
  expect(sockets).toEqual([])
})

it('M10: a pause inside a packet is a raw OSError', async () => {
  const { port, sockets } = await serve()
  const { call } = device(port)
  await call('connect')
  sockets[0]!.write(Uint8Array.of(0x30, 0x05, 0x00))
  expect(await call('loop', [0.1])).toEqual(['OSError', 'ETIMEDOUT'])
})

it('a reset is an exception of its own while reading, and raw while sending', async () => {
  const { port, sockets } = await serve()
  const { call } = device(port, { connect_retries: 1 })
  await call('connect')
  sockets[0]!.resetAndDestroy()
  expect(await call('loop', [0.3])).toEqual(['MMQTTException', 'Unexpected error while waiting for messages', null])
  expect(await call('publish', ['t', 'm'])).toEqual(['OSError', 'EPIPE'])
  expect(await call('reconnect')).toBe(0)
})

it('the puppet looks for messages, and again after a reconnect', async () => {
  const { port, sockets } = await serve()
  const { call, lines } = device(port, {}, 10)
  const printed = (line: string): Promise<void> =>
    vi.waitFor(() => expect(lines).toContainEqual(expect.stringContaining(line)))
  await call('connect')
  sockets[0]!.write(encode({ type: 'publish', topic: 'a', payload: new TextEncoder().encode('hi') }))
  await printed('message a hi')
  sockets[0]!.resetAndDestroy()
  await printed('loop raised MMQTTException')
  await call('reconnect')
  sockets[1]!.write(encode({ type: 'publish', topic: 'a', payload: new TextEncoder().encode('again') }))
  await printed('message a again')
})
