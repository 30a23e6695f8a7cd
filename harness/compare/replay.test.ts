// What a replay may not do unnoticed, and what it may.

import { describe, expect, it } from 'vitest'
import { Decoder } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import { compareReplay } from './replay.ts'

/** `up HEX`, `down HEX`, `closed|reset device|broker`; `@2` is the second connection. */
const record = (...lines: string[]): Event[] =>
  lines.map((line, seq) => {
    const [what, more = '', number = '@1'] = line.split(' ')
    const connection = Number(number.slice(1))
    const stamp = { at: seq * 10, seq }
    if (what !== 'up' && what !== 'down')
      return { kind: 'socket', device: 'blue', change: what, by: more, connection, ...stamp } as unknown as Event
    const [decoded] = new Decoder().push(Buffer.from(more, 'hex'))
    return {
      kind: 'packet',
      device: 'blue',
      direction: what,
      connection,
      ...decoded!,
      delivered: true,
      ...stamp,
    } as unknown as Event
  })

const PING = 'up c000'
const HELLO = 'up 30050001746869'
const LEAVE = 'up e000'
const delivery = (id: string): string => `down 3206000174${id}78`
const ack = (id: string): string => `up 4002${id}`

const differ = (a: Event[], b: Event[]): string[] =>
  compareReplay(a, b, 'blue').differences.map(({ kind, text }) => `${kind === 'only-in-first' ? '-' : '+'} ${text}`)

describe('a replay', () => {
  it('with the same packets is the same, however late it was', () => {
    const late = record(PING, HELLO, LEAVE, 'closed device').map((event) => ({
      ...event,
      at: (event.at * 1000) as never,
    }))
    expect(compareReplay(record(PING, HELLO, LEAVE, 'closed device'), late, 'blue')).toEqual({
      differences: [],
      same: 3,
    })
  })

  it.each([
    ['a packet less', [PING, LEAVE], ['- blue → PUBLISH topic "t" payload "hi" qos 0']],
    ['a packet more', [PING, HELLO, PING, LEAVE], ['+ blue → PINGREQ']],
    [
      'another byte',
      [PING, 'up 30050001746868', LEAVE],
      ['- blue → PUBLISH topic "t" payload "hi" qos 0', '+ blue → PUBLISH topic "t" payload "hh" qos 0'],
    ],
    [
      'another flag',
      [PING, 'up 31050001746869', LEAVE],
      ['- blue → PUBLISH topic "t" payload "hi" qos 0', '+ blue → PUBLISH topic "t" payload "hi" qos 0 retain'],
    ],
    ['another order', [HELLO, PING, LEAVE], expect.arrayContaining(['- blue → PINGREQ', '+ blue → PINGREQ'])],
    ['another connection', [PING, HELLO, `${LEAVE} @2`], ['- blue → DISCONNECT', '+ blue → DISCONNECT']],
  ])('with %s is another', (_, lines, differences) => {
    expect(differ(record(PING, HELLO, LEAVE), record(...lines))).toEqual(differences)
  })

  it('sees bytes that no field tells', () => {
    // A remaining length in two bytes where one would do.
    const first = record('up 3003000174')
    const padded = record('up 308300000174')
    expect(differ(first, padded)).toHaveLength(2)
  })

  it('may acknowledge under other ids and at another time, as the broker chose, but not something else', () => {
    const recorded = record(delivery('0001'), ack('0001'), HELLO, delivery('0001'), ack('0001'))
    expect(differ(recorded, record(HELLO, delivery('0102'), ack('0102'), delivery('0103'), ack('0103')))).toEqual([])
    expect(differ(recorded, record(delivery('0102'), ack('0102'), HELLO, delivery('0103'), ack('0102')))).toHaveLength(
      2,
    )
    expect(differ(recorded, record(delivery('0102'), ack('0102'), HELLO, delivery('0103')))).toHaveLength(1)
  })

  it('ends its connections as they were ended', () => {
    expect(differ(record(PING, 'closed device'), record(PING, 'reset device'))).toEqual([
      '- blue socket closed, connection 1',
      '+ blue socket reset, connection 1',
    ])
    expect(differ(record(PING, 'closed device'), record(PING))).toHaveLength(2)
    expect(differ(record(PING, 'closed device'), record(PING, 'closed broker'))).toEqual([])
    expect(differ(record(PING, 'closed broker'), record(PING))).toEqual([])
  })

  it('answers for what the device sent, and not for what a link did to that', () => {
    const [ping, hello] = record(PING, HELLO) as [Event, Event]
    const disturbed = [
      { ...ping, delivered: false },
      { ...hello, end: 'device' },
      { ...hello, end: 'broker', seq: 2 },
    ] as Event[]
    expect(compareReplay(disturbed, record(PING, HELLO), 'blue')).toEqual({ differences: [], same: 2 })
  })
})
