// Each thing that plan/ can find wrong, with its place. Steps of `withSteps` begin in line 8.

import { expect, test } from 'vitest'
import { complaints, withSteps } from '../testing.ts'

type Case = readonly [what: string, steps: string, code: string, line: number, column: number]

const inSteps: readonly Case[] = [
  ['a word that is no verb', '  - pubish: { device: blue }', 'unknown-step', 8, 5],
  ['a matcher where a verb belongs', '  - message: { topic: t }', 'unknown-step', 8, 5],
  [
    'a repeat of times that only the run knows',
    '  - repeat: { times: "${{ saved.n }}", steps: [{ delay: 1ms }] }',
    'not-known-yet',
    8,
    22,
  ],
  ['a time limit that only the run knows', '  - { timeout: "${{ saved.n }}", ping: blue }', 'not-known-yet', 8, 16],
  ['a step without a verb', '  - id: a', 'no-verb', 8, 5],
  ['two verbs in one step', '  - connect: blue\n    disconnect: blue', 'two-verbs', 9, 5],
  ['a step that is text', '  - connect', 'wrong-type', 8, 5],
  ['a parallel that is not a list', '  - parallel: { connect: blue }', 'wrong-type', 8, 17],
  ['a parallel of nothing', '  - parallel: []', 'wrong-type', 8, 15],
  ['a repeat without times', '  - repeat: { steps: [{ connect: blue }] }', 'missing-key', 8, 15],
  ['a repeat of nothing', '  - repeat: { times: 2, steps: [] }', 'bad-value', 8, 32],
  ['a device that is not there', '  - connect: grene', 'unknown-device', 8, 14],
  ['one in a list of devices', '  - network: { devices: [blue, red], state: up }', 'unknown-device', 8, 32],
  ['one in a matcher', '  - expect: { packet: { to: red, type: puback } }', 'unknown-device', 8, 29],
  ['one in a sequence', '  - expect: { sequence: [{ socket: { from: red, event: reset } }] }', 'unknown-device', 8, 44],
  ['a device named twice', '  - device: blue\n    ping: { device: blue }', 'device-twice', 8, 5],
  ['an id given twice', '  - { id: a, connect: blue }\n  - { id: a, disconnect: blue }', 'id-twice', 9, 11],
  ['an id that is no name', '  - { id: a b, connect: blue }', 'identifier', 8, 11],
  ['an anchor that is not there', '  - expect: { message: {}, after: nowhere }', 'unknown-anchor', 8, 35],
  [
    'an anchor that comes later',
    '  - expect: { message: {}, after: late }\n  - { id: late, connect: blue }',
    'unknown-anchor',
    8,
    35,
  ],
  [
    'a match of what is no expect',
    '  - { id: a, connect: blue }\n  - expect: { message: {}, after: a.last }',
    'unknown-anchor',
    9,
    35,
  ],
  [
    'an edge that no step has',
    '  - { id: a, connect: blue }\n  - expect: { message: {}, after: a.middle }',
    'unknown-anchor',
    9,
    35,
  ],
  [
    'an edge of an edge',
    '  - { id: a, connect: blue }\n  - expect: { message: {}, after: a.end.last }',
    'unknown-anchor',
    9,
    35,
  ],
  ['an anchor of no device', '  - expect: { message: {}, after: "boot:red" }', 'unknown-device', 8, 35],
  ['two anchors', '  - expect: { message: {}, after: start, since: start }', 'two-anchors', 8, 15],
  ['nothing claimed', '  - expect: { within: 1s }', 'one-matcher', 8, 15],
  [
    'two matchers side by side',
    '  - expect: { message: {}, socket: { from: blue, event: reset } }',
    'one-matcher',
    8,
    15,
  ],
  [
    'two matchers in one item',
    '  - expect: { all: [{ message: {}, serial: { device: blue, line: x } }] }',
    'one-matcher',
    8,
    15,
  ],
  ['two windows', '  - expect: { message: {}, within: 1s, between: [1s, 2s] }', 'two-windows', 8, 15],
  ['a window backwards', '  - expect: { message: {}, between: [2s, 1s] }', 'window-order', 8, 15],
  ['a beat of nothing', '  - expect: { message: {}, every: { tolerance: 1s } }', 'beat', 8, 37],
  ['a cap of what does not grow', '  - expect: { message: {}, every: { of: 1s, cap: 9s } }', 'beat', 8, 37],
  ['a cap below the first wait', '  - expect: { message: {}, every: { of: 9s, grow: 2, cap: 1s } }', 'beat', 8, 37],
  ['a count of all', '  - expect: { all: [{ message: {} }], count: 2 }', 'count-of-many', 8, 15],
  [
    'a beat of a sequence',
    '  - expect: { sequence: [{ message: {} }], every: { of: 1s, tolerance: 1ms } }',
    'count-of-many',
    8,
    15,
  ],
  ['a never without an end', '  - never: { message: {} }', 'never-how-long', 8, 14],
  [
    'an until among the steps',
    '  - { id: a, connect: blue }\n  - never: { message: {}, for: 1s, until: a }',
    'never-how-long',
    9,
    14,
  ],
  ['a signal that is not declared', '  - expect: { signal: { device: blue, signal: leg } }', 'unknown-signal', 8, 47],
  ['a pin to drive that is not', '  - drive: { device: blue, signal: button, value: 1 }', 'unknown-signal', 8, 36],
  ['a drive to nowhere', '  - drive: { device: blue, signal: led }', 'drive-level', 8, 14],
  ['a call that no step made', '  - expect: { call: { id: pub, returned: true } }', 'unknown-step-id', 8, 27],
  ['a call that is not named', '  - expect: { call: { returned: true } }', 'call-unnamed', 8, 23],
  [
    'a call with two ends',
    '  - { id: a, ping: blue }\n  - expect: { call: { id: a, returned: true, raised: true } }',
    'call-outcome',
    9,
    23,
  ],
  ['running without an id', '  - expect: { call: { device: blue, running: true } }', 'running', 8, 15],
  [
    'running with a count',
    '  - { id: a, ping: blue }\n  - expect: { call: { id: a, running: true }, count: 2 }',
    'running',
    9,
    15,
  ],
  ['a packet with two directions', '  - expect: { packet: { from: blue, to: blue } }', 'packet-direction', 8, 25],
  ['no payload', '  - publish: { device: blue, topic: t }', 'payload', 8, 16],
  ['two payloads', '  - publish: { device: blue, topic: t, payload: a, hex: "00" }', 'payload', 8, 16],
  ['a payload that is a number', '  - publish: { device: blue, topic: t, payload: 1 }', 'bare-number', 8, 49],
  ['no topic', '  - subscribe: { device: blue }', 'topic', 8, 18],
  ['topic and topics', '  - subscribe: { device: blue, topic: a, topics: [b] }', 'topic', 8, 18],
  ['nobody’s network', '  - network: { state: up }', 'network-device', 8, 16],
  ['a mode of a link that is up', '  - network: { device: blue, state: up, mode: reset }', 'network-mode', 8, 47],
  ['a duration without a unit', '  - delay: 5', 'bare-number', 8, 12],
  ['an expression’s name', '  - delay: ${{ vars.x }}', 'unknown-name', 8, 21],
]

test.each(inSteps)('%s', (_, steps, code, line, column) => {
  expect(complaints(withSteps(steps))).toMatchObject([{ code: `scenario/${code}`, at: { line, column } }])
})

const inDevices: readonly Case[] = [
  ['a client that is not there', '  a: { use: umqtt.simpel }', 'bad-value', 4, 13],
  ['a name that is none', '  a b: { use: umqtt.simple }', 'identifier', 4, 3],
  [
    'an option that the library has not',
    '  a: { use: umqtt.simple, with: { keep_alive: 3s } }',
    'unknown-option',
    4,
    35,
  ],
  ['a version that there is not', '  a: { use: umqtt.simple, version: 1.9 }', 'unknown-version', 4, 36],
  ['a version that is a list', '  a: { use: umqtt.simple, version: [1.8.0] }', 'wrong-type', 4, 36],
  ['a version of a process', '  a: { use: process, version: 1, command: x }', 'key-of-another-kind', 4, 22],
  ['an option that the link sets', '  a: { use: umqtt.simple, with: { server: x } }', 'unknown-option', 4, 35],
  ['a time without a unit', '  a: { use: umqtt.simple, with: { keepalive: 30 } }', 'option-type', 4, 46],
  [
    'a time of a packet that is no whole seconds',
    '  a: { use: umqtt.simple, with: { keepalive: 1500ms } }',
    'option-type',
    4,
    46,
  ],
  ['text that is a number', '  a: { use: umqtt.simple, with: { client_id: 5 } }', 'option-type', 4, 46],
  ['a firmware without what it needs', '  a: { use: umqtt.simple, firmware: room-light }', 'missing-option', 4, 27],
  ['a process without a command', '  a: { use: process }', 'missing-key', 4, 8],
  [
    'a process with a will',
    '  a: { use: process, command: x, will: { topic: t, payload: p } }',
    'key-of-another-kind',
    4,
    34,
  ],
  ['a command of a client', '  a: { use: umqtt.simple, command: x }', 'key-of-another-kind', 4, 27],
  [
    'an address outside of command',
    '  a: { use: process, command: x, env: { A: "${{ link.port }}" } }',
    'not-known-yet',
    4,
    44,
  ],
  ['a firmware of a raw device', '  a: { use: raw, firmware: puppet }', 'key-of-another-kind', 4, 18],
  ['auto of a client', '  a: { use: umqtt.simple, auto: [puback] }', 'key-of-another-kind', 4, 27],
  ['an answer that is none', '  a: { use: raw, auto: [connack] }', 'bad-value', 4, 25],
  ['an option of another library', '  a: { use: raw, with: { client_id: x } }', 'unknown-option', 4, 26],
  ['a keep alive of part of a second', '  a: { use: raw, with: { keepalive: 1500ms } }', 'option-type', 4, 37],
  ['milliseconds without a unit', '  a: { use: mqttjs, with: { reconnectPeriod: 500 } }', 'option-type', 4, 46],
  ['a version that MQTT.js has not', '  a: { use: mqttjs, with: { protocolVersion: 6 } }', 'option-type', 4, 46],
  ['a payload of a will', '  a: { use: umqtt.simple, will: { topic: t, payload: 1 } }', 'bare-number', 4, 54],
]

test.each(inDevices)('a device: %s', (_, devices, code, line, column) => {
  const text = `name: test\nversion: 1\ndevices:\n${devices}\nsteps:\n  - delay: 1ms\n`
  expect(complaints(text)).toMatchObject([{ code: `scenario/${code}`, at: { line, column } }])
})

const sent: readonly Case[] = [
  ['from a device that is not raw', '{ device: blue, hex: "c000" }', 'verb-of-another-kind', 7, 21],
  ['nothing', '{ device: a }', 'send-what', 7, 13],
  ['two things', '{ device: a, hex: "c000", packet: { type: pingreq } }', 'send-what', 7, 13],
  ['joined and split', '{ device: a, hex: "c000", split: 1, join: true }', 'send-join', 7, 53],
  ['in segments of nothing', '{ device: a, hex: "c000", split: 0 }', 'bad-value', 7, 44],
  ['half a byte', '{ device: a, hex: "c00" }', 'hex', 7, 29],
  ['a field that the packet has not', '{ device: a, packet: { type: pingreq, topic: x } }', 'packet-field', 7, 56],
]

test.each(sent)('send: %s', (_, args, code, line, column) => {
  const text = `name: test
version: 1
devices:
  a: { use: raw }
  blue: { use: umqtt.simple }
steps:
  - send: ${args}
`
  expect(complaints(text)).toMatchObject([{ code: `scenario/${code}`, at: { line, column } }])
})

test('a step is nothing that a device with a firmware, or a process, takes', () => {
  const text = `name: test
version: 1
devices:
  light: { use: umqttsimple, firmware: room-light, with: { uuid: a } }
  child: { use: process, command: x }
steps:
  - connect: light
  - publish: { device: child, topic: t, payload: p }
`
  expect(complaints(text)).toMatchObject([
    { code: 'scenario/runs-by-itself', at: { line: 7, column: 14 } },
    { code: 'scenario/runs-by-itself', at: { line: 8, column: 24 } },
  ])
})

const always: readonly Case[] = [
  ['an expect', '  - expect: { message: {} }', 'always', 7, 5],
  ['a step’s own words', '  - { never: { message: {} }, timeout: 1s }', 'always', 7, 7],
  ['for and until', '  - never: { message: {}, for: 1s, until: a }', 'never-how-long', 7, 14],
  ['an until that is not there', '  - never: { message: {}, until: c }', 'unknown-anchor', 7, 34],
  ['an until that is always past', '  - never: { message: {}, until: start }', 'never-how-long', 7, 14],
  ['an until that never comes', '  - never: { message: {}, until: "last-packet-from:blue" }', 'never-how-long', 7, 14],
  ['an until that is found out later', '  - never: { message: {}, until: b.last }', 'never-how-long', 7, 14],
  ['an anchor that is not there at the start', '  - never: { message: {}, after: a }', 'always-after', 7, 14],
  ['what only the run knows', '  - never: { message: { topic: "${{ saved.x }}" } }', 'not-known-yet', 7, 32],
]

test.each(always)('always: %s', (_, claims, code, line, column) => {
  const text = withSteps('  - { id: a, connect: blue }\n  - { id: b, expect: { message: {} } }', `always:\n${claims}`)
  expect(complaints(text)).toMatchObject([{ code: `scenario/${code}`, at: { line, column } }])
})

const heads: readonly Case[] = [
  [
    'a name that only the run knows',
    'name: ${{ saved.n }}\nversion: 1\nsteps: [{ delay: 1ms }]',
    'not-known-yet',
    1,
    7,
  ],
  [
    'a var that only the run knows',
    'name: t\nversion: 1\nvars: { a: "${{ i }}" }\nsteps: [{ delay: 1ms }]',
    'not-known-yet',
    3,
    12,
  ],
  ['no version', 'name: test\nsteps: [{ delay: 1ms }]', 'missing-key', 1, 1],
  ['another version', 'name: test\nversion: 2\nsteps: [{ delay: 1ms }]', 'bad-value', 2, 10],
  ['no steps', 'name: test\nversion: 1\nsteps: []', 'bad-value', 3, 8],
  ['a misspelt key', 'name: test\nversion: 1\nstep: [{ delay: 1ms }]', 'unknown-key', 3, 1],
  ['a statement that is none', 'name: t\nversion: 1\nverifies: [x]\nsteps: [{ delay: 1ms }]', 'bad-value', 3, 12],
  ['an empty matrix', 'name: t\nversion: 1\nmatrix: { q: [] }\nsteps: [{ delay: 1ms }]', 'bad-value', 3, 14],
  ['a matrix without a list', 'name: t\nversion: 1\nmatrix: { q: 1 }\nsteps: [{ delay: 1ms }]', 'wrong-type', 3, 14],
]

test.each(heads)('the top: %s', (_, text, code, line, column) => {
  expect(complaints(text)).toMatchObject([{ code: `scenario/${code}`, at: { line, column } }])
})

test('everything is reported at once, in the order of the text, and nothing twice by a matrix', () => {
  const text = withSteps(
    '  - connect: red\n  - delay: 5\n  - expect: { message: {}, after: nowhere }',
    'matrix: { qos: [0, 1, 2] }',
  )
  expect(complaints(text)).toMatchObject([{ at: { line: 8 } }, { at: { line: 9 } }, { at: { line: 10 } }])
})

test('a device that is wrong is not reported again by each step that names it', () => {
  const text = 'name: t\nversion: 1\ndevices:\n  blue: { use: umqtt.simpel }\nsteps:\n  - connect: blue\n'
  expect(complaints(text)).toMatchObject([{ at: { line: 4 } }])
})

test('names are looked at beside values that only the run knows', () => {
  const turn = '  - repeat: { times: 2, steps: [{ publish: { device: red, topic: t, payload: "${{ i }}" } }] }'
  expect(complaints(withSteps(turn))).toMatchObject([{ code: 'scenario/unknown-device', at: { line: 8, column: 54 } }])
  const saved = '"${{ saved.id }}"'
  const save = '  - expect: { packet: { to: blue, type: suback }, save: { id: packetId } }\n'
  expect(
    complaints(withSteps(`${save}  - expect: { packet: { to: red, match: { packetId: ${saved} } }, after: nowhere }`)),
  ).toMatchObject([{ code: 'scenario/unknown-device' }, { code: 'scenario/unknown-anchor' }])
})
