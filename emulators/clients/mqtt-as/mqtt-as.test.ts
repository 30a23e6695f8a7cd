// What mqtt_as does by itself, on a virtual clock; what it was recorded to do is in fixtures/traces/mqtt_as.json.

import { describe, expect, it } from 'vitest'
import type { TraceEntry } from '../../drive/scripted.ts'
import { mqttAsFormat } from '../../traces/mqtt-as/mqtt-as.ts'
import { mqttAs } from './mqtt-as.ts'

const CONNACK = [{ after_writes: 4 }, { data: '20020000' }]

interface Case {
  readonly options?: object
  readonly calls: readonly object[]
  readonly feeds: readonly (readonly object[])[]
  readonly more?: object
}

/** What happened, each with its moment in ms. */
function happened({ options = {}, calls, feeds, more = {} }: Case): [number, TraceEntry][] {
  const connections = feeds.map((feed) => ({ feed: [...CONNACK, ...feed] }))
  const recorded = mqttAsFormat.read({
    ...{ client: 'mqtt_as', name: 'made up', trace: [], until: 200, ...more },
    ...({ options, calls, connections } as object),
  } as never)
  let at = 0
  const all: [number, TraceEntry][] = []
  for (const entry of mqttAsFormat.play(recorded, mqttAs))
    if (entry[0] === 'at') at = Math.round(Number(entry[1]) * 1000)
    else all.push([at, entry])
  return all
}

const CONNECT = { call: 'connect', args: [] }
const PUBLISH = { call: 'publish', args: ['a', 'x'] }
const momentsOf = (all: readonly [number, TraceEntry][], kind: string, first?: unknown): number[] =>
  all.filter(([, entry]) => entry[0] === kind && (first === undefined || entry[1] === first)).map(([at]) => at)

describe('mqtt_as', () => {
  it('handles one packet every five milliseconds', () => {
    const flood = { data: '300400016131'.repeat(4) }
    const all = happened({ calls: [CONNECT, { wait: 1 }], feeds: [[{ pause: 0.5 }, flood]] })
    expect(momentsOf(all, 'callback')).toEqual([6500, 6505, 6510, 6515])
  })

  it('looks once a second whether it is still connected, counted from the connection', () => {
    const all = happened({
      calls: [CONNECT, { wait: 20 }],
      feeds: [[{ pause: 2.3 }, { error: 'ECONNRESET' }], []],
    })
    expect(momentsOf(all, 'wifi_coro', false)).toEqual([8301])
    expect(momentsOf(all, 'wifi.disconnect')).toEqual([9000])
    expect(momentsOf(all, 'connect')).toEqual([6000, 16000])
  })

  it('A3: neither reads nor notices a FIN, but by the silence of four pings', () => {
    const all = happened({ calls: [CONNECT, { wait: 70 }], feeds: [[{ pause: 1 }, { eof: true }], []] })
    expect(momentsOf(all, 'uncaught', '_handle_msg')).toEqual([7000])
    expect(momentsOf(all, 'wifi_coro', false)).toEqual([66000 + 1])
  })

  it('A13: a ping waits for a packet that is incomplete, and is sent when it is complete', () => {
    const all = happened({
      calls: [CONNECT, { wait: 30 }],
      feeds: [[{ pause: 14 }, { data: '300a0003' }, { pause: 4 }, { data: '612f6268656c6c6f' }]],
    })
    expect(momentsOf(all, 'write', 'c000')).toEqual([24000])
    expect(momentsOf(all, 'callback')).toEqual([24000])
  })

  it('A13: and gives up after ten seconds without a byte', () => {
    const all = happened({ calls: [CONNECT, { wait: 30 }], feeds: [[{ pause: 1 }, { data: '300a0003' }], []] })
    expect(momentsOf(all, 'wifi_coro', false)).toEqual([17002])
    expect(momentsOf(all, 'write', 'c000')).toEqual([])
  })

  it('A19: two connections have two readers of the newer socket, and the older one is never closed', () => {
    const all = happened({
      calls: [CONNECT, { wait: 1 }, CONNECT, { wait: 16 }, { call: 'publish', args: ['a', 'x', false, 1] }],
      feeds: [[], [{ after_writes: 9 + 2 }, { data: '40020001' }]],
    })
    expect(momentsOf(all, 'close')).toEqual([])
    expect(momentsOf(all, 'write', 'c000')).toEqual([21000, 22001])
    expect(momentsOf(all, 'return')).toHaveLength(3)
  })

  it('A18: disconnect ends the pings and the reconnecting; connect begins anew, with Wi-Fi', () => {
    const all = happened({
      calls: [CONNECT, { wait: 1 }, { call: 'disconnect' }, { call: 'isconnected' }, { wait: 60 }, CONNECT],
      feeds: [[], []],
    })
    expect(momentsOf(all, 'write', 'c000')).toEqual([])
    expect(momentsOf(all, 'wifi.disconnect')).toEqual([])
    expect(all.find(([at, entry]) => at > 7000 && entry[0] === 'return' && entry[1] !== null)![1]).toEqual([
      'return',
      true,
    ])
    expect(momentsOf(all, 'connect')).toEqual([6000, 73100])
  })

  it('a publish that is under way when Wi-Fi goes is made again, with a new id, once it is back', () => {
    const all = happened({
      calls: [CONNECT, { wait: 3 }, { ...PUBLISH, args: ['a', 'x', false, 1] }],
      feeds: [[], [{ after_writes: 9 }, { data: '40020002' }]],
      more: {
        wifi: [
          [9.25, false],
          [11, true],
        ],
      },
    })
    expect(momentsOf(all, 'wifi_coro', false)).toEqual([9250])
    expect(momentsOf(all, 'write', '0002')).toHaveLength(1)
    expect(all.at(-1)![1]).toEqual(['end'])
  })

  it('the coroutines of the program run beside it, and may call it', () => {
    const all = happened({
      calls: [CONNECT, { wait: 1 }, { ...PUBLISH, start: true }, { wait: 1 }],
      feeds: [[{ after_writes: 8 }, { data: '9003000100' }, { data: '300400016131' }]],
      more: { on_connect: [{ call: 'subscribe', args: ['a'] }], in_callback: [PUBLISH] },
    })
    expect(momentsOf(all, 'write', '3004')).toHaveLength(2)
    expect(momentsOf(all, 'finished', 'publish')).toEqual([7000])
  })

  it('refuses what it cannot take', () => {
    const raises = (options: object, ...calls: object[]): unknown =>
      happened({ options, calls, feeds: [[], []] })
        .find(([, entry]) => entry[0] === 'raise')?.[1]
        .slice(1, 3)
    expect(raises({ keepalive: 65536 })).toEqual(['ValueError', ['invalid keepalive time']])
    expect(raises({ will: ['', 'off', false, 0] })).toEqual(['ValueError', ['Empty topic.']])
    expect(raises({ will: ['a', 'off', false, 2] })).toEqual(['ValueError', ['Only qos 0 and 1 are supported.']])
    expect(raises({ server: null })).toEqual(['ValueError', ['no server specified.']])
    expect(raises({}, CONNECT, { call: 'publish', args: ['a', 'x', false, 2] })).toEqual([
      'ValueError',
      ['Only qos 0 and 1 are supported.'],
    ])
    expect(raises({}, CONNECT, { call: 'subscribe', args: ['a', 2] })).toMatchObject(['ValueError', {}])
    expect(raises({}, CONNECT, { call: 'wan_ok', args: [] })).toMatchObject(['AttributeError', {}])
  })
})
