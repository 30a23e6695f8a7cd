import { expect, it } from 'vitest'
import { milliseconds, seconds, VirtualClock } from '../core/time.ts'
import { type MemoryConnection, MemoryNetwork } from './memory.ts'
import { BoardSocket, type ConnectChange, type Settled } from './socket.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const raises = (errno: string) => ({ error: expect.objectContaining({ type: 'OSError', args: [errno] }) })

async function connected(): Promise<{
  socket: BoardSocket
  peer: MemoryConnection
  clock: VirtualClock
  got: Settled[]
}> {
  const network = new MemoryNetwork()
  const clock = new VirtualClock()
  const socket = new BoardSocket(network, clock, () => {})
  const got: Settled[] = []
  const arrived = network.next()
  expect(socket.connect('h', 1883, undefined, (s) => got.push(s))).toBeNull()
  const peer = await arrived
  expect(got.splice(0)).toEqual([{ value: undefined }])
  return { socket, peer, clock, got }
}

it('read waits for exactly number of bytes', async () => {
  const { socket, peer, got } = await connected()
  expect(socket.read(3, true, (s) => got.push(s))).toBeNull()
  peer.send(bytes(1))
  peer.send(bytes(2))
  expect(got).toEqual([])
  peer.send(bytes(3, 4))
  expect(got).toEqual([{ value: bytes(1, 2, 3) }])
  expect(socket.read(1, true, () => {})).toEqual({ value: bytes(4) })
})

it('recv takes what is there', async () => {
  const { socket, peer } = await connected()
  peer.send(bytes(1, 2, 3))
  expect(socket.read(2, false, () => {})).toEqual({ value: bytes(1, 2) })
  expect(socket.read(9, false, () => {})).toEqual({ value: bytes(3) })
})

it('end of file: what there is, then nothing, for ever; and writing still works', async () => {
  const { socket, peer, got } = await connected()
  socket.read(3, true, (s) => got.push(s))
  peer.send(bytes(1))
  peer.end()
  expect(got.splice(0)).toEqual([{ value: bytes(1) }])
  expect(socket.read(3, true, () => {})).toEqual({ value: bytes() })
  expect(socket.read(3, true, () => {})).toEqual({ value: bytes() })
  socket.write(bytes(9), (s) => got.push(s))
  expect(got).toEqual([{ value: undefined }])
})

it('recv at end of file takes a moment, so that asking again and again costs little', async () => {
  const { socket, peer, clock, got } = await connected()
  peer.end()
  expect(socket.read(1, false, (s) => got.push(s))).toBeNull()
  expect(got).toEqual([])
  clock.advance(milliseconds(5))
  expect(got.splice(0)).toEqual([{ value: bytes() }])
  socket.read(1, false, (s) => got.push(s))
  socket.close()
  expect(got).toEqual([raises('EBADF')])
  clock.advance(seconds(1))
  expect(got).toHaveLength(1)
})

it('read(-1) reads until end of file', async () => {
  const { socket, peer, got } = await connected()
  socket.read(-1, true, (s) => got.push(s))
  peer.send(bytes(1, 2))
  expect(got).toEqual([])
  peer.end()
  expect(got).toEqual([{ value: bytes(1, 2) }])
})

it('a reset: ECONNRESET once, then end of file, and EPIPE for writes', async () => {
  const { socket, peer, got } = await connected()
  socket.read(1, true, (s) => got.push(s))
  peer.reset()
  expect(got).toEqual([raises('ECONNRESET')])
  expect(socket.read(1, true, () => {})).toEqual({ value: bytes() })
  expect(socket.write(bytes(1), () => {})).toEqual(raises('EPIPE'))
  expect(socket.write(bytes(1), () => {})).toEqual(raises('EPIPE'))
})

it('bytes that came before a reset can still be read', async () => {
  const { socket, peer } = await connected()
  peer.send(bytes(1))
  peer.reset()
  expect(socket.read(1, true, () => {})).toEqual({ value: bytes(1) })
  expect(socket.read(1, true, () => {})).toEqual(raises('ECONNRESET'))
})

it('non-blocking reads give what there is, or null', async () => {
  const { socket, peer } = await connected()
  socket.setBlocking(false)
  expect(socket.read(4, true, () => {})).toEqual({ value: null })
  peer.send(bytes(1))
  expect(socket.read(4, true, () => {})).toEqual({ value: bytes(1) })
})

it('a timed-out read loses what it had; setblocking(True) ends timeouts', async () => {
  const { socket, peer, clock, got } = await connected()
  socket.setTimeout(seconds(2))
  socket.read(4, true, (s) => got.push(s))
  clock.advance(seconds(1.5))
  peer.send(bytes(1, 2))
  clock.advance(seconds(1.5))
  expect(got).toEqual([])
  clock.advance(seconds(0.5))
  expect(got.splice(0)).toEqual([raises('ETIMEDOUT')])
  socket.setBlocking(true)
  socket.read(1, true, (s) => got.push(s))
  clock.advance(seconds(1000))
  expect(got).toEqual([])
  peer.send(bytes(3))
  expect(got).toEqual([{ value: bytes(3) }])
})

it('a blocking write waits for the kernel; a non-blocking one into a full buffer is dropped', async () => {
  const { socket, peer, got } = await connected()
  peer.stalled = true
  expect(socket.write(bytes(1), (s) => got.push(s))).toBeNull()
  expect(got).toEqual([])
  socket.setBlocking(false)
  expect(socket.write(bytes(2), () => {})).toEqual({ value: null })
  peer.drain()
  expect(got).toEqual([{ value: undefined }])
  expect(peer.writes).toEqual([bytes(1)])
})

it('a write that fails raises at that write', async () => {
  const { socket, peer, got } = await connected()
  peer.broken = 'EPIPE'
  socket.write(bytes(1), (s) => got.push(s))
  expect(got).toEqual([raises('EPIPE')])
  expect(socket.read(1, true, () => {})).toEqual({ value: bytes() })
})

it('connect: refused, timed out, not connected, closed', async () => {
  const clock = new VirtualClock()
  const told: ConnectChange[] = []
  const got: Settled[] = []
  const network = new MemoryNetwork({ answer: { refuse: 'ECONNREFUSED' } })
  const socket = new BoardSocket(network, clock, (change) => told.push(change))
  expect(socket.read(1, true, () => {})).toEqual(raises('ENOTCONN'))
  const arrived = network.next()
  socket.connect('h', 1, undefined, (s) => got.push(s))
  await arrived
  network.answer = 'hang'
  socket.setTimeout(seconds(3))
  socket.connect('h', 1, undefined, (s) => got.push(s))
  clock.advance(seconds(3))
  expect(got).toEqual([raises('ECONNREFUSED'), raises('ETIMEDOUT')])
  expect(told).toEqual(['connecting', 'refused', 'connecting', 'timeout'])
  expect(network.connections[1]?.gone).toBe('destroyed')
  socket.close()
  socket.close()
  for (const settled of [socket.read(1, true, () => {}), socket.write(bytes(1), () => {}), socket.setBlocking(true)])
    expect(settled).toEqual(raises('EBADF'))
})

it('closing lets go whoever waits', async () => {
  const { socket, peer, got } = await connected()
  socket.read(1, true, (s) => got.push(s))
  socket.close()
  expect(got).toEqual([raises('EBADF')])
  expect(peer.gone).toBe('destroyed')
})

it('a time limit that another task sets holds for a read that waits already', async () => {
  const { socket, clock, got } = await connected()
  socket.read(1, false, (s) => got.push(s))
  clock.advance(seconds(100))
  socket.setTimeout(seconds(3))
  socket.setBlocking(true)
  clock.advance(seconds(3))
  expect(got).toEqual([raises('ETIMEDOUT')])
})

it('what an abandoned read would have got is for the next', async () => {
  const { socket, peer, got } = await connected()
  const gone = (s: Settled): void => void got.push(s)
  socket.read(4, true, gone)
  peer.send(bytes(1))
  socket.read(1, false, (s) => got.push(s))
  expect(got).toEqual([])
  socket.abandon(gone)
  expect(got).toEqual([{ value: bytes(1) }])
})

it('a second reader at end of file gets its end of file, a little later', async () => {
  const { socket, peer, clock, got } = await connected()
  const again = (s: Settled): void => {
    got.push(s)
    if (got.length < 3) expect(socket.read(1, false, again)).toBeNull()
  }
  socket.read(1, false, again)
  peer.end()
  expect(got).toHaveLength(1)
  clock.advance(seconds(1))
  expect(got).toEqual(Array(3).fill({ value: bytes() }))
})

it('tells its TCP state', async () => {
  const { socket, peer } = await connected()
  const states = [socket.tcpState()]
  peer.end()
  states.push(socket.tcpState())
  peer.reset()
  states.push(socket.tcpState())
  socket.close()
  expect([...states, socket.tcpState()]).toEqual([4, 7, -1, -1])
})
