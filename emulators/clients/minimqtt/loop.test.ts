import { describe, expect, it } from 'vitest'
import { seconds } from '../../core/time.ts'
import { CONNECT_SENDS, connected, data, gaps, mmqtt, raises } from './testing.ts'

describe('loop', () => {
  it('M14: takes its timeout and up to one socket timeout more', () => {
    const { board, call, events } = connected(data('30040001 61 31', '30040001 61 32'))
    expect(call('loop')).toEqual([0x30, 0x30])
    expect(board.clock.now()).toBe(2000)
    expect(events).toEqual([
      ['a', '1'],
      ['a', '2'],
    ])
    expect(call('loop', 3)).toBeNull()
    expect(board.clock.now()).toBe(6000)
  })

  it('M8: pings when nothing was sent for keep_alive; a PUBACK does not count', () => {
    const script = [...data('32070001 61 0005 6869'), ...gaps(4), ...data('d000')]
    const { call, sends } = connected(script, { options: { keep_alive: 4 } })
    expect(call('loop', 2)).toEqual([0x30])
    expect(sends().at(-1)).toBe('40020005')
    expect(call('loop', 2)).toEqual([0xd0])
    expect(sends().at(-1)).toBe('c000')
  })

  it('raises when the PINGRESP stays away', () => {
    const { call, board } = connected([], { options: { keep_alive: 5 } })
    board.wait(seconds(5))
    expect(call('loop')).toEqual(mmqtt('PINGRESP not returned from broker within 5 seconds.'))
    expect(board.clock.now()).toBe(11_000)
    expect(call('is_connected')).toBe(true)
  })

  it('M7: pings on every pass with keep_alive=0', () => {
    const { call } = connected([...data('d000'), { gap: true }], { options: { keep_alive: 0 } })
    expect(call('loop')).toEqual(mmqtt('PINGRESP not returned from broker within 0 seconds.'))
  })

  it('M3: end of file costs recv_timeout, each time', () => {
    const { board, call } = connected([{ eof: true }])
    for (const passed of [11_000, 22_000]) {
      expect(call('loop')).toEqual(mmqtt('Unable to receive 1 bytes within 10 seconds.'))
      expect(board.clock.now()).toBe(passed)
      expect(call('is_connected')).toBe(true)
    }
  })

  it('M10: a pause inside a packet is a raw OSError, and the rest reads as a new packet', () => {
    const { call } = connected([...data('3006'), { gap: true }, ...data('000161 010205')])
    expect(call('loop')).toEqual(['OSError', 'ETIMEDOUT'])
    expect(call('loop')).toEqual([0, 0, 0x60, 0, 0, 0])
  })

  it('tells a reset as its own exception, and a payload that is no UTF-8 as Python’s', () => {
    expect(connected([{ error: 'ECONNRESET' }]).call('loop')).toEqual(
      mmqtt('Unexpected error while waiting for messages'),
    )
    const { call, sends } = connected(data('32060001 61 0005 ff'))
    expect((call('loop') as string[])[0]).toBe('UnicodeDecodeError')
    expect(sends(CONNECT_SENDS)).toEqual([])
    const binary = connected(data('32060001 61 0005 ff'), { options: { use_binary_mode: true } })
    expect(binary.call('loop')).toEqual([0x30])
    expect(binary.sends(CONNECT_SENDS)).toEqual(['40020005'])
  })

  it('delivers QoS 2, then asserts; and returns the bytes of a PUBREC as packet types', () => {
    const incoming = connected(data('34060001 61 0005 31'))
    expect((incoming.call('loop') as string[])[0]).toBe('AssertionError')
    expect(incoming.events).toEqual([['a', '1']])
    const outgoing = connected(data('50020001'))
    expect(outgoing.call('publish', 't', 'm', false, 2)).toBeNull()
    expect(outgoing.events).toEqual([])
    expect(outgoing.call('loop')).toEqual([0x50, 0, 0, 0])
  })

  it('refuses malformed packets', () => {
    expect(connected(data('3003000561')).call('loop')).toEqual(
      mmqtt('Topic length 5 in PUBLISH packet exceeds remaining length 3 - 2'),
    )
    expect(connected(data('30ffffffffff01')).call('loop')).toEqual(mmqtt('invalid remaining length encoding'))
    expect(connected(data('d001')).call('loop')).toEqual(mmqtt('Unexpected PINGRESP returned from broker: 1.'))
    expect(connected(data('3203000161 0005')).call('loop')).toEqual(raises('ValueError')) // a payload of -2 bytes
  })
})

describe('messages by topic', () => {
  it('calls every filter that matches, and on_message only if none does', () => {
    const { call, events } = connected(data('30050003 612f62', '30060004 24 612f62', '30030001 7a'))
    for (const filter of ['#', 'a/+', '+/b', 'a/b', '$a/#']) call('add_topic_callback', filter, filter)
    call('loop')
    expect(events).toEqual([
      ['a/b', '', 'a/b'],
      ['a/b', '', 'a/+'],
      ['a/b', '', '+/b'],
      ['a/b', '', '#'],
      ['$a/b', '', '$a/#'],
      ['z', '', '#'],
    ])
  })

  it('takes callbacks away', () => {
    const { call, events } = connected(data('30030001 61', '30030001 61'))
    call('add_topic_callback', 'a', 1)
    expect(call('remove_topic_callback', 'b')).toEqual(raises('KeyError'))
    expect(call('remove_topic_callback', null)).toEqual(raises('ValueError'))
    expect(call('add_topic_callback', 'a', null)).toEqual(raises('ValueError'))
    call('remove_topic_callback', 'a')
    call('loop')
    expect(events).toEqual([
      ['a', ''],
      ['a', ''],
    ])
    call('setattr', 'on_message', null)
    call('setattr', 'on_disconnect', null)
    call('disconnect')
    expect(events).toHaveLength(2)
  })
})
