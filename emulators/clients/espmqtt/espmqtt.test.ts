// What the public recordings do not show, by hand-made stages; and a program on a real board of the harness.

import { describe, expect, it } from 'vitest'
import type { Program, PyValue } from '../../board.ts'
import * as board from '../../board.ts'
import { milliseconds, seconds } from '../../core/time.ts'
import { StagedBoard } from '../../drive/staged/board.ts'
import type { StagedConnection } from '../../drive/staged/peer.ts'
import type { Options } from '../client.ts'
import { clientAt } from '../client.ts'
import { type EspMqtt, espMqtt } from './espmqtt.ts'
import type { EspEvent } from './event-loop.ts'
import { parseUri, percentDecoded } from './uri.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))
const CONNACK = { data: hex('20020000') }
const ACCEPTS: StagedConnection = { feed: [CONNACK] }

interface Stage {
  readonly connections: readonly StagedConnection[]
  readonly options?: Options
  readonly version?: string
  readonly handler?: (event: EspEvent, client: EspMqtt) => Program<void>
}

/** Runs a program; what it returned, the events' names with their times, and what was written, in hex. */
function play(
  { connections, options = {}, version = '1.1.0', handler }: Stage,
  program: (call: (method: string, ...args: PyValue[]) => Program<PyValue>, client: EspMqtt) => Program<void>,
) {
  const events: [number, string][] = []
  const writes: string[] = []
  const closes: number[] = []
  const client: EspMqtt = clientAt(espMqtt, version).create(
    { 'broker.address.uri': 'mqtt://10.0.0.7', 'credentials.client_id': 'blue', ...options },
    {
      *onEspEvent(event) {
        events.push([all.now(), event.name])
        if (handler !== undefined) yield* handler(event, client)
      },
      recorded: true,
    },
  ) as EspMqtt
  let id = 101
  const all = new StagedBoard({
    connections,
    clock: milliseconds(1000),
    random: () => id++,
    onCall(call, end) {
      if (call.kind === 'send') writes.push(Buffer.from(call.bytes).toString('hex'))
      if (call.kind === 'close' && end.answer === true) closes.push(all.now())
    },
  })
  const end = all.run(program((method, ...args) => client.call(method, args, {}), client))
  return { end, events, writes, closes, client }
}

describe('esp-mqtt', () => {
  it('two start() make two tasks, of which the second takes the connection', () => {
    const { events, writes, closes } = play({ connections: [ACCEPTS, ACCEPTS] }, function* (call) {
      expect(yield* call('start')).toBe('ESP_OK')
      expect(yield* call('start')).toBe('ESP_OK')
      yield* board.sleep(milliseconds(500))
    })
    expect(writes).toHaveLength(2)
    expect(closes).toEqual([0])
    expect(events.map(([, name]) => name)).toEqual(['BEFORE_CONNECT', 'CONNECTED', 'BEFORE_CONNECT', 'CONNECTED'])
  })

  it('a second start() once it runs is an error', () => {
    play({ connections: [ACCEPTS] }, function* (call) {
      yield* call('start')
      yield* board.sleep(milliseconds(500))
      expect(yield* call('start')).toBe('ESP_FAIL')
    })
  })

  it('without a scheme the task ends, and nobody hears of it', () => {
    const { events } = play(
      { connections: [], options: { 'broker.address.uri': null, 'broker.address.hostname': 'h' } },
      function* (call) {
        yield* call('start')
        yield* board.sleep(seconds(20))
        expect(yield* call('get_state')).toBe('DISCONNECTED')
        expect(yield* call('stop')).toBe('ESP_FAIL')
      },
    )
    expect(events).toEqual([])
  })

  it('a time that is less than two ticks spins', () => {
    const { events } = play(
      { connections: [{ refuse: 'ECONNRESET' }, ACCEPTS], options: { 'network.reconnect_timeout_ms': 19 } },
      function* (call) {
        yield* call('start')
        yield* board.sleep(milliseconds(100))
      },
    )
    expect(events.filter(([, name]) => name === 'BEFORE_CONNECT').map(([at]) => at)).toEqual([0, 20])
  })

  it.each([
    [0, 15_000],
    [9, 15_000],
    [10, 10_010],
    [20, 10_020],
  ])('E1: a handler that takes %i ms: the next attempt after %i ms', (takes, after) => {
    const { events } = play(
      {
        connections: [{ refuse: 'ECONNRESET' }, ACCEPTS],
        *handler({ name }) {
          if (name === 'DISCONNECTED' && takes > 0) yield* board.sleep(milliseconds(takes))
        },
      },
      function* (call) {
        yield* call('start')
        yield* board.sleep(seconds(20))
      },
    )
    expect(events.filter(([, name]) => name === 'BEFORE_CONNECT').map(([at]) => at)).toEqual([0, after])
  })

  it('outbox.limit counts whole packets and gives -2', () => {
    play({ connections: [ACCEPTS], options: { 'outbox.limit': 20 } }, function* (call) {
      yield* call('start')
      yield* board.sleep(milliseconds(500))
      expect(yield* call('publish', 'a', 'bbbb', 0, 1, 0)).toBe(101)
      expect(yield* call('get_outbox_size')).toBe(11)
      expect(yield* call('publish', 'a', '0123456789', 0, 1, 0)).toBe(-2)
      expect(yield* call('publish', 'a', '0123456789', 0, 0, 0)).toBe(0)
      expect(yield* call('enqueue', 'a', '0123456789', 0, 0, 0, true)).toBe(-2)
      expect(yield* call('enqueue', 'a', '012345678', 0, 0, 0, true)).toBe(0)
      expect(yield* call('subscribe', 'a', 0)).toBe(-2)
      expect(yield* call('unsubscribe', 'a')).toBe(102)
    })
  })

  it('destroy ends as stop does', () => {
    const { writes, closes } = play({ connections: [ACCEPTS] }, function* (call) {
      yield* call('start')
      yield* board.sleep(milliseconds(500))
      expect(yield* call('destroy')).toBe('ESP_OK')
    })
    expect(writes.at(-1)).toBe('e000')
    expect(closes).toEqual([1000])
  })

  it('set_config holds for the next CONNECT, and sets buffers back', () => {
    const { writes } = play(
      {
        connections: [{ feed: [CONNACK, { after: milliseconds(600) }, { eof: true }] }, ACCEPTS],
        options: { 'buffer.out_size': 40, 'network.reconnect_timeout_ms': 1000 },
      },
      function* (call, client) {
        yield* call('start')
        yield* board.sleep(milliseconds(500))
        expect(yield* call('publish', 'a'.repeat(60), 'x', 0, 0, 0)).toBe(-1)
        expect(yield* client.call('set_config', [], { 'session.keepalive': 9 })).toBe('ESP_OK')
        expect(yield* call('publish', 'a'.repeat(60), 'x', 0, 0, 0)).toBe(0)
        yield* board.sleep(seconds(20))
      },
    )
    expect(writes[0]).toBe('101000044d515454040200780004626c7565')
    expect(writes[2]).toBe('101000044d515454040200090004626c7565')
  })

  it('percent-decodes user and password of a URI since 1.1.0', () => {
    for (const [version, user] of [
      ['1.1.0', '0003613a62'],
      ['idf-5.5', '00056125336162'],
    ] as const) {
      const { writes } = play(
        { connections: [ACCEPTS], version, options: { 'broker.address.uri': 'mqtt://a%3ab:p@10.0.0.7' } },
        function* (call) {
          yield* call('start')
          yield* board.sleep(milliseconds(500))
        },
      )
      expect(writes[0]).toContain(user)
    }
  })
})

describe('a URI', () => {
  it.each([
    ['mqtt://h', { scheme: 'mqtt', host: 'h', path: null, port: null, userInfo: null }],
    ['mqtts://u:p@h:1/a?b#c', { scheme: 'mqtts', host: 'h', path: '/a?b', port: 1, userInfo: 'u:p' }],
    ['ws://h?q', { scheme: 'ws', host: 'h', path: '/?q', port: null, userInfo: null }],
    ['mqtt://[::1]:99', { scheme: 'mqtt', host: '::1', path: null, port: 99, userInfo: null }],
    ['h', null],
    ['mqtt://', null],
    ['mqtt://h:65536', null],
    ['mqtt://a b', null],
  ])('%s', (text, parts) => {
    expect(parseUri(text)).toEqual(parts)
  })

  it('has no % without two digits', () => {
    expect(percentDecoded('a%2')).toBeNull()
    expect(Buffer.from(percentDecoded('%41%e4')!).toString('hex')).toBe('41e4')
  })
})
