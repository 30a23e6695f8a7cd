// Whatever a peer sends, and however it is cut: a client may raise Python's exceptions and may hang, but the driver
// neither fails, nor spins, nor leaves anything behind.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Program } from '../../board.ts'
import { type ClientName, clients } from '../../clients/index.ts'
import { seeded } from '../../core/random.ts'
import { type Clock, milliseconds, seconds, VirtualClock } from '../../core/time.ts'
import { puppet } from '../../firmware/puppet.ts'
import { type MemoryConnection, MemoryNetwork } from '../memory.ts'
import type { FeedEntry, ScriptedConnection } from '../peer.ts'
import { ScriptedBoard } from '../scripted.ts'
import { startBoard } from '../single-board.ts'
import { asInstruction, askedOf, fromPeer } from './storm.testing.ts'

const NAMES = Object.keys(clients) as ClientName[]
const CONNACK = Uint8Array.of(0x20, 2, 0, 0)

/** More board calls than any call of a client can need: a program that makes so many spins. */
const FUEL = 20_000

function* fuelled<T>(program: Program<T>): Program<T> {
  let answer: Parameters<Program<T>['next']>[0]
  let error: unknown
  for (let calls = 0; calls < FUEL; calls++) {
    const step = error === undefined ? program.next(answer as never) : program.throw(error)
    error = undefined
    if (step.done) return step.value
    try {
      answer = yield step.value
    } catch (e) {
      error = e
    }
  }
  throw new Error(`${FUEL} board calls, and no end`)
}

const entry: fc.Arbitrary<FeedEntry> = fc.oneof(
  { weight: 8, arbitrary: fromPeer.map((data): FeedEntry => ({ data })) },
  { weight: 2, arbitrary: fc.constant<FeedEntry>({ gap: true }) },
  { weight: 1, arbitrary: fc.constantFrom<FeedEntry>({ eof: true }, { error: 'ECONNRESET' }, { error: 'ETIMEDOUT' }) },
)
const connection: fc.Arbitrary<ScriptedConnection> = fc.oneof(
  { weight: 6, arbitrary: fc.array(entry, { maxLength: 12 }).map((feed) => ({ feed: [{ data: CONNACK }, ...feed] })) },
  {
    weight: 2,
    arbitrary: fc.record({
      feed: fc.array(entry, { maxLength: 6 }),
      failWrites: fc.array(fc.record({ at: fc.nat(9), errno: fc.constantFrom('EPIPE', 'ECONNRESET') }), {
        maxLength: 2,
      }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ refuse: 'ECONNREFUSED' }) },
)

describe.each(NAMES)('%s before a scripted peer', (name) => {
  const kind = clients[name]

  it('ends each call by a value, an exception of Python, or not at all', () => {
    fc.assert(
      fc.property(
        fc.array(connection, { maxLength: 5 }),
        fc.array(askedOf(kind), { minLength: 1, maxLength: 10 }),
        (connections, asked) => {
          const board = new ScriptedBoard({ connections })
          const client = kind.create(kind.identity('x', 'h', 1883), { *onMessage() {}, *onError() {} })
          for (const { method, args, kwargs } of [kind.verbs.connect({})!, ...asked]) {
            const end = board.run(fuelled(client.call(method, args, kwargs)), { until: seconds(3600) })
            if (end.kind === 'blocked' || end.kind === 'reset') return
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

/** A clock that knows how many of its timers are still to fire. */
class CountingClock implements Clock {
  readonly #clock = new VirtualClock()
  readonly #pending = new Set<object>()
  now = (): ReturnType<Clock['now']> => this.#clock.now()
  at(...[when, fire]: Parameters<Clock['at']>): ReturnType<Clock['at']> {
    const mark = {}
    this.#pending.add(mark)
    const timer = this.#clock.at(when, () => {
      this.#pending.delete(mark)
      fire()
    })
    return {
      cancel: () => {
        this.#pending.delete(mark)
        timer.cancel()
      },
    }
  }
  advance(...args: Parameters<VirtualClock['advance']>): void {
    this.#clock.advance(...args)
  }
  get pending(): number {
    return this.#pending.size
  }
}

type Event =
  | { readonly kind: 'ask'; readonly call: ReturnType<typeof asInstruction> }
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly size: number }
  | { readonly kind: 'end' | 'reset' | 'accept' | 'hang' | 'refuse' | 'stall' | 'drain' }
  | { readonly kind: 'time'; readonly passes: number }

const events = (name: ClientName): fc.Arbitrary<Event[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: askedOf(clients[name]).map((call): Event => ({ kind: 'ask', call: asInstruction(call, 1) })),
      },
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant('send' as const),
          bytes: fromPeer,
          size: fc.integer({ min: 1, max: 40 }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc
          .constantFrom<Event['kind']>('end', 'reset', 'accept', 'accept', 'hang', 'refuse', 'stall', 'drain')
          .map((what) => ({ kind: what }) as Event),
      },
      {
        weight: 4,
        arbitrary: fc.constantFrom(10, 1000, 6000, 70_000).map((passes): Event => ({ kind: 'time', passes })),
      },
    ),
    { maxLength: 25 },
  )

/** Microtasks, and what a busy program puts off to the next turn. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

function happen(event: Event, network: MemoryNetwork, peer: MemoryConnection | undefined): void {
  switch (event.kind) {
    case 'send':
      for (let at = 0; at < event.bytes.length; at += event.size) peer?.send(event.bytes.slice(at, at + event.size))
      break
    case 'end':
      peer?.end()
      break
    case 'reset':
      peer?.reset()
      break
    case 'stall':
      if (peer !== undefined) peer.stalled = true
      break
    case 'drain':
      peer?.drain()
      break
    case 'refuse':
      network.answer = { refuse: 'ECONNREFUSED' }
      break
    case 'accept':
    case 'hang':
      network.answer = event.kind
      break
    case 'ask':
    case 'time':
      break
  }
}

describe.each(NAMES)('%s before a peer in memory', (name) => {
  it('never makes the driver fail, and leaves no timer and no connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        events(name),
        fc.constantFrom('close' as const, 'power' as const, 'reset' as const),
        async (all, how) => {
          const network = new MemoryNetwork()
          const clock = new CountingClock()
          const bugs: unknown[] = []
          /** Those that the peer has refused or reset are nobody's any more. */
          const over = new Set<MemoryConnection>()
          network.onConnection = (made) => {
            if (typeof network.answer === 'object') over.add(made)
            if (typeof network.answer === 'object') over.add(made)
            made.onWrite = (bytes) => {
              if (bytes[0] === 0x10) queueMicrotask(() => made.send(CONNACK))
            }
          }
          const program = puppet.program({
            client: clients[name],
            server: 'h',
            port: 1883,
            name: 'x',
            options: {},
            poll: milliseconds(500),
          })
          const board = startBoard(program, {
            network,
            clock,
            random: seeded(1),
            onPrint() {},
            onPin() {},
            onOutcome() {},
            onEnd() {},
            onReset() {},
            onSocket() {},
            onBug: (bug) => bugs.push(bug),
          })
          for (const event of all) {
            const peer = network.connections.at(-1)
            if (event.kind === 'ask') board.instruct(event.call)
            else if (event.kind === 'time') clock.advance(milliseconds(event.passes))
            else happen(event, network, peer)
            if (event.kind === 'reset' && peer !== undefined) over.add(peer)
            await settled()
          }
          board.stop(how)
          await settled()
          expect(bugs).toEqual([])
          expect(clock.pending).toBe(0)
          const left = network.connections.filter((c) => c.gone === null && !over.has(c))
          expect(left.map((c) => [c.host, c.writes.length])).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })
})
