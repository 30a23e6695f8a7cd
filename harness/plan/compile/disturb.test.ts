// What is wrong with a disturbance is said before anything is opened, with its place and what to do.

import { describe, expect, it } from 'vitest'
import { disturbances } from '../../link/index.ts'
import { complaints, withSteps } from '../testing.ts'

const disturb = (what: string): string => `  - disturb: { device: blue, direction: down, ${what} }`

describe('diagnostics', () => {
  it.each([
    [disturb('do: dropp'), 'bad-value', 51],
    [disturb('do: { dely: 1s }'), 'unknown-key', 53],
    [disturb('do: { delay: 1s, drop: {} }'), 'disturbance', 53],
    [disturb('do: {}'), 'disturbance', 51],
    [disturb('do: { delay: 1 }'), 'bare-number', 60],
    [disturb('do: { delay: { min: 2s, max: 1s } }'), 'delay-range', 62],
    [disturb('do: { throttle: 100 }'), 'bad-value', 63],
    [disturb('do: { corrupt: { at: -1, bytes: 2 } }'), 'corrupt-place', 64],
    [disturb('do: { cut: {} }'), 'missing-key', 58],
    [disturb('do: { split: { bytes: 0 } }'), 'bad-value', 69],
    [disturb('do: { rewrite: {} }'), 'packet-field', 62],
    [disturb('packet: puback, do: { rewrite: { returnCode: 5 } }'), 'packet-field', 92],
    [disturb('packet: [connack, puback], do: { rewrite: { returnCode: 5 } }'), 'packet-field', 103],
    [disturb('packet: publish, do: { rewrite: { payload: 1 } }'), 'bare-number', 90],
    [disturb('packet: connect, do: drop'), 'packet-direction', 41],
    [disturb('packet: conack, do: drop'), 'bad-value', 55],
    [disturb('chance: 0.5, do: drop'), 'bare-number', 55],
    [disturb('topic: 1, do: drop'), 'bare-number', 54],
    [disturb('match: { topci: a }, do: drop'), 'unknown-key', 56],
    ['  - disturb: { device: grene, direction: down, do: drop }', 'unknown-device', 24],
    ['  - release: late', 'unknown-disturbance', 14],
    ['  - { id: late, connect: blue }\n  - release: { id: late, held: 1 }', 'unknown-disturbance', 20],
    ['  - inject: { device: blue, to: device }', 'inject', 15],
    ['  - inject: { device: blue, to: device, packet: { type: pingresp }, hex: d000 }', 'inject', 15],
    ['  - inject: { device: blue, to: device, packet: { type: puback, topic: a } }', 'packet-field', 72],
    ['  - inject: { device: blue, to: device, hex: d0f }', 'hex', 46],
    ['  - inject: { device: blue, to: device, hex: "" }', 'inject', 46],
    ['  - network: { devices: [blue, blue], state: down }', 'network-device', 32],
    [disturb('packet: pingresp, topic: a, do: drop'), 'disturb-never', 72],
    [disturb('packet: publish, match: { returnCode: 5 }, do: drop'), 'disturb-never', 85],
    [disturb('packet: publish, topic: a, match: { topic: b }, do: drop'), 'disturb-never', 71],
    [disturb('chance: 0%, do: drop'), 'disturb-never', 55],
    [disturb('times: 1, do: { join: { packets: 3 } }'), 'disturb-never', 80],
    [`  - { id: h, ${disturb('times: 2, do: hold').slice(4)} }\n  - release: { id: h, held: 5 }`, 'held-never', 29],
    [`  - { id: h, ${disturb('times: 2, do: drop').slice(4)} }\n  - release: { id: h, held: 1 }`, 'held-never', 29],
  ])('%s', (steps, code, column) => {
    const found = complaints(withSteps(steps))
    expect(found).toHaveLength(1)
    expect(found).toMatchObject([{ code: `scenario/${code}`, at: { column } }])
  })
})

it('each disturbance can be asked for by its name, or with what it needs', () => {
  const bare = Object.keys(disturbances).filter((name) => complaints(withSteps(disturb(`do: ${name}`))).length === 0)
  expect(bare).toEqual(['drop', 'duplicate', 'hold', 'corrupt'])
})
