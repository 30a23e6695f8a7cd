// The examples of three libraries on a virtual clock, before staged brokers.

import { expect, it } from 'vitest'
import { type ClientName, clients } from '../clients/index.ts'
import { milliseconds } from '../core/time.ts'
import { StagedBoard } from '../drive/staged/board.ts'
import type { StagedConnection } from '../drive/staged/peer.ts'
import type { FirmwareKind } from './firmware.ts'
import { arduinoMqttExample, espMqttClientExample, espMqttExample } from './library-examples.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const REFUSED: StagedConnection = { feed: [{ data: hex('20020005') }] }

/** When it connected, and what it sent, within so many ms. */
function run(
  kind: FirmwareKind,
  client: ClientName,
  connections: readonly StagedConnection[],
  until: number,
  options: Readonly<Record<string, string | boolean>> = {},
) {
  const connects: number[] = []
  const sent: string[] = []
  const board = new StagedBoard({
    connections,
    random: (low) => low + 1,
    onCall(call) {
      if (call.kind !== 'send') return
      if (call.bytes[0] === 0x10) connects.push(board.now())
      else sent.push(Buffer.from(call.bytes).toString('hex'))
    },
  })
  const context = { client: clients[client], server: 'h', port: 1883, name: 'lamp', poll: null, options }
  board.run(kind.program(context)(), { until: milliseconds(until) as never })
  return { connects, sent }
}

const waits = (times: readonly number[]): readonly number[] => times.slice(1).map((time, n) => time - times[n]!)

it('each needs its own library', () => {
  for (const kind of [arduinoMqttExample, espMqttClientExample, espMqttExample])
    expect(() => run(kind, 'umqtt.simple', [], 1)).toThrow(expect.objectContaining({ code: 'firmware/wrong-client' }))
})

it("arduino-mqtt's tries once a second, subscribes once, and publishes about every second", () => {
  const refused = run(arduinoMqttExample, 'arduino-mqtt', Array(4).fill(REFUSED), 3500)
  expect(waits(refused.connects).map((wait) => Math.round(wait / 100))).toEqual([10, 10, 10])
  const { sent } = run(
    arduinoMqttExample,
    'arduino-mqtt',
    [{ feed: [{ data: hex('20020000') }, { data: hex('9003000100') }] }],
    3300,
  )
  expect(sent.map((bytes) => bytes.slice(0, 2))).toEqual(['82', '30', '77', '30', '77', '30', '77'])
})

it("espMqttClient's comes back at once; five seconds later when its loop asks for the time in each turn", () => {
  const hot = run(espMqttClientExample, 'espmqttclient', Array(500).fill(REFUSED), 1000)
  expect(hot.connects.length).toBeGreaterThan(20)
  const { connects } = run(espMqttClientExample, 'espmqttclient', Array(4).fill(REFUSED), 16_000, { waits: true })
  expect(waits(connects).map((wait) => Math.round(wait / 100))).toEqual([50, 50, 50])
})

it("esp-mqtt's publishes, subscribes twice and unsubscribes in its handler, and publishes again for each SUBACK", () => {
  const feed = [{ data: hex('20020000') }, { data: hex('9003000100') }]
  const { sent } = run(espMqttExample, 'esp-mqtt', [{ feed }], 3000)
  expect(sent.slice(0, 5).map((bytes) => bytes.slice(0, 2))).toEqual(['32', '82', '82', 'a2', '30'])
})
