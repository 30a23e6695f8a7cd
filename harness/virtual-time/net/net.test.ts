// The network in memory against the operating system's: the same program sees the same on both.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { inRealTime, inVirtualTime } from '../index.ts'

type Log = (what: string) => void

/** A program writes what each end hears into a log of its own: which end hears first is not told. */
type Program = (ends: { client: Log; server: Log }) => Promise<void>

async function seenBy(program: Program): Promise<readonly string[]> {
  const client: string[] = []
  const server: string[] = []
  await program({ client: (what) => client.push(what), server: (what) => server.push(what) })
  return ['client', ...client, 'server', ...server]
}

/** Logs what happens at a socket; bytes only once they have all come, because reads may cut them elsewhere. */
function watch(socket: Socket, log: Log): void {
  let bytes = ''
  const told = (): void => {
    if (bytes !== '') log(`data ${bytes.length > 50 ? bytes.length : bytes}`)
    bytes = ''
  }
  socket.on('data', (chunk) => {
    bytes += chunk
  })
  socket.on('connect', () => log('connect'))
  socket.on('end', () => {
    told()
    log('end')
  })
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    told()
    log(`error ${code}`)
  })
  socket.on('close', (hadError) => {
    told()
    log(`close ${hadError}`)
  })
}

async function listening(accept: (socket: Socket) => void, options = {}): Promise<{ server: Server; port: number }> {
  const server = createServer(options, accept)
  server.listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

const closed = (socket: Socket): Promise<unknown> =>
  socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve))
const closing = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve))
const turns = async (count: number): Promise<void> => {
  for (let k = 0; k < count; k++) await new Promise((resolve) => setImmediate(resolve))
}

/** One connection: what the server does with it, and what the client does. */
const between =
  (
    serve: (socket: Socket) => void,
    act: (socket: Socket) => void,
    { halfOpen = false, clientHalfOpen = false } = {},
  ): Program =>
  async ({ client: toClient, server: toServer }) => {
    const ends: Promise<unknown>[] = []
    const { server, port } = await listening(
      (socket) => {
        watch(socket, toServer)
        ends.push(closed(socket))
        serve(socket)
      },
      { allowHalfOpen: halfOpen },
    )
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: clientHalfOpen })
    watch(socket, toClient)
    const client = closed(socket)
    act(socket)
    await client
    await Promise.all(ends)
    await closing(server)
  }

const whenItHas = (socket: Socket, length: number, then: () => void): void => {
  let have = 0
  socket.on('data', (chunk) => {
    have += chunk.length
    if (have >= length) then()
  })
}

const programs: Readonly<Record<string, Program>> = {
  'each end says FIN when the other has': between(
    (socket) => socket.pipe(socket),
    (socket) => socket.end('hello'),
  ),
  'a half-open end goes on sending': between(
    (socket) => socket.on('end', () => socket.end('late')),
    (socket) => socket.end('hello'),
    { halfOpen: true, clientHalfOpen: true },
  ),
  'bytes before a destroy arrive, and then FIN': between(
    () => {},
    (socket) => socket.on('connect', () => void socket.write('hello', () => socket.destroySoon())),
  ),
  'the server resets': between(
    (socket) => whenItHas(socket, 5, () => socket.resetAndDestroy()),
    (socket) => void socket.write('hello'),
  ),
  'a connection that is reset as soon as it is accepted was none': between(
    (socket) => void socket.resetAndDestroy(),
    () => {},
  ),
  'the client resets while it connects': between(
    () => {},
    (socket) => void socket.resetAndDestroy(),
  ),
  'who leaves with unread bytes resets': between(
    (socket) => {
      socket.pause()
      setTimeout(() => socket.destroy(), 50)
    },
    (socket) => void socket.write(Buffer.alloc(1_000_000)),
  ),
  'a write at once after a RST fails': between(
    (socket) => whenItHas(socket, 1, () => socket.resetAndDestroy()),
    (socket) => {
      socket.write('x')
      socket.on('error', () => {})
      const again = (): void => {
        if (!socket.destroyed) socket.write('y', () => setImmediate(again))
      }
      again()
    },
  ),
  'a large write waits for its reader': between(
    (socket) => {
      socket.pause()
      setTimeout(() => socket.resume(), 20)
    },
    (socket) => {
      socket.write(Buffer.alloc(20_000_000, 'a'))
      socket.end()
    },
  ),
  'nobody listens': async ({ client }) => {
    const { server, port } = await listening(() => {})
    await closing(server)
    const socket = connect({ port, host: '127.0.0.1' })
    watch(socket, client)
    await closed(socket)
  },
  'a port is taken': async ({ server: log }) => {
    const { server, port } = await listening(() => {})
    const other = createServer()
    other.listen({ port, host: '127.0.0.1' })
    const [error] = (await once(other, 'error').catch((thrown) => [thrown])) as [NodeJS.ErrnoException]
    log(`error ${error.code}`)
    await closing(server)
    other.listen({ port, host: '127.0.0.1' })
    await once(other, 'listening')
    log('listening')
    await closing(other)
  },
  'a server that closes waits for its connections': async ({ client, server: log }) => {
    const { server, port } = await listening((socket) => watch(socket, log))
    server.on('close', () => log('server closed'))
    const socket = connect({ port, host: '127.0.0.1' })
    watch(socket, client)
    await Promise.all([once(socket, 'connect'), once(server, 'connection')])
    const over = closing(server)
    await turns(5)
    log('still open')
    const gone = closed(socket)
    socket.end()
    await gone
    await over
  },
  'what a turn has sent is read two immediates later': async ({ client, server: log }) => {
    const ends: Promise<unknown>[] = []
    const { server, port } = await listening((socket) => {
      ends.push(closed(socket))
      socket.on('data', (chunk) => log(`data ${chunk}`))
    })
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await Promise.all([once(socket, 'connect'), once(server, 'connection')])
    for (const part of ['a', 'b', 'c']) {
      socket.write(part)
      await turns(2)
      client(`after ${part}`)
    }
    socket.destroy()
    await Promise.all(ends)
    await closing(server)
  },
  'a RST is heard of before what another sends after it': async ({ server: log }) => {
    const ends: Promise<unknown>[] = []
    const accepted: Socket[] = []
    const { server, port } = await listening((socket) => {
      accepted.push(socket)
      ends.push(closed(socket))
      socket.on('data', (chunk) => log(`data ${chunk}`))
      socket.on('error', ({ code }: NodeJS.ErrnoException) => log(`error ${code}`))
    })
    const [one, other] = [connect({ port, host: '127.0.0.1' }), connect({ port, host: '127.0.0.1' })]
    await Promise.all([once(one, 'connect'), once(other, 'connect')])
    while (accepted.length < 2) await turns(1)
    one.resetAndDestroy()
    other.end('y')
    await Promise.all(ends)
    await closing(server)
  },
}

describe('the network in memory', () => {
  it.each(Object.entries(programs))('%s', async (_, program) => {
    const real = await inRealTime(() => seenBy(program))
    const virtual = await inVirtualTime(1, () => seenBy(program))
    expect(virtual).toEqual(real)
  })

  it('holds a small second write back until the first is acknowledged, 40 ms once the other has answered', async () => {
    const arrivals: number[] = []
    await inVirtualTime(1, async (clock) => {
      const ends: Promise<unknown>[] = []
      const { server, port } = await listening(
        (socket) => {
          ends.push(closed(socket))
          socket.on('data', (chunk) => {
            if (String(chunk) === 'ask') socket.write('answer')
            else arrivals.push(clock.now())
          })
        },
        { noDelay: true },
      )
      const socket = connect({ port, host: '127.0.0.1' })
      socket.write('ask')
      await once(socket, 'data')
      const begun = clock.now()
      socket.write('one')
      socket.write('two')
      await new Promise((resolve) => setTimeout(resolve, 100))
      socket.write('three')
      socket.write('four')
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(arrivals.map((at) => Math.round(at - begun))).toEqual([0, 40, 100])
      socket.destroy()
      await Promise.all(ends)
      await closing(server)
    })
  })
})
