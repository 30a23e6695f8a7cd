import { describe, expect, it } from 'vitest'
import { PyFloat, PythonError, type PyValue } from '../../board.ts'
import { seconds } from '../../core/time.ts'
import { ScriptedBoard } from '../../drive/scripted.ts'
import type { EmulatedClient } from '../client.ts'
import { minimqtt } from './minimqtt.ts'
import { ConnectionManager } from './socket-pool.ts'
import { CONNACK, CONNECT_SENDS, data, feed, mmqtt, raises, rig } from './testing.ts'

describe('the constructor', () => {
  const error = (options: Record<string, PyValue>): string => {
    try {
      minimqtt.create({ broker: 'h', ...options }, {})
      return 'none'
    } catch (e) {
      return e instanceof PythonError ? e.type : (e as { code: string }).code
    }
  }

  it('checks as the library does', () => {
    expect(error({})).toBe('none')
    expect(error({ recv_timeout: 1 })).toBe('ValueError')
    expect(error({ recv_timeout: 1.5 })).toBe('none')
    expect(error({ recv_timeout: new PyFloat(1) })).toBe('ValueError')
    expect(error({ connect_retries: 0 })).toBe('ValueError')
    expect(error({ password: 'x'.repeat(65_536) })).toBe('ValueError')
    expect(error({ keepalive: 9 })).toBe('client/unknown-option')
    expect(error({ broker: 9 })).toBe('client/bad-option')
  })

  it('takes a random client id when there is none, and the port of its protocol', () => {
    const { board, call } = rig([feed(...data(CONNACK))], { options: { client_id: '', port: 0 } })
    board.wait(seconds(12.34))
    expect(call('connect')).toBe(0)
    expect(call('getattr', 'client_id')).toBe('cpy11749')
    expect(board.trace.filter(([kind]) => kind === 'random' || kind === 'connect')).toEqual([
      ['random', 0, 234, 117],
      ['random', 0, 99, 49],
      ['connect', 'h', 1883],
    ])
    const tls = rig([feed(...data(CONNACK))], { options: { is_ssl: true, ssl_context: true } })
    tls.call('connect')
    expect(tls.board.trace[2]).toEqual(['connect', 'h', 8883])
    expect(rig([], { options: { is_ssl: true } }).call('connect')).toEqual(raises('ValueError'))
  })
})

describe('connect', () => {
  it('M2: keeps its pause from one failed connect to the next', () => {
    const refused = feed(...data('20020003'))
    const { board, call } = rig(Array(6).fill(refused), { options: { connect_retries: 3 } })
    expect(call('connect')).toEqual(mmqtt('Repeated connect failures'))
    expect(call('connect')).toEqual(mmqtt('Repeated connect failures'))
    expect(board.sleeps).toEqual([2.5, 4.5, 4.5, 8.5, 16.5].map(seconds))
  })

  it('M2: a TCP error ends the pauses', () => {
    const { board, call } = rig([feed(...data('20020003')), { refuse: 'EHOSTUNREACH' }, feed(...data(CONNACK))])
    expect(call('connect')).toBe(0)
    expect(board.sleeps).toEqual([seconds(2.5)])
    expect(board.trace.filter(([kind]) => kind === 'close')).toHaveLength(2)
  })

  it('never pauses longer than 32 s and a second', () => {
    const refused = feed(...data('20020001'))
    const { board, call } = rig(
      Array.from({ length: 8 }, () => refused),
      { options: { connect_retries: 8 } },
    )
    expect(call('connect')).toEqual(mmqtt('Repeated connect failures'))
    expect(board.sleeps.map((s) => s / 1000)).toEqual([2.5, 4.5, 8.5, 16.5, 32.5, 32.5, 32.5])
  })

  it('waits recv_timeout for a CONNACK that never comes', () => {
    const { board, call } = rig([feed()], { options: { connect_retries: 1, recv_timeout: 3 } })
    expect(call('connect')).toEqual(mmqtt('Connect failure'))
    expect(board.clock.now()).toBe(4000)
  })

  it('does not try again with a wrong password', () => {
    const { call, kinds } = rig([feed(...data('20020005')), feed(...data(CONNACK))])
    expect(call('connect')).toEqual(mmqtt('Connection Refused - Unauthorized', 5))
    expect(kinds()).toMatch(/close$/)
  })

  it('M9: what escapes leaves the socket managed, and the next attempt in vain', () => {
    for (const [first, options, error] of [
      ['20020006', {}, 'KeyError'],
      [CONNACK, { username: 'u' }, 'AttributeError'],
      ['20030000', {}, 'AssertionError'],
    ] as const) {
      const { call, kinds } = rig([feed(...data(first)), feed(...data(CONNACK))], { options })
      expect((call('connect') as string[])[0]).toBe(error)
      expect(kinds()).not.toContain('close')
      call('username_pw_set', 'u', 'p')
      expect(call('connect')).toBe(0)
      expect(kinds().match(/close socket/g)).toHaveLength(1)
    }
  })

  it('closes its own old socket without a DISCONNECT, but nobody else’s', () => {
    const connections = new ConnectionManager()
    const board = new ScriptedBoard({
      connections: [feed(...data(CONNACK)), feed(...data(CONNACK)), feed(...data(CONNACK))],
    })
    const one = minimqtt.create({ broker: 'h', client_id: 'one' }, { connections })
    const two = minimqtt.create({ broker: 'h', client_id: 'two' }, { connections })
    const end = (client: EmulatedClient, kwargs = {}) => board.run(client.call('connect', [], kwargs))
    expect(end(one).kind).toBe('returned')
    expect(end(one).kind).toBe('returned')
    expect(board.trace.filter(([kind]) => kind === 'close')).toHaveLength(1)
    expect(end(two)).toMatchObject({ error: { args: ['Repeated connect failures', null] } })
    expect(board.trace.filter(([kind]) => kind === 'close')).toHaveLength(1)
    expect(end(two, { session_id: 'other' }).kind).toBe('returned')
  })

  it('takes host, port and keep_alive, and keeps them', () => {
    const { board, called, call } = rig([feed(...data(CONNACK)), feed(...data(CONNACK))])
    called('connect', [], { host: 'other', port: 99, keep_alive: 300 })
    call('disconnect')
    called('connect', [], { keep_alive: 0 })
    expect(board.trace.filter(([kind]) => kind === 'connect')).toEqual(Array(2).fill(['connect', 'other', 99]))
    expect(board.trace.filter(([, hex]) => hex === '00044d5154540402012c')).toHaveLength(2)
  })

  it('knows no keep alive of 65535 seconds', () => {
    expect((rig([feed()], { options: { keep_alive: 65_535 } }).call('connect') as string[])[0]).toBe('AssertionError')
  })
})

describe('state', () => {
  it('M4: reconnect takes a clean session, the newest topic first, QoS 0', () => {
    const again = feed(...data(CONNACK, '9003000300', '9003000400'))
    const { call, sends } = rig([feed(...data(CONNACK, '9003000101', '9003000201')), again])
    call('connect', false)
    call('subscribe', 'a', 1)
    call('subscribe', 'b', 1)
    const before = sends().length
    expect(call('reconnect')).toBe(0)
    expect(sends(before)).toEqual([
      ...['e000', '100d', '00044d5154540402003c', '0001', '78'],
      ...['8206', '0003', '00016200', '8206', '0004', '00016100'],
    ])
  })

  it('M4: nothing is subscribed again after a failed reconnect', () => {
    const { call, sends } = rig(
      [feed(...data(CONNACK, '9003000100')), feed(...data('20020003')), feed(...data(CONNACK))],
      { options: { connect_retries: 1 } },
    )
    call('connect')
    call('subscribe', 'a')
    expect(call('reconnect')).toEqual(mmqtt('Connect failure'))
    expect(call('is_connected')).toBe(false)
    const before = sends().length
    expect(call('reconnect')).toBe(0)
    expect(sends(before)).toHaveLength(CONNECT_SENDS)
  })

  it('M13: a will with QoS uses up a packet id', () => {
    const { call, sends } = rig([feed(...data(CONNACK, '40020002'))])
    call('will_set', 's', Uint8Array.of(0xff), true, 1)
    call('connect')
    expect(sends()).toEqual(['1013', '00044d515454042e003c', '0001', '78', '0001', '73', '0001', 'ff'])
    expect(call('publish', 't', 'm', false, 1)).toBeNull()
    expect(call('will_set', 's', 'm')).toEqual(['MMQTTStateError', expect.any(String), null])
    expect(call('username_pw_set', 'u')).toEqual(['MMQTTStateError', expect.any(String), null])
  })

  it('disconnects over a dead connection, and forgets its subscriptions', () => {
    const { call, events, kinds } = rig([{ feed: data(CONNACK), failWrites: [{ at: 4, errno: 'EPIPE' }] }])
    expect(call('deinit')).toEqual(['MMQTTStateError', 'MiniMQTT is not connected', null])
    call('connect')
    expect(call('deinit')).toBeNull()
    expect(kinds()).toMatch(/send close$/)
    expect(events.at(-1)).toEqual(['on_disconnect', 0])
    expect(call('ping')).toEqual(['MMQTTStateError', 'MiniMQTT is not connected', null])
    expect(call('loop')).toEqual(['MMQTTStateError', 'MiniMQTT is not connected', null])
    expect(call('loop', 0.5)).toEqual(raises('ValueError'))
  })

  it('logs to the console when told to', () => {
    const { call, board } = rig([feed(...data('20020003')), feed(...data(CONNACK))])
    expect(call('enable_logger', null)).toEqual(raises('AttributeError'))
    expect(call('enable_logger', 'adafruit_logging', 10)).toBe('log')
    call('connect')
    expect(board.lines).toContain('0.000: DEBUG - CONNECT')
    expect(board.lines.some((line) => line.startsWith('0.000: INFO - '))).toBe(true)
    call('disable_logger')
    const before = board.lines.length
    call('publish', 't', 'm')
    expect(board.lines).toHaveLength(before)
  })
})
