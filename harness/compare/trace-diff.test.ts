import { describe, expect, test } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { compareRecords } from './trace-diff.ts'

/** `at type topic`, one packet of blue's each; ↓ from the broker. */
const record = (...lines: string[]): Event[] =>
  lines.map((line, seq) => {
    const [at, what, topic = '', down] = line.split(' ')
    const [type, id] = what!.split('#')
    const packetId = id === undefined ? {} : { packetId: Number(id) }
    const packet = {
      type,
      flags: 0,
      length: 2,
      ...packetId,
      ...(topic === '' ? {} : { topic, payload: new Uint8Array() }),
    }
    const direction = down === '↓' ? 'down' : 'up'
    const raw = new Uint8Array()
    return {
      ...{ kind: 'packet', device: 'blue', direction, connection: 1, packet, raw, offset: 0, delivered: true },
      ...{ at: Number(at), seq },
    } as unknown as Event
  })

const kinds = (a: Event[], b: Event[], options?: Parameters<typeof compareRecords>[2]): string[] =>
  compareRecords(a, b, options).differences.map(({ kind, direction }) => `${direction} ${kind}`)

describe('two records', () => {
  test('with the same packets are the same, wherever their clocks began', () => {
    expect(compareRecords(record('0 connect', '10 pingreq'), record('700 connect', '740 pingreq'))).toEqual({
      differences: [],
      same: 2,
    })
  })

  test('a packet that only one has, on either side, and another content', () => {
    expect(kinds(record('0 connect', '1 pingreq', '2 disconnect'), record('0 connect', '2 disconnect'))).toEqual([
      'up only-in-first',
    ])
    expect(kinds(record('0 connect'), record('0 connect', '1 connack  ↓'))).toEqual(['down only-in-second'])
    expect(kinds(record('0 publish a'), record('0 publish b'))).toEqual(['up only-in-first', 'up only-in-second'])
  })

  test('another order', () => {
    expect(kinds(record('0 publish a', '1 publish b'), record('0 publish b', '1 publish a'))).toHaveLength(2)
  })

  test('another pace of the device is a difference, of the broker it is none', () => {
    expect(kinds(record('0 connect', '10 pingreq'), record('0 connect', '270 pingreq'))).toEqual(['up timing'])
    expect(kinds(record('0 connect', '10 pingreq'), record('0 connect', '250 pingreq'))).toEqual([])
    expect(
      kinds(record('0 connect', '10 pingreq'), record('0 connect', '30 pingreq'), { tolerance: milliseconds(10) }),
    ).toEqual(['up timing'])
    expect(kinds(record('0 connack  ↓', '1 suback  ↓'), record('0 connack  ↓', '900 suback  ↓'))).toEqual([])
  })

  test('packet ids are compared where the device chooses them, and by their order where the broker does', () => {
    const acked = (id: number, own: number): Event[] =>
      record(`0 publish#${own} mine`, `1 publish#${id} a ↓`, `2 puback#${id}`, `3 puback#${own}  ↓`)
    expect(kinds(acked(700, 1), acked(31, 1))).toEqual([])
    expect(kinds(acked(700, 1), acked(700, 2))).toEqual([
      'up only-in-first',
      'up only-in-second',
      'down only-in-first',
      'down only-in-second',
    ])
  })

  describe('what chance decides at the end of a connection', () => {
    const ended = (by: string, change: string, events: Event[]): Event[] => [
      ...events,
      { kind: 'socket', device: 'blue', change, by, connection: 1, at: 9, seq: 99 } as unknown as Event,
    ]
    const lost = record('0 connect').map((event) => ({ ...event, delivered: false }) as Event)
    const rest = record('0 connect', '1 malformed').map((event) =>
      event.seq === 0
        ? event
        : ({ ...event, packet: { type: 'malformed', reason: 'truncated at the end of the connection: …' } } as Event),
    )

    test('whether a CONNECT was out before the broker refused', () => {
      expect(kinds(ended('broker', 'refused', record('0 connect')), ended('broker', 'refused', lost))).toEqual([])
      expect(kinds(ended('broker', 'closed', record('0 connect')), ended('broker', 'closed', lost))).toHaveLength(2)
    })

    test('how much of a packet was, unless the device itself has ended it there', () => {
      const whole = record('0 connect')
      expect(kinds(ended('broker', 'closed', whole), ended('broker', 'closed', rest))).toEqual([])
      expect(kinds(ended('device', 'closed', whole), ended('device', 'closed', rest))).toEqual(['up only-in-second'])
    })
  })

  test('what comes behind a malformed packet for which the broker ended the connection, and nothing before it', () => {
    const end = (by: string, events: Event[]): Event[] => [
      ...events,
      { kind: 'socket', device: 'blue', change: 'closed', by, connection: 1, at: 9, seq: 99 } as unknown as Event,
      {
        kind: 'socket',
        device: 'blue',
        change: 'both-closed',
        by: 'device',
        connection: 1,
        at: 9,
        seq: 100,
      } as unknown as Event,
    ]
    const broken = (...packets: string[]): Event[] =>
      record('0 connect', '1 malformed', ...packets).map((event) =>
        event.seq === 1
          ? ({ ...event, packet: { type: 'malformed', reason: 'its flags are wrong' } } as unknown as Event)
          : event,
      )
    const [all, few] = [broken('2 pubcomp'), broken()]
    expect(kinds(end('broker', all), end('broker', few))).toEqual([])
    expect(kinds(end('device', all), end('device', few))).toEqual(['up only-in-first'])
    expect(kinds(end('broker', few), end('broker', record('0 connect')))).toEqual(['up only-in-first'])
    expect(kinds(end('broker', record('0 connect', '1 pingreq')), end('broker', record('0 connect')))).toHaveLength(1)
  })

  test('a loop that the end of the run has cut off is none, of a device that runs by itself', () => {
    const [short, long] = [record('0 publish a'), record('0 publish a', '1 publish a', '2 publish a')]
    expect(kinds(short, long)).toHaveLength(2)
    expect(kinds(short, long, { looping: ['blue'] })).toEqual([])
    expect(kinds(record('0 publish x'), record('0 publish y'), { looping: ['blue'] })).toHaveLength(2)
  })
})
