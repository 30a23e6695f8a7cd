// What espMqttClient does where no recording looks, and where no scenario can; the recordings are in
// fixtures/traces/espmqttclient.json.

import { describe, expect, it } from 'vitest'
import type { Program } from '../../board.ts'
import { instant, seconds } from '../../core/time.ts'
import { hexOf, type TraceEntry } from '../../drive/scripted.ts'
import { StagedBoard } from '../../drive/staged/board.ts'
import type { StagedConnection } from '../../drive/staged/peer.ts'
import { espMqttClientFormat } from '../../traces/arduino/formats.ts'
import type { EmulatedClient } from '../client.ts'
import { espMqttClient } from './espmqttclient.ts'
import { Outbox } from './outbox.ts'
import { acknowledgement, bare, PUBREC } from './packet.ts'
import { Parser } from './parser.ts'

const LOOPS = { every: 0.01, for: 0.2, call: 'loop', args: [] }
const CONNECT = { call: 'connect', args: [] }
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'))

/** The trace of a case that is made up. */
function played(core: string, calls: readonly object[], connections: readonly object[]): readonly TraceEntry[] {
  const recorded = espMqttClientFormat.read({
    ...{ client: 'espmqttclient', name: 'made up', trace: [], board: { network: core } },
    ...({ options: { ip: '10.0.0.7', port: 1883, clientId: 'dev1' }, calls, connections } as object),
  } as never)
  return espMqttClientFormat.play(recorded, espMqttClient)
}

const of = (trace: readonly TraceEntry[], kind: string): unknown[] =>
  trace.filter(([name]) => name === kind).map(([, ...rest]) => rest)

describe('espMqttClient', () => {
  it('EC19: continues a write that takes part in the same loop, until one takes nothing', () => {
    const trace = played(
      'esp8266',
      [CONNECT, LOOPS, { call: 'publish', args: ['t', 0, false, 'hello'] }, { call: 'loop', args: [] }],
      [
        {
          feed: [{ after_writes: 1 }, { data: '20020000' }],
          fail_writes: [
            { at: 1, took: 3 },
            { at: 2, took: 0 },
          ],
        },
      ],
    )
    expect(of(trace, 'write').slice(1)).toEqual([
      ['300800017468656c6c6f', { took: 3 }],
      ['017468656c6c6f', { took: 0 }],
    ])
  })

  it('EC21: loses on an ESP8266 what comes with the end, and on an ESP32 a refusal is a refusal', () => {
    const refused = [{ feed: [{ after_writes: 1 }, { pause: 0.005 }, { data: '20020005' }, { eof: true }] }]
    expect(of(played('esp8266', [CONNECT, LOOPS], refused), 'onDisconnect')).toEqual([[7]])
    expect(of(played('esp32', [CONNECT, LOOPS], refused), 'onDisconnect')).toEqual([[5]])
  })

  it('takes only the overloads that it has', () => {
    const raised = (method: string, ...args: never[]): string => {
      const board = new StagedBoard({ connections: [], random: (low) => low })
      const client = espMqttClient.create({ server: 'h' }, {})
      const end = board.run(client.call(method, args, {}))
      return end.kind === 'raised' ? end.error.type : end.kind
    }
    expect(raised('dance')).toBe('AttributeError')
    expect(raised('loop')).toBe('AttributeError') // the task's
    expect(raised('subscribe', 'a' as never)).toBe('TypeError')
    expect(raised('publish', null as never, 0 as never, false as never, 'x' as never)).toBe('TypeError')
    expect(raised('subscribe', 'a' as never, 0 as never)).toBe('returned')
  })
})

describe('its task', () => {
  /** What a program with a task heard and wrote, with the moments in ms. */
  function run(connections: readonly StagedConnection[], program: (client: EmulatedClient) => Program<void>) {
    const seen: [number, string, unknown?][] = []
    const board: StagedBoard = new StagedBoard({
      connections,
      random: (low) => low,
      onCall(call) {
        if (call.kind === 'send') seen.push([Math.round(board.now()), hexOf(call.bytes)])
      },
    })
    const client = espMqttClient.create(
      { server: 'h', clientId: 'dev1' },
      {
        *onEvent(name, args) {
          seen.push([Math.round(board.now()), name, args[0]])
        },
      },
    )
    const end = board.run(program(client), { until: instant(seconds(100)) })
    return { seen, end: end.kind }
  }
  const CONNACK = [{ afterWrites: 1 }, { data: bytes('20020000') }]

  it('connects a tick after it was asked to, sends what is published at once, and pings in its time', () => {
    const { seen } = run([{ feed: [...CONNACK, { afterWrites: 2 }, { data: bytes('40020001') }] }], function* (client) {
      yield* client.call('connect', [], {})
      yield* pause(5000)
      yield* client.call('publish', ['a', 1, false, 'x'], {})
      yield* pause(20_000)
    })
    expect(seen).toEqual([
      [1, '101000044d5154540402000f000464657631'],
      [1, 'onConnect', false],
      [5000, '3206000161000178'],
      [5000, 'onPublish', 1],
      [20_002, 'c000'],
    ])
  })

  it('sleeps while it is disconnected, and goes through all states when the broker refuses', () => {
    const { seen } = run([{ refuse: 'ECONNREFUSED' }], function* (client) {
      yield* pause(1000)
      yield* client.call('connect', [], {})
      yield* pause(60_000)
    })
    expect(seen).toEqual([[1002, 'onDisconnect', 7]])
  })

  it('sends its queue again in time, and notices the end', () => {
    const feed = [...CONNACK, { at: seconds(12) }, { eof: true as const }]
    const { seen } = run([{ feed }], function* (client) {
      yield* client.call('connect', [], {})
      yield* client.call('publish', ['a', 1, false, 'x'], {})
      yield* pause(30_000)
    })
    expect(seen.filter(([, what]) => what === '3a06000161000178')).toHaveLength(1)
    expect(seen.at(-1)![1]).toBe('onDisconnect')
    expect(seen.at(-1)![0]).toBeLessThan(12_010)
  })
})

function* pause(ms: number): Program<void> {
  yield { kind: 'sleep', duration: ms as never }
}

describe('its parser', () => {
  const read = (...parts: string[]): unknown[] => {
    const parser = new Parser()
    const seen: unknown[] = []
    for (const part of parts)
      for (let data = bytes(part); data.length > 0; ) {
        const { result, bytesRead } = parser.parse(data)
        const { header, packetId, payload } = parser.packet
        seen.push(result === 'packet' ? [header, packetId, hexOf(payload.data), payload.index] : result)
        data = data.subarray(bytesRead)
      }
    return seen
  }

  it('delivers an empty payload at once, with and without a packet id', () => {
    expect(read('30 03 00 01 61')).toEqual([[0x30, 0, '', 0]])
    expect(read('32 05 00 01 61 00 07')).toEqual([[0x32, 7, '', 0]])
  })

  it('takes at most 31 codes of a SUBACK, and those that there are', () => {
    expect(read('90 03 00 01 80')).toEqual([[0x90, 1, '80', 0]])
    expect(read('90 03 00 01 03')).toEqual(['protocol error'])
    expect(read(`90 22 00 01 ${'00'.repeat(32)}`)[0]).toBe('protocol error')
    expect(read(`90 21 00 01 ${'00'.repeat(31)}`)[0]).toEqual([0x90, 1, '00'.repeat(31), 0])
  })

  it('refuses a topic longer than its packet, and DUP without QoS', () => {
    expect(read('30 03 00 02 61')[0]).toBe('protocol error')
    expect(read('38 03')[0]).toBe('protocol error')
  })
})

describe('its outbox', () => {
  it('keeps its place when what is before it goes, and begins again when it is told', () => {
    const outbox = new Outbox()
    const [a, b, c] = [acknowledgement(PUBREC, 1), acknowledgement(PUBREC, 2), bare(0xc0)]
    for (const packet of [a, b]) outbox.emplace(packet)
    outbox.next()
    outbox.next()
    expect(outbox.current).toBeNull()
    outbox.emplace(c)
    expect(outbox.current).toBe(c)
    outbox.remove(a)
    expect(outbox.current).toBe(c)
    outbox.remove(c)
    expect(outbox.current).toBeNull()
    outbox.resetCurrent()
    expect(outbox.current).toBe(b)
    outbox.emplaceFront(a)
    expect(outbox.current).toBe(a)
  })
})
