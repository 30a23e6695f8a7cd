// ESPHome's program on a virtual clock, before a staged broker.

import { expect, it } from 'vitest'
import { clients } from '../clients/index.ts'
import { milliseconds, seconds } from '../core/time.ts'
import { StagedBoard } from '../drive/staged/board.ts'
import { esphome } from './esphome.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

it('runs on libraries with events alone', () => {
  const context = { client: clients['umqtt.simple'], server: 'h', port: 1883, name: 'lamp', options: {}, poll: null }
  expect(() => esphome.program(context)).toThrow(expect.objectContaining({ code: 'client/bad-option' }))
})

it('waits 100 ms, subscribes, tells of itself, and says that it is there; a retained state each minute', () => {
  const sent: [number, string][] = []
  const board = new StagedBoard({
    connections: [{ feed: [{ data: hex('20020000') }, { after: seconds(15) }, { data: hex('d000') }] }],
    random: (low) => low + 1,
    onCall(call) {
      if (call.kind === 'send') sent.push([board.now(), Buffer.from(call.bytes).toString('latin1')])
    },
  })
  const program = esphome.program({
    ...{ client: clients['esp-mqtt'], server: 'h', port: 1883, name: 'lamp', poll: null },
    options: { update_interval: 10 },
  })
  board.run(program(), { until: milliseconds(11_000) as never })
  const packets = sent.filter(([, text]) => !text.startsWith('\xc0'))
  expect(packets[0]![1]).toContain('lamp-246f28')
  expect(
    packets.slice(1, 4).map(([at, text]) => [
      at,
      text
        .slice(2)
        .replace(/[^ -~]/g, '')
        .slice(0, 28),
    ]),
  ).toEqual([
    [116, 'lamp/switch/relay/command'],
    [116, expect.stringContaining('esphome/discover/lamp')],
    [116, 'lamp/statusonline'],
  ])
  const states = packets.filter(([, text]) => text.includes('lamp/sensor/uptime/state') && !text.includes('stat_t'))
  expect(states).toHaveLength(2)
  expect(states[1]![0] - states[0]![0]).toBe(10_000)
  expect(states.every(([, text]) => text.charCodeAt(0) === 0x31)).toBe(true)
})
