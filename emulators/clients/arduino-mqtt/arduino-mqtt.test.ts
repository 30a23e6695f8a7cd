// What the recordings in fixtures/traces do not show: the class's face, and habits of which the contract tells.

import { describe, expect, it } from 'vitest'
import { tuple } from '../../board.ts'
import { afterWrites, bytes, CONNACK, data, peer, rig, typeOf } from '../arduino/testing.ts'
import { arduinoMqtt } from './arduino-mqtt.ts'

const on = (connections: Parameters<typeof rig>[1], more: Parameters<typeof rig>[2] = {}) =>
  rig(arduinoMqtt, connections, more)

const connected = (...feed: Parameters<typeof peer>) => {
  const it = on([peer(CONNACK, ...feed)])
  it.call('connect')
  return it
}

describe('the overloads', () => {
  it('are found by number and type', () => {
    const { call, writes } = connected()
    call('publish', ['t'])
    call('publish', ['t', 'm', true, 0])
    call('publish', ['t', 'message', 3])
    call('publish', ['t', bytes('0001'), 2, true, 0])
    expect(writes.slice(1)).toEqual(['3003000174', '3104000174', '6d', '3006000174', '6d6573', '3105000174', '0001'])
    expect(call('publish', [])).toBe('TypeError')
    expect(call('publish', [null, 'm'])).toBe('TypeError')
    expect(call('loop', [1])).toBe('TypeError')
    expect(call('dance')).toBe('AttributeError')
    expect(call('constructor')).toBe('AttributeError')
  })

  it('connect without arguments gives what the sketch has said', () => {
    const { call, writes } = on([peer(CONNACK), peer(CONNACK), peer(CONNACK)], {
      options: { username: 'u', password: 'p' },
    })
    expect(call('connect')).toBe(true)
    expect(call('connect', [], { cleanSession: false })).toBe(true)
    expect(call('connect', ['id', 'x', false])).toBe(true)
    expect(writes.filter((hex) => hex !== 'close').map((hex) => hex.slice(18, 20))).toEqual(['c2', 'c0', '80'])
  })

  it('options that are none are refused at once', () => {
    const create = (options: Record<string, string | number>) => typeOf(() => on([], { options }))
    expect(create({ callback: 'loud' })).toBe('client/bad-option')
    expect(create({ core: 'avr' })).toBe('client/bad-option')
    expect(create({ readBufSize: -1 })).toBe('MemoryError')
  })
})

describe('an acknowledgement', () => {
  it.each([
    ['of another packet', '40020009', -9],
    ['with flags', '42020001', -9],
    ['that is too long', '4003000100', -8],
    ['that refuses nothing', '40020001', 0],
  ])('%s', (_what, hex, error) => {
    const { call } = connected(afterWrites(3), data(hex))
    expect([call('publish', ['t', 'm', false, 1]), call('lastError')]).toEqual([error === 0, error])
  })

  it.each([
    ['2.5.3', '9004000100 00', -12],
    ['2.5.2', '9004000200 00', 0],
    ['2.5.2', '9005000200 0000', -12],
    ['2.5.3', '9003000103', -11],
    ['2.5.3', '9003000180', -11],
    ['2.5.3', '9003000700', -9],
    ['2.5.2', '9003000700', 0],
  ])('%s: SUBACK %s is %i', (version, hex, error) => {
    const { call } = on([peer(CONNACK, afterWrites(2), data(hex))], { version })
    call('connect')
    expect([call('subscribe', ['a']), call('lastError')]).toEqual([error === 0, error])
  })
})

describe('what comes in', () => {
  it.each([
    ['2.5.3', '36050001610005', -9],
    ['2.5.2', '36050001610005', 0],
    ['2.5.3', '32050001610000', -9],
    ['2.5.2', '32050001610000', 0],
    ['2.5.3', '60020005', -9],
    ['2.5.2', '60020005', 0],
    ['2.5.3', '300100', -8],
    ['2.5.3', '300400ff6162', -1],
    ['2.5.3', '3203000161', -1],
    ['2.5.3', 'e000', -9],
  ])('%s: %s is %i', (version, hex, error) => {
    const { call } = on([peer(CONNACK, afterWrites(1), data(hex))], { version })
    call('connect')
    expect([call('loop'), call('lastError')]).toEqual([error === 0, error])
  })

  it('simple callbacks get a payload up to its NUL, advanced ones all of it, and none of them costs no acknowledgement', () => {
    const heard = (callback: string) => {
      const it = on([peer(CONNACK, afterWrites(1), data('32080001610005780079'))], { options: { callback } })
      it.call('connect')
      it.call('loop')
      return [it.messages, it.writes[1]]
    }
    expect(heard('simple')).toEqual([[['a', 'x']], '40020005'])
    expect(heard('advanced')).toEqual([[['a', 'x\0y']], '40020005'])
    expect(heard('none')).toEqual([[], '40020005'])
  })
})

it('L8: an address does not take the place of a name', () => {
  const hosts: string[] = []
  const it = on([peer(CONNACK)], {
    hooks: {
      network: {
        connecting: (host, port) => {
          hosts.push(`${host}:${port}`)
          return () => {}
        },
        writing: () => () => {},
        read() {},
        flushed() {},
        stopped() {},
      },
    },
  })
  it.call('setHost', ['broker.lan'])
  it.call('setHost', [tuple(10, 0, 0, 9), 1885])
  it.call('connect')
  expect(hosts).toEqual(['broker.lan:1885'])
})

it('L20: keep alive is cut to 16 bits, the will to two', () => {
  const { call, writes } = on([peer(CONNACK)])
  call('setOptions', [65536 + 7, true, 500])
  call('setWill', ['s', 'off', false, 4])
  call('connect')
  expect(writes[0]?.slice(18, 24)).toBe('060007')
})
