// The matchers beside `packet`: each says null (none of mine), [] (it is) or what differs.

import { describe, expect, it } from 'vitest'
import type { CallEvent } from '../evidence/index.ts'
import { ANY, compareRaised, compareReturned, showOutcome } from './index.ts'
import { accepts, compare, event, shown } from './testing.ts'

describe('message', () => {
  const hello = event({
    kind: 'message',
    topic: 'a/b',
    payload: Buffer.from('{"n": 21.5, "on": true}'),
    qos: 1,
    retain: false,
    dup: false,
  })

  it('matches by what is named', () => {
    for (const fields of [
      {},
      { topic: 'a/b' },
      { topic: '/^a/', qos: 1 },
      { payload: { json: { n: 21.5 } }, retain: false },
    ])
      expect(compare('message', fields, hello)).toEqual([])
  })

  it('tells what differs, and of another topic nothing', () => {
    expect(compare('message', { topic: 'a/b', retain: true, qos: { gt: 1 } }, hello)).toEqual([
      'qos: expected > 1, got 1',
      'retain: expected true, got false',
    ])
    expect(compare('message', { topic: 'a/c' }, hello)).toBeNull()
  })
})

describe('socket', () => {
  const closed = event({ kind: 'socket', device: 'blue', change: 'closed', by: 'broker', connection: 2 })

  it('matches device and event; who caused it is a difference', () => {
    expect(compare('socket', { from: 'blue', event: 'closed' }, closed)).toEqual([])
    expect(compare('socket', { from: 'blue', event: 'closed', by: 'device' }, closed)).toEqual([
      'by: expected "device", got "broker"',
    ])
    expect(compare('socket', { from: 'blue', event: 'closed', connection: 1 }, closed)).toEqual([
      'connection: expected 1, got 2',
    ])
    expect(compare('socket', { from: 'blue', event: 'reset' }, closed)).toBeNull()
    expect(compare('socket', { from: 'blue', event: 'ended', by: 'broker' }, closed)).toEqual([])
    expect(compare('socket', { from: 'blue', event: 'ended' }, { ...closed, change: 'connected' } as never)).toBeNull()
    expect(compare('socket', { from: 'green', event: 'closed' }, closed)).toBeNull()
  })
})

describe('call', () => {
  const call = (rest: Partial<CallEvent>) =>
    event({ kind: 'call', device: 'blue', id: 'pub', method: 'publish', state: 'returned', value: null, ...rest })
  const raised = call({ state: 'raised', error: { type: 'OSError', args: ['ECONNRESET'] } })

  it('is another’s: id, device, method, state', () => {
    for (const fields of [
      { id: 'other' },
      { device: 'green' },
      { device: 'blue', method: 'ping' },
      { id: 'pub', returned: true, method: 'ping' },
    ])
      expect(compare('call', fields, call({}))).toBeNull()
    expect(compare('call', { id: 'pub', returned: true }, call({ state: 'started' }))).toBeNull()
    expect(compare('call', { id: 'pub' }, call({}))).toBeNull()
    expect(compare('call', { id: 'pub', raised: true }, call({ state: 'running' }))).toBeNull()
  })

  it('started, when no outcome is named', () => {
    expect(compare('call', { id: 'pub' }, call({ state: 'started' }))).toEqual([])
  })

  it('returned: any value, this value, or what came instead', () => {
    expect(compare('call', { id: 'pub', returned: true }, call({ value: 5 }))).toEqual([])
    expect(compare('call', { id: 'pub', returned: { gt: 4 } }, call({ value: 5 }))).toEqual([])
    expect(compare('call', { id: 'pub', returned: null }, call({}))).toEqual([])
    expect(compare('call', { id: 'pub', returned: 4 }, call({ value: 5 }))).toEqual(['returned: expected 4, got 5'])
    expect(compare('call', { id: 'pub', returned: true }, raised)).toEqual([
      'expected it to return, got it raised OSError(ECONNRESET)',
    ])
    expect(compare('call', { id: 'pub', returned: true }, call({ state: 'lost' }))?.[0]).toContain(
      'reset or lost power',
    )
  })

  it('raised: any, by type, errno, arguments', () => {
    for (const want of [
      true,
      'OSError',
      { type: 'OSError' },
      { type: 'OSError', errno: 'ECONNRESET' },
      { type: 'OSError', args: ['ECONNRESET'] },
    ])
      expect(compare('call', { id: 'pub', raised: want }, raised)).toEqual([])
    for (const want of [
      'ValueError',
      { type: 'OSError', errno: 'EIO' },
      { type: 'OSError', args: [] },
      { type: 'OSError', args: ['ECONNRESET', 1] },
    ])
      expect(compare('call', { id: 'pub', raised: want }, raised)).toHaveLength(1)
    expect(compareRaised(true, call({}) as CallEvent)).toEqual(['expected an exception, got it returned none'])
  })

  it('running: ended by anything but its start', () => {
    const want = { id: 'pub', running: true as const }
    expect([compare('call', want, call({ state: 'started' })), compare('call', want, raised)]).toEqual([null, []])
  })

  it('tells outcomes in words', () => {
    expect(compareReturned(ANY, call({ value: Uint8Array.of(1) }) as CallEvent)).toEqual([])
    expect(compareReturned(true, call({ value: true }) as CallEvent)).toEqual([])
    expect(compareReturned(true, call({ value: false }) as CallEvent)).toEqual(['returned: expected true, got false'])
    expect(showOutcome(call({ value: Uint8Array.of(0xff) }) as CallEvent)).toBe('it returned hex ff')
    expect(shown('call', { id: 'pub', raised: { type: 'OSError', errno: 'EIO' } })).toBe(
      'the call of pub raised OSError(EIO)',
    )
  })

  it('has one outcome, and is named', () => {
    expect(accepts('call', { id: 'a', returned: true, running: true })).toBe(false)
    expect(accepts('call', { method: 'publish' })).toBe(false)
  })
})

describe('serial', () => {
  const line = (stream: 'out' | 'err' | 'in') => event({ kind: 'serial', device: 'blue', line: 'LED 1', stream })

  it('matches a line that is taken exactly only as it came', () => {
    const exact = event({ kind: 'serial', device: 'blue', line: '\x1b[32mok\x1b[0m', stream: 'out', exact: true })
    expect(compare('serial', { device: 'blue', line: 'ok' }, exact)).toHaveLength(1)
    expect(compare('serial', { device: 'blue', line: '/ok/' }, exact)).toEqual([])
  })

  it('does not match what not: names in any form, nor a line that has no end yet', () => {
    const prefixed = event({ kind: 'serial', device: 'blue', line: 'E (12) app: boom', stream: 'out' })
    expect(compare('serial', { device: 'blue', line: { not: 'boom' } }, prefixed)).toHaveLength(1)
    const begun = event({ kind: 'serial', device: 'blue', line: 'bo', stream: 'out', unfinished: true })
    expect(compare('serial', { device: 'blue', line: { not: 'boom' } }, begun)).toHaveLength(1)
  })

  it('takes the whole line, or a regex in it', () => {
    expect(compare('serial', { device: 'blue', line: 'LED 1' }, line('out'))).toEqual([])
    expect(compare('serial', { device: 'blue', line: '/ED/' }, line('err'))).toEqual([])
    expect(compare('serial', { device: 'blue', line: 'LED' }, line('out'))).toEqual([
      'line: expected "LED", got "LED 1"',
    ])
    expect(compare('serial', { device: 'green', line: 'LED 1' }, line('out'))).toBeNull()
  })

  it('does not take what the harness typed, unless asked', () => {
    expect(compare('serial', { device: 'blue', line: 'LED 1' }, line('in'))).toBeNull()
    expect(compare('serial', { device: 'blue', line: 'LED 1', stream: 'in' }, line('in'))).toEqual([])
    expect(compare('serial', { device: 'blue', line: 'LED 1', stream: 'err' }, line('out'))).toBeNull()
  })
})

describe('signal', () => {
  const led = (by: 'device' | 'harness') => event({ kind: 'signal', device: 'blue', signal: 'led', value: 1, by })

  it('takes changes that the device made', () => {
    expect(compare('signal', { device: 'blue', signal: 'led' }, led('device'))).toEqual([])
    expect(compare('signal', { device: 'blue', signal: 'led', value: 0 }, led('device'))).toEqual([
      'value: expected 0, got 1',
    ])
    expect(compare('signal', { device: 'blue', signal: 'led', value: 1 }, led('harness'))).toBeNull()
    expect(compare('signal', { device: 'blue', signal: 'button' }, led('device'))).toBeNull()
  })
})

describe('exit', () => {
  const killed = event({ kind: 'exit', device: 'child', code: null, signal: 'SIGKILL' })

  it('takes code and signal', () => {
    expect(compare('exit', { device: 'child', signal: 'SIGKILL' }, killed)).toEqual([])
    expect(compare('exit', { device: 'child', code: null }, killed)).toEqual([])
    expect(compare('exit', { device: 'child', code: 0 }, killed)).toEqual(['code: expected 0, got none'])
    expect(compare('exit', { device: 'child', code: { in: [0, 3] } }, event({ ...killed, code: 3 } as never))).toEqual(
      [],
    )
    expect(compare('exit', { device: 'blue' }, killed)).toBeNull()
  })
})
