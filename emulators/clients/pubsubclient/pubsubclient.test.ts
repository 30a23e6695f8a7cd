// What the recordings in fixtures/traces do not show: the class's face, and habits of which the contract tells.

import { describe, expect, it } from 'vitest'
import { tuple } from '../../board.ts'
import { afterWrites, bytes, CONNACK, data, pause, peer, rig, typeOf } from '../arduino/testing.ts'
import { pubsubclient } from './pubsubclient.ts'

const on = (connections: Parameters<typeof rig>[1], more: Parameters<typeof rig>[2] = {}) =>
  rig(pubsubclient, connections, more)

describe('the overloads', () => {
  it('are found by number and type, and others do not compile', () => {
    const { call } = on([peer(CONNACK)])
    for (const [method, args] of [
      ['connect', ['a', 'b']],
      ['connect', ['a', 'b', 'c', 'd']],
      ['publish', ['t']],
      ['publish', ['t', 'm', 1, false]],
      ['publish', [null, 'm']],
      ['publish_P', ['t', 'm']],
      ['subscribe', ['t', 'much']],
      ['loop', [1]],
    ] as const)
      expect([method, call(method, [...args])]).toEqual([method, 'TypeError'])
    expect(call('dance')).toBe('AttributeError')
    expect(call('toString')).toBe('AttributeError')
  })

  it('version 3 tells retained from QoS by its type', () => {
    const { call, writes } = on([peer(CONNACK)], { version: '3' })
    call('connect')
    call('publish', ['t', 'm', true])
    call('publish', ['t', 'm', 1])
    call('publish', ['t', 'm', 1, true])
    expect(call('publish', ['t', 'm', 3, false])).toBe(false)
    expect(writes.slice(1)).toEqual(['3104000174', '6d', '32060001740002', '6d', '33060001740003', '6d'])
  })

  it('connect without arguments, or by name, gives what the sketch has said', () => {
    const { call, writes } = on([peer(CONNACK), peer(CONNACK)], { options: { user: 'u', pass: 'p' } })
    call('will', ['s', 'off', true, 1])
    expect(call('connect', [], { cleanSession: false })).toBe(true)
    expect(writes[0]).toBe('101e00044d51545404ec000f0004646576310001730003 6f6666 000175 000170'.replace(/ /g, ''))
    call('disconnect')
    expect(call('connect', ['other'])).toBe(true)
    expect(writes.at(-1)).toBe('101100044d5154540402000f00056f74686572')
    expect(call('connect', [], { colour: 1 })).toBe('TypeError')
  })

  it('options that it has not, or that are none, are refused at once', () => {
    const create = (options: Parameters<typeof rig>[2]) => typeOf(() => on([], options))
    expect(create({ options: { core: 'esp9' } })).toBe('client/bad-option')
    expect(create({ options: { MQTT_VERSION: 5 } })).toBe('client/bad-option')
    expect(create({ options: { colour: 'red' } })).toBe('client/unknown-option')
    expect(create({ options: { MQTT_VERSION: 3, MQTT_MAX_TRANSFER_SIZE: 80, core: 'esp8266' } })).toBe('nothing')
  })
})

describe('2.8', () => {
  it.each([6, 135, 253])('tells CONNACK code %i as it is', (code) => {
    const { call } = on([peer(data(`200200${code.toString(16).padStart(2, '0')}`))])
    expect([call('connect'), call('state')]).toEqual([false, code])
  })

  it('P3: takes a PUBLISH of four bytes for a CONNACK', () => {
    const { call } = on([peer(data('30020000'))])
    expect([call('connect'), call('state')]).toEqual([true, 0])
  })

  it('P4: is content with a CONNACK whose bytes are ten seconds apart', () => {
    const slow = ['20', '02', '00', '00'].flatMap((byte) => [pause(10), data(byte)])
    const { call, board } = on([peer(...slow)])
    expect(call('connect')).toBe(true)
    expect(board.now()).toBe(40_000)
  })

  it('P9: publish_P cuts a text at the size of the buffer, and not bytes', () => {
    const { call, writes } = on([peer(CONNACK)], { options: { bufferSize: 40 } })
    call('connect')
    expect(call('publish_P', ['t', 'x'.repeat(50), false])).toBe(true)
    expect(writes.slice(1)).toEqual(['302b000174', ...Array(40).fill('78')])
    writes.length = 0
    expect(call('publish_P', ['t', new Uint8Array(50).fill(7), false])).toBe(true)
    expect(writes).toEqual(['3035000174', ...Array(50).fill('07')])
  })

  it('P10: beginPublish counts its length in 16 bits', () => {
    const { call, writes } = on([peer(CONNACK)])
    call('connect')
    expect(call('beginPublish', ['t', 70_000, false])).toBe(true)
    expect(writes[1]).toBe(`30${'f322'}000174`) // 70,003 - 65,536 = 4467
  })

  it('P11: write goes to the network object, connected or not', () => {
    const { call, writes } = on([])
    expect(call('beginPublish', ['t', 3, false])).toBe(false)
    expect([call('write', [bytes('616263')]), call('write', [97]), call('endPublish')]).toEqual([0, 0, 1])
    expect(writes).toEqual(['616263 ENOTCONN', '61 ENOTCONN'])
  })

  it('P17: packet ids begin at 2 with each connection', () => {
    const { call, writes } = on([peer(CONNACK), peer(CONNACK)])
    for (let i = 0; i < 2; i++) {
      call('connect')
      call('subscribe', ['a'])
      call('disconnect')
    }
    expect(writes.filter((hex) => hex.startsWith('82'))).toEqual(['8206000200016100', '8206000200016100'])
  })

  it('P22: what does not fit is not acknowledged either', () => {
    const { call, writes, messages } = on([peer(CONNACK, afterWrites(1), data(`3223000174000530${'78'.repeat(29)}`))], {
      options: { bufferSize: 32 },
    })
    call('connect')
    expect(call('loop')).toBe(true)
    expect([writes.length, messages]).toEqual([1, []])
  })

  it('P41: a topic longer than its packet does no harm here; version 3 closes', () => {
    const long = [peer(CONNACK, afterWrites(1), data('300400ff6162'))]
    const old = on(long)
    old.call('connect')
    expect(old.call('loop')).toBe(true)
    const three = on(long, { version: '3' })
    three.call('connect')
    expect([three.call('loop'), three.call('state')]).toEqual([false, -1])
  })

  it('hands a stream each byte of a payload, also of one that does not fit', () => {
    const got: number[] = []
    const { call, messages } = on([peer(CONNACK, afterWrites(1), data(`3021000174${'78'.repeat(30)}`))], {
      options: { bufferSize: 24, stream: true },
      hooks: {
        *onEvent(name, [byte]) {
          if (name === 'stream') got.push((byte as Uint8Array)[0]!)
        },
        *onMessage(_topic, payload) {
          messages.push(['t', String(payload.length)])
        },
      },
    })
    call('connect')
    expect(call('loop')).toBe(true)
    expect(got).toEqual(Array(30).fill(0x78))
    expect(messages).toEqual([['t', '19']]) // as much as there was room for
  })

  it('setServer with an IPAddress takes the place of a name', () => {
    const { call } = on([peer(CONNACK)])
    call('setServer', ['broker.lan', 1884])
    call('setServer', [tuple(10, 0, 0, 9), 1885])
    expect(call('connect')).toBe(true)
    expect(call('setBufferSize', [0])).toBe(false)
  })
})

describe('the network object', () => {
  it('writes after a FIN on Ethernet, not on an ESP8266, and never after a reset', () => {
    const end = (core: string, entry: { eof: true } | { error: string }) => {
      const { call, writes, board } = on([peer(CONNACK, pause(1), entry)], { options: { core } })
      call('connect')
      board.run(
        (function* wait() {
          yield { kind: 'sleep', duration: 1000 } as never
        })(),
      )
      call('disconnect')
      return writes[1]
    }
    expect(end('ethernet', { eof: true })).toBe('e000')
    expect(end('esp8266', { eof: true })).toBe('e000 EPIPE')
    expect(end('ethernet', { error: 'ECONNRESET' })).toBe('e000 ENOTCONN')
    expect(end('esp8266', { error: 'ECONNRESET' })).toBe('e000 EPIPE')
  })

  it('is used as it is when the program has connected it', () => {
    const { call } = on([peer(CONNACK)])
    expect(call('net.connect', ['10.0.0.8', 1999])).toBe(1)
    expect([call('net.connected'), call('net.available'), call('connect')]).toEqual([1, 4, true])
    expect(call('net.stop')).toBeNull()
    expect([call('net.connected'), call('connected'), call('state')]).toEqual([0, false, -3])
  })
})
