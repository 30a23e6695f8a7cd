// Each change of the libraries' history, seen from both sides: the last version without it and the
// first with it. What a version must not have is as much a fact as what it has.

import { describe, expect, it } from 'vitest'
import type { PyValue } from '../../board.ts'
import { Problem } from '../../core/problem.ts'
import type { ScriptedConnection } from '../../drive/peer.ts'
import { ScriptedBoard } from '../../drive/scripted.ts'
import { type ClientHooks, clientAt, versionNamed } from '../client.ts'
import { clients } from '../index.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))
const feed = (...parts: (string | 'eof')[]): ScriptedConnection => ({
  feed: parts.map((part) => (part === 'eof' ? { eof: true } : { data: bytes(part) })),
})
const CONNACK = '20020000'

const SIMPLE = ['1.3', '1.3.4', '1.4.0', '1.5.0', '1.6.0', '1.7.0', '1.7.1', '1.8.0', '1.8.0+20475d3'] as const

function rig(
  name: keyof typeof clients,
  version: string,
  connections: ScriptedConnection[],
  options: Record<string, PyValue> = {},
  hooks: ClientHooks = { *onMessage() {} },
) {
  const board = new ScriptedBoard({ connections })
  const client = clientAt(clients[name], version).create({ client_id: 'x', server: 'h', ...options }, hooks)
  return {
    board,
    call(method: string, args: PyValue[] = [], kwargs: Record<string, PyValue> = {}): unknown {
      const end = board.run(client.call(method, args, kwargs))
      if (end.kind === 'returned') return end.value
      return end.kind === 'raised' ? [end.error.type, ...end.error.args] : end.kind
    },
    kinds: () => board.trace.map(([kind]) => kind),
    writes: () => board.trace.filter(([kind]) => kind === 'write').map((entry) => String(entry[1])),
  }
}

/** For every version from `since` on the second outcome, for those before it the first. */
const change = (since: (typeof SIMPLE)[number], before: unknown, from: unknown) =>
  SIMPLE.map((version) => [version, SIMPLE.indexOf(version) < SIMPLE.indexOf(since) ? before : from] as const)

describe('umqtt.simple', () => {
  it('has the versions that are tested here', () => {
    expect(clients['umqtt.simple'].versions?.map(({ version }) => version)).toEqual(SIMPLE)
  })

  it.each(change('1.3.4', null, 0x31))('%s: wait_msg and check_msg return %s after a message', (version, value) => {
    const { call } = rig('umqtt.simple', version, [feed(CONNACK, '31040001 61 31', '31040001 61 32')])
    call('connect')
    expect([call('wait_msg'), call('check_msg')]).toEqual([value, value])
  })

  it.each(change('1.4.0', 'c2 0000 0000', '02'))('%s: user="" gives flags and fields %s', (version, wire) => {
    const { call, writes } = rig('umqtt.simple', version, [feed(CONNACK)], { user: '', password: '' })
    call('connect')
    expect([writes()[1]!.slice(12, 14), ...writes().slice(4)].join(' ')).toBe(wire)
  })

  it.each(SIMPLE)('%s: user=None is no user', (version) => {
    const { call, writes } = rig('umqtt.simple', version, [feed(CONNACK)], { password: 'p' })
    call('connect')
    expect(writes()).toEqual(['100d00', '044d51545404020000', '0001', '78'])
  })

  it.each(SIMPLE)('%s: ssl=True', (version) => {
    const { call, kinds } = rig('umqtt.simple', version, [feed(CONNACK)], { ssl: true })
    const broken = version === '1.4.0' || version === '1.5.0'
    expect(call('connect')).toEqual(broken ? ['AttributeError', "'bool' object has no attribute 'wrap_socket'"] : 0)
    expect(kinds()).toContain('connect') // TCP came first
    expect(kinds().includes('write')).toBe(!broken)
  })

  it.each(change('1.5.0', 'TypeError', 0))('%s: connect(timeout=5) is %s', (version, outcome) => {
    const named = rig('umqtt.simple', version, [feed(CONNACK)])
    expect([named.call('connect', [], { timeout: 5 })].flat()[0]).toBe(outcome)
    const placed = rig('umqtt.simple', version, [feed(CONNACK)])
    expect([placed.call('connect', [true, 5])].flat()[0]).toBe(outcome)
  })

  it.each(change('1.5.0', false, true))('%s: a connect without timeout sets one: %s', (version, sets) => {
    const { call, kinds } = rig('umqtt.simple', version, [feed(CONNACK)])
    call('connect')
    expect(kinds().includes('settimeout')).toBe(sets)
  })

  it.each(change('1.7.0', 'AttributeError', null))('%s: unsubscribe is %s', (version, outcome) => {
    const { call } = rig('umqtt.simple', version, [feed(CONNACK, 'b0020001')])
    call('connect')
    expect([call('unsubscribe', ['a/b'])].flat()[0]).toBe(outcome)
    const kind = clientAt(clients['umqtt.simple'], version)
    expect(kind.verbs.unsubscribe({ topic: bytes('61') }) !== null).toBe(Object.hasOwn(kind.methods, 'unsubscribe'))
  })

  it.each(change('1.7.1', 0, 1))('%s: a second connect closes %s sockets', (version, closed) => {
    const { call, kinds } = rig('umqtt.simple', version, [feed(CONNACK), feed(CONNACK)])
    call('connect')
    call('connect')
    expect(kinds().filter((kind) => kind === 'close')).toHaveLength(Number(closed))
  })

  it.each(change('1.8.0', ['82080001', '0003', '612f62', '01'], ['8208', '0001', '0003', '612f62', '01']))(
    '%s: SUBSCRIBE is written as %j',
    (version, writes) => {
      const it = rig('umqtt.simple', version, [feed(CONNACK, '9003000101')])
      it.call('connect')
      expect(it.call('subscribe', ['a/b', 1])).toBeNull()
      expect(it.writes().slice(4)).toEqual(writes)
    },
  )

  it.each(change('1.8.0', '8280', '828001'))(
    '%s: a topic of 123 bytes makes a SUBSCRIBE that begins with %s',
    (version, begin) => {
      const { call, writes } = rig('umqtt.simple', version, [feed(CONNACK)])
      call('connect')
      call('subscribe', ['a'.repeat(123)])
      expect(writes().slice(4).join('')).toMatch(new RegExp(`^${begin}0001007b(61){123}00$`))
    },
  )

  it.each([
    ['1.7.0', ['a2070001', '0003', '612f62']],
    ['1.7.1', ['a2070001', '0003', '612f62']],
    ['1.8.0', ['a207', '0001', '0003', '612f62']],
  ])('%s: UNSUBSCRIBE is written as %j', (version, writes) => {
    const it = rig('umqtt.simple', version, [feed(CONNACK, 'b0020001')])
    it.call('connect')
    it.call('unsubscribe', ['a/b'])
    expect(it.writes().slice(4)).toEqual(writes)
  })

  it.each(change('1.8.0+20475d3', 'IndexError', 'MQTTException -1'))('%s: no CONNACK is %s', (version, outcome) => {
    const told = (value: unknown): string =>
      [value]
        .flat()
        .slice(0, outcome === 'IndexError' ? 1 : 2)
        .join(' ')
    for (const peer of [feed('eof'), feed('2002', 'eof')])
      expect(told(rig('umqtt.simple', version, [peer]).call('connect'))).toBe(outcome)
  })

  it.each(change('1.8.0+20475d3', ['AssertionError'], ['MQTTException', -1]))(
    '%s: another packet than CONNACK is %j',
    (version, outcome) => {
      expect(rig('umqtt.simple', version, [feed('30020000')]).call('connect')).toEqual(outcome)
    },
  )

  it.each(SIMPLE)('%s: a refusal is MQTTException with its code, a session present is 1', (version) => {
    expect(rig('umqtt.simple', version, [feed('20020005')]).call('connect')).toEqual(['MQTTException', 5])
    expect(rig('umqtt.simple', version, [feed('20020100')]).call('connect')).toBe(1)
  })
})

describe('umqtt.robust', () => {
  const dropped = (): ScriptedConnection[] => [feed(CONNACK, 'eof'), feed(CONNACK)]

  it.each([
    ['1.0.1', 'blocked'],
    ['1.0.2', null],
    ['1.0.3', null],
  ])('%s: check_msg after a reconnect: %s', (version, outcome) => {
    const { call } = rig('umqtt.robust', version, dropped())
    call('connect')
    expect(call('check_msg')).toBe(outcome)
  })

  it('1.0.1 knows no attempts', () => {
    const { call } = rig('umqtt.robust', '1.0.1', dropped())
    call('connect')
    expect([call('check_msg', [3])].flat()[0]).toBe('TypeError')
  })

  it.each([
    ['1.0.1', 1],
    ['1.0.2', 1],
    ['1.0.3', 2],
  ])("%s: a subclass's connect is called %i times, of two", (version, times) => {
    let called = 0
    const { call, kinds } = rig(
      'umqtt.robust',
      version,
      dropped(),
      {},
      {
        *onMessage() {},
        *connect(library, cleanSession) {
          called++
          return yield* library(cleanSession)
        },
      },
    )
    call('connect')
    call('check_msg')
    expect([called, kinds().filter((kind) => kind === 'socket').length]).toEqual([times, 2])
  })

  it.each([
    ['1.0.1', '1.3', 4, 0],
    ['1.0.2', '1.6.0', 4, 0],
    ['1.0.3', '1.8.0', 5, 1],
  ])('%s is over umqtt.simple %s', (version, simple, writes, closed) => {
    const { call, ...it } = rig('umqtt.robust', version, [feed(CONNACK, '9003000100'), feed(CONNACK)])
    expect(clientAt(clients['umqtt.robust'], version).library).toMatch(new RegExp(`${simple}$`))
    call('connect')
    call('subscribe', ['a'])
    expect(it.writes().slice(4)).toHaveLength(writes)
    call('reconnect')
    expect(it.kinds().filter((kind) => kind === 'close')).toHaveLength(closed)
  })
})

describe('a version', () => {
  const simple = clients['umqtt.simple']

  it.each([
    ['1.3', '1.3'],
    ['1.3.4', '1.3.4'],
    ['1.7', '1.7.1'],
    ['1.8', '1.8.0'],
    ['1', '1.8.0'],
    ['1.8.0+20475d3', '1.8.0+20475d3'],
    ['1.9', undefined],
    ['1.7.', undefined],
    ['', undefined],
  ])('%j is %s', (text, version) => {
    expect(versionNamed(simple, text)).toBe(version)
  })

  it('that there is not is a Problem that lists those that there are', () => {
    expect(() => clientAt(simple, '2')).toThrow(Problem)
    expect(() => clientAt(clients.minimqtt, '8')).not.toThrow()
    expect(() => clientAt(clients.minimqtt, '7')).toThrow(/unknown version 7 of minimqtt/)
  })

  it('is the client itself when none is named', () => {
    expect(clientAt(simple, null)).toBe(simple)
    expect(clientAt(simple, simple.version)).toBe(simple)
  })
})
