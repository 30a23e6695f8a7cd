import { describe, expect, it } from 'vitest'
import type { PyValue } from '../../board.ts'
import { inSeconds, seconds } from '../../core/time.ts'
import type { FeedEntry, ScriptedConnection } from '../../drive/peer.ts'
import { ScriptedBoard } from '../../drive/scripted.ts'
import type { ClientHooks, EmulatedClient, Options } from '../client.ts'
import { quecpython } from './quecpython.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))
const feed = (...entries: (string | FeedEntry)[]): ScriptedConnection => ({
  feed: entries.map((entry) => (typeof entry === 'string' ? { data: bytes(entry) } : entry)),
})
const CONNACK = '20020000'
const RESET: FeedEntry = { error: 'ECONNRESET' }
const REFUSED: ScriptedConnection = { refuse: 'ECONNREFUSED' }

function rig(
  connections: ScriptedConnection[],
  options: Options = {},
  hooks: (client: () => EmulatedClient) => ClientHooks = () => ({ *onMessage() {} }),
) {
  const board = new ScriptedBoard({ connections })
  const client: EmulatedClient = quecpython.create(
    { client_id: 'x', server: 'h', ...options },
    hooks(() => client),
  )
  return {
    board,
    /** What a call came to: its value, `[TYPE, args…]`, or `blocked`. */
    call(method: string, ...args: PyValue[]): unknown {
      const end = board.run(client.call(method, args, {}), { until: seconds(60) })
      if (end.kind === 'returned') return end.value
      return end.kind === 'raised' ? [end.error.type, ...end.error.args] : end.kind
    },
    writes: () => board.trace.filter(([kind]) => kind === 'write').map((entry) => String(entry[1])),
    sleeps: () => board.sleeps.map(inSeconds),
  }
}

const connectOf = (options: Options, ...feeds: (string | FeedEntry)[]) => {
  const { call, writes } = rig([feed(...feeds, CONNACK)], options)
  return { end: call('connect'), sent: writes()[0] }
}

describe('the CONNECT', () => {
  it('is one write: version, flags, keep-alive and texts', () => {
    expect(connectOf({ keepalive: 0 }).sent).toBe('100d00044d51545404020000000178')
    expect(connectOf({ version: 3, keepalive: 0 }).sent).toBe('100f00064d514973647003020000000178')
    expect(connectOf({ version: 5, keepalive: 0 }).sent).toBe('100d00044d51545404020000000178')
    expect(connectOf({ user: 'u', password: 'p' }).sent).toBe('101300044d51545404c2003c000178000175000170')
    expect(connectOf({ password: 'p' }).sent).toBe('101000044d5154540442003c000178000170')
    expect(connectOf({ client_id: '' }).sent).toBe('100a00044d5154540402003c')
  })

  it('cuts a non-ASCII str after as many bytes as it has characters', () => {
    expect(connectOf({ client_id: 'aé' }).sent).toMatch(/000261c3$/)
  })

  it('fails with a ValueError, whatever happened', () => {
    const failed = (text: string) => ['ValueError', text]
    expect(connectOf({}, { eof: true }).end).toEqual(failed("MQTT Connect error='index out of range' FAIL"))
    expect(connectOf({}, '9003000100').end).toEqual(failed("MQTT Connect error='' FAIL"))
    expect(connectOf({}, '20020005').end).toEqual(failed("MQTT Connect error='5' FAIL"))
    expect(connectOf({}, { gap: true }).end).toEqual(failed("MQTT Connect Error='110' Timeout.Need Check Network"))
    expect(connectOf({}, { error: 'ENOTCONN' }).end).toEqual(
      failed("MQTT Connect Error='107' Server Actively FIN Disconnected.Need Check Connection parameters"),
    )
    const unknown = rig([{ refuse: 'EIO' }])
    expect(unknown.call('connect')).toEqual(failed("MQTT Connect error='5' FAIL"))
  })

  it('waits 20 s for its CONNACK', () => {
    const { call, board } = rig([feed()])
    call('connect')
    expect(board.clock.now()).toBe(20_000)
  })
})

it('refuses a keep-alive of 1 to 4 seconds, in the constructor', () => {
  const create = (keepalive: number) => () => rig([], { keepalive })
  expect(create(4)).toThrow(expect.objectContaining({ type: 'ValueError' }))
  expect(create(5)).not.toThrow()
  expect(create(0)).not.toThrow()
})

it('starts no keep-alive thread without keep-alive', () => {
  const { call, board } = rig([feed(CONNACK)], { keepalive: 0 })
  expect(call('connect')).toBe(0)
  expect(board.spawned).toEqual([])
})

describe('before connect', () => {
  it('what needs a socket or a lock is an AttributeError, disconnect is not', () => {
    const { call, sleeps } = rig([])
    const missing = ['AttributeError', expect.any(String)]
    for (const method of ['check_msg', 'ping', 'close', 'get_mqttsta', 'wait_msg'])
      expect([method, call(method)]).toEqual([method, missing])
    expect(sleeps()).toEqual([1]) // wait_msg was on its way to a reconnect
    expect(call('publish', 't', 'm')).toEqual(missing)
    expect(call('subscribe', 't')).toEqual(missing)
    expect(call('disconnect')).toBeNull()
    expect(call('unsubscribe', 't')).toEqual(missing)
    expect(call('set_last_will', '', 'm')).toEqual(['AssertionError'])
    expect(call('publish', 't')).toEqual(['TypeError', expect.any(String)])
  })
})

describe('publish', () => {
  it('swallows what goes wrong, and every try takes an id', () => {
    const { call, writes } = rig([feed(CONNACK, '40020005')])
    call('connect')
    expect(call('publish', 't', 1)).toBe(false)
    expect(call('publish', 't', null)).toBe(false)
    expect(call('publish', 't', 'm', false, -1)).toBe(false)
    expect(call('publish', 't', 'm')).toBe(true)
    expect(call('publish', 't', 'm', true, 1)).toBe(true)
    expect(writes().slice(-5)).toEqual(['3306', '0001', '74', '0005', '6d'])
    expect(call('publish', 't', 'm', false, 3)).toBeNull()
  })

  it('ids go from 65535 to 1', () => {
    const { call, writes } = rig([feed(CONNACK)])
    call('connect')
    for (let i = 0; i < 65534; i++) call('publish', 't', null)
    call('publish', 't', '', false, 2)
    call('publish', 't', '', false, 2)
    expect([writes().at(-5), writes().at(-1)]).toEqual(['ffff', '0001'])
  })

  it('in the callback of a publish that waits never comes back', () => {
    const { call, sleeps } = rig([feed(CONNACK, '30040001 61 31')], {}, (client) => ({
      *onMessage() {
        yield* client().call('publish', ['t', 'm'], {})
      },
    }))
    call('connect')
    expect(call('publish', 't', 'm', false, 1)).toBe('blocked')
    expect(new Set(sleeps())).toEqual(new Set([0.01]))
  })
})

describe('waiting', () => {
  it('swallows what the callback raises, and a missing callback', () => {
    const message = '30040001 61 31'
    const { call } = rig([feed(CONNACK, message, message)], {}, (client) => ({
      *onMessage() {
        yield* client().call('nothing', [], {})
      },
    }))
    call('connect')
    expect(call('wait_msg')).toBeNull()
    call('set_callback', null)
    expect(call('wait_msg')).toBeNull()
    expect(call('subscribe', 'a')).toEqual(['AssertionError', 'Subscribe callback is not set'])
  })

  it('a QoS 2 message breaks the connection before the callback', () => {
    const got: string[] = []
    const { call, sleeps } = rig([feed(CONNACK, '34060001 61 0005 31'), feed(CONNACK, '30040001 61 32')], {}, () => ({
      *onMessage(_topic, payload) {
        got.push(Buffer.from(payload).toString())
      },
    }))
    call('connect')
    expect(call('wait_msg')).toBeNull()
    expect({ got, sleeps: sleeps() }).toEqual({ got: ['2'], sleeps: [1] })
  })

  it('the PUBACK comes from a thread, which waits while somebody sends', () => {
    const { call, board, writes } = rig([feed(CONNACK, '32060001 61 0005 31')])
    call('connect')
    call('wait_msg')
    expect(board.spawned.map(({ name }) => name)).toEqual(['loop_forever', 'publish_ack'])
    expect(writes()).toHaveLength(1)
    board.runThreads(['loop_forever'])
    board.runThreads(['loop_forever'])
    expect(writes().slice(1)).toEqual(['40020005'])
    expect(board.trace.at(-2)).toEqual(['thread', 'publish_ack'])
  })

  it('reads with read() over TLS, and a subscribe sets no timeout there', () => {
    const { call, board } = rig([feed(CONNACK, '9003000100')], { ssl: true })
    call('connect')
    call('subscribe', 'a')
    expect(board.trace.filter(([kind]) => kind === 'connect')).toEqual([['connect', 'h', 8883]])
    expect(board.trace.slice(-4, -1)).toEqual([
      ['write', '00'],
      ['read', 1, '90'],
      ['setblocking', true],
    ])
  })

  it('after disconnect it returns unread, for ever', () => {
    const { call, board } = rig([feed(CONNACK), feed(CONNACK, 'd000')])
    call('connect')
    call('disconnect')
    expect(call('publish', 't', 'm')).toEqual(['AttributeError', expect.any(String)])
    expect(call('connect')).toBe(0)
    expect(call('publish', 't', 'm')).toBe(true)
    const before = board.trace.length
    expect(call('wait_msg')).toBeNull()
    expect(board.trace).toHaveLength(before)
  })

  it('with reconn=False an error leaves, and whoever waits afterwards does not read', () => {
    const { call, sleeps } = rig([feed(CONNACK, RESET, '40020001')], { reconn: false })
    call('connect')
    expect(call('wait_msg')).toEqual(['OSError', 'ECONNRESET'])
    expect(call('publish', 't', 'm', false, 1)).toBe(false)
    expect(sleeps()).toEqual(Array(11).fill(0.5))
  })
})

describe('a reconnect', () => {
  it('backs off 6, 7, 8, … s, subscribes to all with the last QoS, and tells', () => {
    const told: string[] = []
    const { call, writes, sleeps } = rig(
      [
        feed(CONNACK, '9003000101', '9003000200', RESET),
        ...Array<ScriptedConnection>(4).fill(REFUSED),
        feed(CONNACK, '9003000300', '9003000400', '30040001 61 31'),
      ],
      {},
      () => ({
        *onMessage() {},
        *onError(text) {
          told.push(text)
        },
      }),
    )
    call('connect', false)
    call('subscribe', 'a', 1)
    call('subscribe', 'b', 0)
    expect(call('wait_msg')).toBeNull()
    expect(sleeps()).toEqual([1, 6, 7, 8, 9])
    expect(told).toEqual(['reconnect_start', 'reconnect_success'])
    expect(writes()[9]).toBe(writes()[0])
    expect(writes().slice(10)).toEqual(['82060003', '0001', '61', '00', '82060004', '0001', '62', '00'])
  })

  it('with manage=True leaves the subscriptions to a timer', () => {
    const { call, board, writes } = rig([feed(CONNACK, '9003000100', RESET), feed(CONNACK, 'd000')], { manage: true })
    call('connect')
    call('subscribe', 'a')
    call('wait_msg')
    expect(board.trace).toContainEqual(['timer', 3000])
    expect(writes().at(-1)).toBe(writes()[0])
    expect(call('sub_timer_task', null)).toBe('blocked')
    expect(writes().at(-1)).toBe('00')
  })

  it('keeps the keep-alive thread while a ping is unanswered', () => {
    const { call, board } = rig([feed(CONNACK, RESET), feed(CONNACK, 'd000')])
    call('connect')
    call('ping')
    expect(Buffer.from(call('wait_msg') as Uint8Array).toString('hex')).toBe('d0')
    expect(board.trace.filter(([kind]) => kind === 'stop_thread' || kind === 'spawn')).toEqual([
      ['spawn', 'loop_forever'],
    ])
  })

  it('inside publish(qos=1) gives the lock back that publish would give back, so that is False', () => {
    const connections = [feed(CONNACK, RESET), feed(CONNACK, '40020001')]
    const pinging = rig(connections)
    pinging.call('connect')
    expect(pinging.call('publish', 't', 'm', false, 1)).toBe(false)
    const silent = rig(connections, { keepalive: 0 })
    silent.call('connect')
    expect(silent.call('publish', 't', 'm', false, 1)).toBe(true)
  })
})

it('tells the state of the connection', () => {
  const { call } = rig([feed(CONNACK, { eof: true })])
  call('connect')
  expect(call('get_mqttsta')).toBe(2)
  const open = rig([feed(CONNACK)])
  open.call('connect')
  expect(open.call('get_mqttsta')).toBe(0)
  const failed = rig([REFUSED])
  failed.call('connect')
  expect(failed.call('get_mqttsta')).toBe(1)
})

it('a wait_msg inside the callback never comes back', () => {
  const { call, sleeps } = rig([feed(CONNACK, '30040001 61 31')], {}, (client) => ({
    *onMessage() {
      yield* client().call('wait_msg', [], {})
    },
  }))
  call('connect')
  expect(call('wait_msg')).toBe('blocked')
  expect(new Set(sleeps())).toEqual(new Set([0.01]))
})
