import { describe, expect, it } from 'vitest'
import { PyFloat, type PyValue, tuple } from '../../board.ts'
import { seconds } from '../../core/time.ts'
import { bytes, CONNACK, CONNECT_SENDS, connected, data, mmqtt, raises, rig } from './testing.ts'

describe('publish', () => {
  it('sends numbers as text, str as UTF-8 and bytes as they are', () => {
    const { call, sends } = connected([])
    const messages: [PyValue, string][] = [
      [42, '42'],
      [12.5, '12.5'],
      [new PyFloat(1), '1.0'],
      ['21°C', '21°C'],
      [Uint8Array.of(0x61), 'a'],
    ]
    for (const [msg, text] of messages) {
      expect(call('publish', 't', msg)).toBeNull()
      expect(sends().at(-1)).toBe(Buffer.from(text).toString('hex'))
    }
  })

  it('refuses what cannot be sent', () => {
    const { call, sends } = connected([])
    const wrong: [PyValue[], string][] = [
      [[null, 'm'], 'ValueError'],
      [['', 'm'], 'ValueError'],
      [['a/+', 'm'], 'ValueError'],
      [['x'.repeat(65_536), 'm'], 'ValueError'],
      [[bytes('61'), 'm'], 'AttributeError'],
      [['t', null], 'ValueError'],
      [['t', []], 'ValueError'],
      [['t', 'm', false, 3], 'NotImplementedError'],
      [['t', 'm', false, -1], 'NotImplementedError'],
      [['t', 'm', false, '1'], 'ValueError'],
      [['t', 'm', false, new PyFloat(1)], 'ValueError'],
      // MicroPython's bool is no int, as a board with the real library says.
      [['t', 'm', false, true], 'ValueError'],
      [['t', true], 'ValueError'],
      [['t', 'm', 'yes'], 'TypeError'],
      [['t', 'm', 256], 'ValueError'],
    ]
    for (const [args, type] of wrong) expect((call('publish', ...args) as string[])[0]).toBe(type)
    expect(call('mqtt_msg')).toEqual([10_000_000, 65_535])
    call('mqtt_msg', 268_435_455)
    expect(call('mqtt_msg')).toEqual([10_000_000, 65_535])
    call('setattr', 'mqtt_msg', 1)
    expect(call('publish', 't', 'mm')).toEqual(raises('ValueError'))
    expect(sends(CONNECT_SENDS)).toEqual([])
  })

  it('gives up on an acknowledgement after recv_timeout, and never sends again', () => {
    const { call, board, sends } = connected([])
    expect(call('publish', 't', 'm', false, 1)).toEqual(mmqtt('No data received from broker for 10 seconds.'))
    expect(board.clock.now()).toBe(11_000)
    expect(sends(CONNECT_SENDS)).toEqual(['3206', '0001740001', '6d'])
  })

  it('M6: a publish inside a callback moves the id on', () => {
    const { call } = connected(data('30040001 61 31', '40020002', '40020001'), {
      hooks: (client) => ({
        *onMessage() {
          yield* client().call('publish', ['inner', 'm', false, 1], {})
        },
      }),
    })
    expect(call('publish', 'outer', 'm', false, 1)).toEqual(mmqtt('No data received from broker for 10 seconds.'))
  })

  it('M12: an error while sending is raw, and EAGAIN is tried again at once', () => {
    const failing = (errno: string) => rig([{ feed: data(CONNACK), failWrites: [{ at: 4, errno }] }])
    const broken = failing('ECONNRESET')
    broken.call('connect')
    expect(broken.call('publish', 't', 'm')).toEqual(['OSError', 'ECONNRESET'])
    expect(broken.call('is_connected')).toBe(true)
    const busy = failing('EAGAIN')
    busy.call('connect')
    expect(busy.call('publish', 't', 'm')).toBeNull()
    expect(busy.sends(CONNECT_SENDS)).toEqual(['3004', '3004', '000174', '6d'])
  })

  it('wraps its packet ids from 65535 to 1', () => {
    const acks = Array.from(
      { length: 65_536 },
      (_, i) => `4002${(((i % 65_535) + 1) & 0xffff).toString(16).padStart(4, '0')}`,
    )
    const { call, sends } = connected(data(acks.join('')))
    for (let i = 0; i < 65_536; i++) call('publish', 't', '', false, 1)
    expect(sends().slice(-3)).toEqual(['000174ffff', '3205', '0001740001'])
  })
})

describe('subscribe and unsubscribe', () => {
  it('takes a str, a tuple, or a list of pairs', () => {
    const { call, sends, events } = connected(data('9003000101', '9003000202', '900400030001'))
    call('subscribe', 'a', 1)
    call('subscribe', tuple('b', 2))
    call('subscribe', [tuple('c', 0), ['d', 1]])
    expect(sends(CONNECT_SENDS)).toEqual([
      ...['8206', '0001', '00016101'],
      ...['8206', '0002', '00016202'],
      ...['820a', '0003', '0001630000016401'],
    ])
    expect(events).toEqual([
      ['on_subscribe', 'a', 1],
      ['on_subscribe', 'b', 2],
      ['on_subscribe', 'c', 0],
      ['on_subscribe', 'd', 1],
    ])
  })

  it('refuses what it cannot say', () => {
    const { call, sends } = connected([])
    const wrong: [PyValue, string][] = [
      [null, 'TypeError'],
      [bytes('61'), 'TypeError'],
      [tuple('a'), 'ValueError'],
      [tuple('a', 3), 'NotImplementedError'],
      [tuple(bytes('61'), 0), 'AttributeError'],
      [['a'], 'ValueError'],
      [['ab'], 'ValueError'], // unpacked to 'a' and QoS 'b'
      [[5], 'TypeError'],
      ['', 'ValueError'],
    ]
    for (const [topic, type] of wrong) expect((call('subscribe', topic) as string[])[0]).toBe(type)
    expect(sends(CONNECT_SENDS)).toEqual([])
  })

  it('tells which topic was refused, and keeps none of the list', () => {
    const { call } = connected(data('900400010080'))
    expect(call('subscribe', [tuple('a', 0), tuple('b', 0)])).toEqual(mmqtt('SUBACK Failure for topic b: 0x80'))
    expect(call('unsubscribe', 'a')).toEqual(['MMQTTStateError', expect.any(String), null])
  })

  it('asserts its packet id, and M11: takes nothing but a PUBLISH meanwhile', () => {
    expect((connected(data('9003000900')).call('subscribe', 'a') as string[])[0]).toBe('AssertionError')
    const { call } = connected(data('9003000100', 'd000'))
    call('subscribe', 'a')
    expect(call('unsubscribe', 'a')).toEqual(mmqtt('invalid message received as response to UNSUBSCRIBE: 0xd0'))
  })

  it('unsubscribes one or several, and tells the id', () => {
    const { call, events, sends } = connected(data('900400010000', 'b0020002'))
    call('subscribe', [tuple('a', 0), tuple('b', 0)])
    events.splice(0)
    expect(call('unsubscribe', ['b', 'a'])).toBeNull()
    expect(sends().slice(-3)).toEqual(['a208', '0002', '000162000161'])
    expect(events).toEqual([
      ['on_unsubscribe', 'b', 2],
      ['on_unsubscribe', 'a', 2],
    ])
    expect(call('unsubscribe', 'a')).toEqual(['MMQTTStateError', expect.any(String), null])
    expect(call('unsubscribe', null)).toEqual(raises('TypeError'))
  })

  it('M5: waits for an UNSUBACK for ever', () => {
    const { board, client, call } = connected(data('9003000100'))
    call('subscribe', 'a')
    const hour = seconds(3600)
    expect(board.run(client.call('unsubscribe', ['a'], {}), { until: hour }).kind).toBe('blocked')
    expect(board.clock.now()).toBeGreaterThanOrEqual(hour)
  })
})
