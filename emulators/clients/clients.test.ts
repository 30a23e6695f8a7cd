import { describe, expect, it } from 'vitest'
import { PythonError, type PyValue } from '../board.ts'
import type { FeedEntry, ScriptedConnection } from '../drive/peer.ts'
import { ScriptedBoard, type TraceEntry } from '../drive/scripted.ts'
import type { ClientHooks, EmulatedClient } from './client.ts'
import { type ClientName, clients } from './index.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))
const data = (...parts: string[]): FeedEntry[] => parts.map((hex) => ({ data: bytes(hex) }))
const feed = (...entries: FeedEntry[]): ScriptedConnection => ({ feed: entries })
const CONNACK = '20020000'

interface Rig {
  readonly board: ScriptedBoard
  readonly client: EmulatedClient
  call(method: string, ...args: PyValue[]): unknown
  writes(): string[]
}

/** What a call came to: its value, `TYPE: args`, or `blocked`. */
function rig(
  name: ClientName,
  connections: ScriptedConnection[],
  more: { hooks?: (c: () => EmulatedClient) => ClientHooks; options?: Record<string, PyValue> } = {},
): Rig {
  const board = new ScriptedBoard({ connections })
  const kind = clients[name]
  const hooks = more.hooks?.(() => client) ?? { *onMessage() {} }
  const client: EmulatedClient = kind.create({ client_id: 'x', server: 'h', ...more.options }, hooks)
  return {
    board,
    client,
    call(method, ...args) {
      const end = board.run(client.call(method, args, {}))
      if (end.kind === 'returned') return end.value
      return end.kind === 'raised' ? [end.error.type, ...end.error.args] : end.kind
    },
    writes: () => board.trace.filter(([kind]: TraceEntry) => kind === 'write').map((entry) => String(entry[1])),
  }
}

const AFTER_CONNECT = 4

const FAMILY = ['umqtt.simple', 'umqtt.robust', 'umqttsimple'] as const satisfies readonly ClientName[]

describe.each(FAMILY)('%s', (name) => {
  it('is called as Python calls', () => {
    const { client } = rig(name, [])
    const error = (method: string, args: PyValue[], kwargs: Record<string, PyValue> = {}): string => {
      try {
        client.call(method, args, kwargs).next()
      } catch (e) {
        if (e instanceof PythonError) return e.type
        throw e
      }
      return 'nothing'
    }
    expect(error('publish', ['t'])).toBe('TypeError')
    expect(error('publish', ['t', 'm', false, 0, 9])).toBe('TypeError')
    expect(error('publish', ['t', 'm'], { colour: 1 })).toBe('TypeError')
    expect(error('publish', ['t', 'm'], { topic: 't' })).toBe('TypeError')
    expect(error('publish', ['t', 1])).toBe('TypeError')
    expect(error('publish', ['t', null])).toBe('TypeError')
    expect(error('publish', ['t', 'm'])).toBe('AttributeError') // no socket before the first connect
    expect(error('check_msg', [])).toBe('AttributeError')
    expect(error('dance', [])).toBe('AttributeError')
    expect(error('toString', [])).toBe('AttributeError')
    expect(error('set_last_will', ['', 'm'])).toBe('AssertionError')
    expect(error('setattr', ['colour', 1])).toBe('AttributeError')
  })

  it('knows its options', () => {
    const kind = clients[name]
    const problem = (options: Record<string, PyValue>): string => {
      try {
        kind.create(options, {})
      } catch (e) {
        return (e as { code: string }).code
      }
      return 'none'
    }
    const good = { client_id: 'x', server: 'h' }
    expect(problem(good)).toBe('none')
    expect(problem({ ...good, broker: 'h' })).toBe('client/unknown-option')
    expect(problem({ ...good, keepalive: '60' })).toBe('client/bad-option')
    expect(problem({ ...good, user: null, password: bytes('00') })).toBe('none')
    expect(problem({})).toBe(name === 'umqttsimple' ? 'none' : 'client/missing-option')
  })

  it('says the general verbs in methods that it has', () => {
    const { verbs, methods } = clients[name]
    const topic = bytes('61')
    const said = [
      verbs.connect({ clean: false }),
      verbs.publish({ topic, payload: topic, qos: 1, retain: true }),
      verbs.subscribe({ topic, qos: 1 }),
      verbs.will({ topic, payload: topic }),
      verbs.unsubscribe({ topic }),
      verbs.ping(),
      verbs.check(),
      verbs.wait(),
      verbs.disconnect(),
    ]
    for (const call of said) if (call !== null) expect(Object.keys(methods)).toContain(call.method)
    expect(said.filter((call) => call === null)).toHaveLength(name === 'umqttsimple' ? 1 : 0)
  })

  it('Q5: packet id 65536 goes out as 0, and its acknowledgement never matches', () => {
    const { call, writes } = rig(name, [feed(...data(CONNACK, '4002ffff', '40020000'))])
    call('connect')
    call('setattr', 'pid', 65534)
    expect(call('publish', 't', 'm', false, 1)).toBeNull()
    expect(call('publish', 't', 'm', false, 1)).toBe('blocked')
    expect([writes()[AFTER_CONNECT - 1 + 4], writes()[AFTER_CONNECT - 1 + 9]]).toEqual(['ffff', '0000'])
  })

  it('Q6: a non-ASCII str announces code points and sends UTF-8', () => {
    const { call, writes } = rig(name, [feed(...data(CONNACK))])
    call('connect')
    call('publish', 't', '21°C')
    expect(writes().slice(AFTER_CONNECT).join(' ')).toBe('3007 0001 74 3231c2b043')
  })

  it('Q8: a publish inside a callback swallows the outer one’s acknowledgement', () => {
    const { call } = rig(name, [feed(...data(CONNACK, '30040001 61 31', '40020001', '40020002'))], {
      hooks: (client) => ({
        *onMessage() {
          yield* client().call('publish', ['inner', 'm', false, 1], {})
        },
      }),
    })
    call('connect')
    expect(call('publish', 'outer', 'm', false, 1)).toBe('blocked')
  })

  it('Q9: QoS 2 is sent, then asserts; an incoming one is delivered, then asserts', () => {
    const { call, writes, board } = rig(name, [feed(...data(CONNACK, '34060001 61 0005 31'))], {
      hooks: () => ({
        *onMessage() {
          board.trace.push(['callback'])
        },
      }),
    })
    call('connect')
    expect(call('publish', 't', 'm', false, 2)).toEqual(['AssertionError'])
    expect(writes().at(-1)).toBe('6d')
    expect(call('wait_msg')).toEqual(['AssertionError'])
    expect(board.trace.at(-1)).toEqual(['callback'])
  })

  it('Q10: end of file inside a payload delivers what came', () => {
    const got: string[] = []
    const { call } = rig(name, [feed(...data(CONNACK, '30090001 61 6869'), { eof: true })], {
      hooks: () => ({
        *onMessage(_topic, payload) {
          got.push(Buffer.from(payload).toString())
        },
      }),
    })
    call('connect')
    call('wait_msg')
    expect(got).toEqual(['hi'])
  })

  it('an exception in the callback leaves, and no PUBACK is sent', () => {
    const { call, writes } = rig(name, [feed(...data(CONNACK, '32060001 61 0005 31', '30040001 61 32'))], {
      hooks: () => ({
        *onMessage(_topic, payload) {
          if (payload[0] === 0x31) throw new PythonError('ValueError', 'mine')
        },
      }),
    })
    call('connect')
    expect(call('wait_msg')).toEqual(['ValueError', 'mine'])
    expect(writes()).toHaveLength(AFTER_CONNECT)
    expect(call('wait_msg')).toBe(name === 'umqttsimple' ? null : 48)
  })

  it('refused subscriptions, unset callbacks and odd QoS raise', () => {
    const { call, writes } = rig(name, [feed(...data(CONNACK, '9003000180'))])
    call('connect')
    expect(call('subscribe', 'a')).toEqual(['MQTTException', 128])
    const sent = writes().length
    call('set_callback', null)
    expect(call('subscribe', 'a')).toEqual(['AssertionError', 'Subscribe callback is not set'])
    expect(writes()).toHaveLength(sent)
    call('set_callback', true)
    expect(call('subscribe', 'a', 256)).toEqual(['ValueError', expect.any(String)])
    expect(writes().at(-1)).toBe('61')
  })

  it('user and password as each library takes them', () => {
    const flags = (options: Record<string, PyValue>): string => {
      const { call, writes } = rig(name, [feed(...data(CONNACK))], { options })
      const end = call('connect')
      return typeof end === 'number' ? writes()[1]!.slice(12, 14) + writes().slice(AFTER_CONNECT).join('') : String(end)
    }
    expect(flags({ user: 'u', password: 'p' })).toBe('c2000175000170')
    expect(flags({ user: '', password: '' })).toBe(name === 'umqttsimple' ? 'c200000000' : '02')
    expect(flags({ user: 'u' })).toContain('TypeError')
    expect(flags({ password: 'p' })).toBe('02')
  })
})

describe('umqtt.simple', () => {
  it('Q2: a read that times out keeps the timeout; the first that succeeds ends it', () => {
    const { call, board } = rig('umqtt.simple', [
      feed(...data(CONNACK), { gap: true }, { gap: true }, ...data('d000'), { gap: true }),
    ])
    call('connect', true, 5)
    expect(call('wait_msg')).toEqual(['OSError', 'ETIMEDOUT'])
    expect(call('wait_msg')).toEqual(['OSError', 'ETIMEDOUT'])
    expect(board.clock.now()).toBe(10_000)
    expect(call('wait_msg')).toBeNull()
    expect(call('wait_msg')).toBe('blocked')
  })

  it('unsubscribe waits for its own acknowledgement', () => {
    const { call, writes } = rig('umqtt.simple', [feed(...data(CONNACK, 'b0020001', 'b0020009'))])
    call('connect')
    expect(call('unsubscribe', 'a/b')).toBeNull()
    expect(writes().slice(AFTER_CONNECT)).toEqual(['a207', '0001', '0003', '612f62'])
    expect(call('unsubscribe', 'a/b')).toEqual(['AssertionError'])
  })

  it('a remaining length shorter than its topic reads to the end of file, as read(-1)', () => {
    const { call } = rig('umqtt.simple', [feed(...data(CONNACK, '30020001 61 2233'), { eof: true })])
    call('connect')
    expect(call('wait_msg')).toBe(48)
  })
})

describe('umqtt.robust', () => {
  it('R2: only OSError is caught by a reconnect', () => {
    const refused = rig('umqtt.robust', [feed(...data(CONNACK), { eof: true }), feed(...data('20020005'))])
    refused.call('connect')
    expect(refused.call('check_msg')).toEqual(['MQTTException', 5])
    const short = rig('umqtt.robust', [feed(...data(CONNACK), { eof: true }), feed({ eof: true })])
    short.call('connect')
    expect(short.call('check_msg')).toEqual(['IndexError', expect.any(String)])
  })

  it('check_msg gives up after its attempts', () => {
    const dying = feed(...data(CONNACK), { error: 'ECONNRESET' })
    const { call, board } = rig('umqtt.robust', [dying, dying, dying, feed(...data(CONNACK))])
    call('connect')
    expect(call('check_msg', 3)).toBeNull()
    expect(board.trace.filter(([kind]) => kind === 'socket')).toHaveLength(4)
    expect(board.sleeps).toEqual([])
  })
})

describe('umqttsimple', () => {
  it('has no unsubscribe and no connect timeout', () => {
    const { call } = rig('umqttsimple', [])
    expect(call('unsubscribe', 'a')).toEqual(['AttributeError', expect.any(String)])
    expect(call('connect', true, 5)).toEqual(['TypeError', expect.any(String)])
  })
})
