// What no event can be is refused with its reason, and what one may be is not: for each such rule the nearest of either.

import { describe, expect, it } from 'vitest'
import { type AnyMatcher, type MatcherName, matchers } from './index.ts'
import type { ObservableDevice, Surroundings } from './matcher.ts'

const DEVICE: ObservableDevice = {
  use: 'umqtt.simple',
  level: 4,
  isClient: true,
  tls: false,
  websocket: true,
  shows: new Set(['serial', 'serial-err', 'exit', 'signal']),
  methods: ['connect', 'publish'],
  raises: ['OSError'],
  busy: null,
}
const AROUND: Surroundings = {
  observe: ['#'],
  statements: new Set(['MQTT-3.1.0-1', 'MQTT-3.2.0-1', 'MQTT-2.3.1-1', 'MQTT-1.5.4-1']),
  statementsOf: {
    device: new Set(['MQTT-3.1.0-1', 'MQTT-2.3.1-1', 'MQTT-1.5.4-1']),
    broker: new Set(['MQTT-3.2.0-1', 'MQTT-2.3.1-1', 'MQTT-1.5.4-1']),
  },
  statementsAt: (version) =>
    new Set(['MQTT-3.1.0-1', 'MQTT-3.2.0-1', version === '5' ? 'MQTT-1.5.4-1' : 'MQTT-2.3.1-1']),
  said: {
    may: (what) => what.includes('said'),
    mayFind: ({ source }) => source.includes('said'),
    some: ['it is said'],
  },
  reasons: { may: (what) => what.includes('broken'), mayFind: ({ source }) => source.includes('broken') },
  device: (name) => (name === 'blue' ? DEVICE : name === 'five' ? { ...DEVICE, level: 5 } : undefined),
}

function why(name: MatcherName, wanted: object): string | undefined {
  const matcher = matchers[name] as AnyMatcher
  return matcher.impossible?.(matcher.fields.parse(wanted), AROUND)?.message
}

type Row = readonly [matcher: MatcherName, never: object, reason: string, maybe: object]

const publish = (match: object): object => ({ from: 'blue', type: 'publish', match })

const ROWS: readonly Row[] = [
  ['message', { topic: 'a/+' }, '"a/+" is a filter', { topic: '/a/' }],
  ['message', { topic: { in: ['a', 'b/#'] } }, '"b/#" is a filter', { topic: { in: ['a', 'b'] } }],
  ['message', { topic: { not: 'b/#' } }, '"b/#" is a filter', { topic: { not: 'b' } }],
  ['message', { topic: { eq: '#' } }, '"#" is a filter', { topic: { eq: '/a/' } }],
  ['message', { topic: '' }, 'an empty topic', { topic: ' ' }],
  ['message', { topic: 'a\0' }, 'U+0000', { topic: 'a' }],
  ['packet', publish({ topic: ['a/#'] }), '"a/#" is a filter', publish({ topic: 'a' })],
  ['packet', publish({ topic: { not: { eq: '#' } } }), '"#" is a filter', publish({ topic: { not: 'a' } })],
  ['packet', publish({ packetId: { gt: 5, lt: 6 } }), 'packetId is never', publish({ packetId: { gt: 5, lt: 7 } })],
  ['packet', publish({ flags: { gt: 13 } }), 'no PUBLISH has such flags', publish({ flags: 13 })],
  ['packet', publish({ length: { gt: 268_435_455 } }), 'length is never', publish({ length: { gt: 268_435_454 } })],
  [
    'packet',
    { from: 'blue', type: 'connect', match: { keepalive: { gt: '10s', lt: '11s' } } },
    'keepalive is never',
    { from: 'blue', type: 'connect', match: { keepalive: { gt: '10s', lte: '11s' } } },
  ],
  ['packet', { from: 'blue', type: 'connack' }, 'never sends CONNACK', { from: 'blue', type: 'pingresp' }],
  ['packet', { from: 'blue', type: 'suback' }, 'never sends SUBACK', { from: 'blue', type: 'suback', by: 'link' }],
  ['packet', { to: 'blue', type: 'pingreq' }, 'no broker sends PINGREQ', { to: 'blue', type: 'pingreq', by: 'link' }],
  [
    'packet',
    { to: 'blue', type: 'puback', match: { topic: 'a' } },
    'PUBACK has no topic',
    { to: 'blue', match: { topic: 'a' } },
  ],
  [
    'packet',
    { to: 'blue', match: { topic: 'a', clean: true } },
    'no packet has',
    { to: 'blue', match: { topic: 'a', qos: 1 } },
  ],
  ['packet', publish({ qos: 3 }), 'with QoS 3 is malformed', publish({ qos: 2 })],
  ['packet', publish({ qos: 0, packetId: 1 }), 'QoS 0 has no packetId', publish({ qos: 0, packetId: null })],
  ['packet', publish({ payload: null }), 'payload: null never matches', publish({ payload: '' })],
  ['packet', publish({ hex: '40 02 00 01' }), 'these bytes are PUBACK', publish({ hex: '30 03 00 01 61' })],
  [
    'packet',
    { from: 'blue', type: 'subscribe', match: { topic: ['a', 'b'], qos: [0] } },
    'topic names 2 and qos 1',
    { from: 'blue', type: 'subscribe', match: { topic: ['a', 'b'], qos: [0, 1] } },
  ],
  [
    'packet',
    { from: 'blue', type: 'malformed', match: { claims: 'publsh' } },
    'of type "publsh"',
    { from: 'blue', type: 'malformed', match: { claims: 'reserved' } },
  ],
  [
    'packet',
    { from: 'blue', type: 'malformed', match: { statement: 'MQTT-9.9.9-9' } },
    'no lint reports',
    { from: 'blue', type: 'malformed', match: { statement: 'MQTT-2.3.1-1' } },
  ],
  ['packet', { from: 'blue', connection: 0 }, 'connection is never', { from: 'blue', connection: 1 }],
  ['packet', { from: 'blue', level: 5 }, 'none of its packets has level 5', { from: 'blue', level: 5, by: 'link' }],
  ['packet', { from: 'blue', level: 6 }, 'level is never', { from: 'green', level: 3 }],
  ['packet', { from: 'blue', type: 'auth' }, 'AUTH is of MQTT 5', { from: 'green', type: 'auth' }],
  [
    'packet',
    { from: 'blue', type: 'connect', match: { protocolLevel: 5 } },
    'never has protocolLevel 5',
    { from: 'green', type: 'connect', match: { protocolLevel: 3 } },
  ],
  [
    'packet',
    { from: 'blue', type: 'subscribe', match: { noLocal: true } },
    'noLocal is of MQTT 5',
    { from: 'green', type: 'subscribe', match: { noLocal: true } },
  ],
  [
    'packet',
    { to: 'blue', type: 'puback', match: { reasonCode: 0 } },
    'reasonCode is of MQTT 5',
    { to: 'blue', type: 'suback', match: { reasonCode: 0 } },
  ],
  [
    'packet',
    publish({ topic: '' }),
    'empty topic is malformed',
    { from: 'green', type: 'publish', match: { topic: '' } },
  ],
  ['packet', publish({ packetId: 0 }), 'packetId is never', { from: 'blue', type: 'puback', match: { packetId: 0 } }],
  ['packet', publish({ flags: 4, qos: 1 }), 'no PUBLISH has such flags, qos', publish({ flags: 2, qos: 1 })],
  ['packet', publish({ flags: 8, dup: false }), 'no PUBLISH has such flags, dup', publish({ flags: 9, dup: true })],
  ['packet', publish({ hex: '' }), 'not one whole packet', publish({ hex: '30 05 0001 61 62 63' })],
  ['packet', publish({ hex: '30 05 00 01 61' }), 'not one whole packet', publish({ hex: '31 03 00 01 61' })],
  ['packet', publish({ hex: '30030001613003000161' }), 'not one whole packet', publish({ hex: '3003000161' })],
  [
    'packet',
    publish({ hex: '3003000161', qos: 1 }),
    'in these bytes qos: expected 1',
    publish({ hex: '3003000161', qos: 0 }),
  ],
  ['packet', { from: 'blue', match: { hex: '' } }, 'not one whole packet', { from: 'blue', match: { hex: '03 61' } }],
  [
    'packet',
    { from: 'blue', type: 'pingreq', match: { length: 1 } },
    'length is never as wanted: it is 0',
    { from: 'blue', type: 'pingreq', match: { length: 0 } },
  ],
  [
    'packet',
    { from: 'blue', type: 'puback', match: { length: { gt: 2 } } },
    'length is never as wanted: it is 2',
    { from: 'green', type: 'puback', match: { length: { gt: 2 } } },
  ],
  [
    'packet',
    { from: 'blue', type: 'subscribe', match: { flags: 0 } },
    'flags is never as wanted: it is 2',
    { from: 'blue', type: 'subscribe', match: { flags: 2 } },
  ],
  [
    'packet',
    { from: 'blue', type: 'subscribe', match: { qos: [0, 3] } },
    'qos is never as wanted: it is 0 to 2',
    { from: 'blue', type: 'subscribe', match: { qos: [0, 2] } },
  ],
  [
    'packet',
    { from: 'blue', type: 'subscribe', match: { topic: [] } },
    'without a topic filter is malformed',
    { from: 'blue', type: 'subscribe', match: { topic: ['a'] } },
  ],
  [
    'packet',
    { from: 'blue', type: 'unsubscribe', match: { topic: 'a/#/b' } },
    'makes its packet malformed',
    { from: 'blue', type: 'unsubscribe', match: { topic: 'a/#' } },
  ],
  [
    'packet',
    { to: 'blue', type: 'suback', match: { granted: [7] } },
    'granted is never as wanted: it is 0, 1, 2 or 128',
    { to: 'green', type: 'suback', match: { granted: [7] } },
  ],
  [
    'packet',
    { to: 'blue', type: 'suback', match: { granted: { gt: 2, lt: 128 } } },
    'granted is never',
    { to: 'blue', type: 'suback', match: { granted: { gt: 1, lt: 128 } } },
  ],
  [
    'packet',
    { to: 'green', type: 'suback', match: { granted: [] } },
    'granted is never an empty list',
    { to: 'green', type: 'suback', match: { granted: { in: [[0], [0, 1]] } } },
  ],
  [
    'packet',
    { from: 'blue', type: 'connect', match: { will: { qos: 3 } } },
    'qos is never',
    { from: 'blue', type: 'connect', match: { will: { qos: 2 } } },
  ],
  [
    'packet',
    { from: 'blue', type: 'connect', match: { will: { topic: 'a/#' } } },
    '"a/#" is a filter',
    { from: 'blue', type: 'connect', match: { will: { topic: 'a' } } },
  ],
  [
    'packet',
    { from: 'blue', type: 'connect', match: { will: { payload: null } } },
    'payload: null never matches',
    { from: 'blue', type: 'connect', match: { will: { payload: '' } } },
  ],
  [
    'packet',
    { from: 'blue', type: 'connect', match: { username: null, password: 'x' } },
    'with a password and no user name',
    { from: 'green', type: 'connect', match: { username: null, password: 'x' } },
  ],
  [
    'packet',
    { from: 'blue', type: 'malformed', match: { offset: -1 } },
    'offset',
    { from: 'blue', type: 'malformed', match: { offset: 0 } },
  ],
  ['packet', { from: 'blue', level: 3 }, 'none of its packets has level 3', { from: 'blue', level: 4 }],
  [
    'packet',
    { from: 'blue', at: 'broker', delivered: false },
    'never seen at the broker',
    { to: 'blue', at: 'broker', delivered: false },
  ],
  [
    'packet',
    { to: 'blue', at: 'device', delivered: false },
    'never seen at the device',
    { from: 'blue', at: 'device', delivered: false },
  ],
  [
    'packet',
    { from: 'blue', type: 'malformed', match: { statement: 'MQTT-1.5.4-1' } },
    'MQTT-1.5.4-1 is of MQTT 5',
    { from: 'green', type: 'malformed', match: { statement: 'MQTT-1.5.4-1' } },
  ],
  [
    'violation',
    { from: 'blue', statement: 'MQTT-1.5.4-1' },
    'MQTT-1.5.4-1 is of MQTT 5',
    { by: 'device', statement: 'MQTT-1.5.4-1' },
  ],
  [
    'violation',
    { from: 'five', statement: 'MQTT-2.3.1-1' },
    'MQTT-2.3.1-1 is of MQTT 3.1.1',
    { from: 'five', statement: 'MQTT-1.5.4-1' },
  ],
  [
    'frame',
    { from: 'blue', opcode: 'ping', length: 126 },
    'length is never',
    { from: 'blue', opcode: 'ping', length: 125 },
  ],
  [
    'frame',
    { from: 'blue', opcode: 'pong', length: { gt: 125 } },
    'length is never',
    { from: 'blue', length: { gt: 125 } },
  ],
  [
    'frame',
    { from: 'blue', opcode: 'close', length: 1 },
    'length is never',
    { from: 'blue', opcode: 'close', length: 0 },
  ],
  ['frame', { from: 'blue', code: 1000, length: 0 }, 'length is never', { from: 'blue', code: 1000, length: 2 }],
  [
    'frame',
    { from: 'blue', opcode: 'ping', final: false },
    'always whole',
    { from: 'blue', opcode: 'text', final: false },
  ],
  [
    'violation',
    { by: 'broker', what: 'it is wrong' },
    'no lint says "it is wrong"',
    { by: 'broker', what: '/is said/' },
  ],
  ['violation', { by: 'broker', what: { in: ['a said', 'b'] } }, 'no lint says "b"', { by: 'broker', what: 'a said' }],
  ['violation', { by: 'broker', what: null }, 'what: null never matches', { by: 'broker' }],
  [
    'call',
    { device: 'blue', raised: { type: 'OSError', errno: 'ECONRESET' } },
    'ECONRESET is not an errno',
    { device: 'blue', raised: { type: 'OSError', errno: 'ECONNRESET' } },
  ],
  ['serial', { device: 'blue', line: { hex: '61 0a' } }, 'no line end', { device: 'blue', line: { hex: '61' } }],
  ['serial', { device: 'blue', line: 'a\nb' }, 'no line end', { device: 'blue', line: 'a\\nb' }],
  ['serial', { device: 'blue', line: { in: ['a', 'b\r'] } }, 'no line end', { device: 'blue', line: { in: ['a'] } }],
  ['serial', { device: 'blue', line: '/a\\nb/' }, 'no line end', { device: 'blue', line: '/a\\n?b/' }],
  ['serial', { device: 'blue', line: { not: '/a\\r/' } }, 'no line end', { device: 'blue', line: '/a[\\r\\n]|b/' }],
  ['serial', { device: 'blue', line: { in: ['/\\n/'] } }, 'no line end', { device: 'blue', line: '/C:\\\\new/' }],
  ['serial', { device: 'blue', line: 'x', stream: 'in' }, 'no console input', { device: 'blue', line: 'x' }],
  [
    'violation',
    { from: 'blue', statement: 'MQTT-3.2.0-1' },
    'binds brokers alone',
    { from: 'blue', statement: 'MQTT-2.3.1-1' },
  ],
  [
    'violation',
    { by: 'broker', statement: '/MQTT-3\\.1/' },
    'binds devices alone',
    { by: 'broker', statement: '/MQTT-3/' },
  ],
  ['violation', { to: 'blue', statement: 'MQTT-3.1.0-1' }, 'binds devices', { to: 'blue', statement: 'MQTT-3.2.0-1' }],
  ['violation', { by: 'device', statement: 'MQTT-9.9.9-9' }, 'no lint reports', { by: 'device' }],
  ['frame', { from: 'blue', code: 65_536 }, 'code is never', { from: 'blue', code: 65_535 }],
  ['frame', { from: 'blue', opcode: 'ping', code: 1000 }, 'no code', { from: 'blue', opcode: 'close', code: 1000 }],
  ['frame', { from: 'blue', length: -1 }, 'length is never', { from: 'blue', length: 0 }],
  ['frame', { from: 'blue', connection: 0 }, 'connection is never', { from: 'blue', connection: 1 }],
  ['upgrade', { from: 'blue', status: 101 }, 'has no status', { to: 'blue', status: 101 }],
  ['upgrade', { to: 'blue', path: '/' }, 'has no path', { from: 'blue', path: '/' }],
  ['upgrade', { to: 'blue', status: 99 }, 'status is never', { to: 'blue', status: 100 }],
  ['upgrade', { to: 'blue', connection: 0 }, 'connection is never', { to: 'blue', connection: 1 }],
  ['fleet', { group: 'g', connected: '0%' }, 'always so', { group: 'g', connected: '1%' }],
  ['fleet', { group: 'g', 'at-most': '100%' }, 'always so', { group: 'g', 'at-most': '0%' }],
  ['fleet', { group: 'g', ended: '0%' }, 'always so', { group: 'g', ended: '1%' }],
  [
    'fleet',
    { group: 'g', connected: '60%', 'at-most': '50%' },
    'never the case',
    { group: 'g', connected: '50%', 'at-most': '50%' },
  ],
  ['call', { device: 'blue', method: 'publsh' }, 'no method publsh', { device: 'blue', method: 'on_message' }],
  ['call', { device: 'blue', raised: 'OSErrr' }, 'raises no OSErrr', { device: 'blue', raised: 'Timeout' }],
  ['socket', { from: 'blue', event: 'secured' }, 'does not use TLS', { from: 'blue', event: 'closed' }],
  ['socket', { from: 'blue', event: 'closed', serverName: 'x' }, 'no server name', { from: 'blue', event: 'reset' }],
  [
    'socket',
    { from: 'blue', event: 'connected', by: 'broker' },
    'never caused',
    { from: 'blue', event: 'connected', by: 'device' },
  ],
  [
    'signal',
    { device: 'blue', signal: 'led', value: 2 },
    'value is never',
    { device: 'blue', signal: 'led', value: 1 },
  ],
  ['exit', { device: 'blue', code: 256 }, 'code is never', { device: 'blue', code: 255 }],
  ['exit', { device: 'blue', signal: 'SIGKIL' }, 'is not a signal', { device: 'blue', signal: 'SIGKILL' }],
  ['exit', { device: 'blue', code: 1, signal: 'SIGTERM' }, 'no exit code', { device: 'blue', signal: 'SIGTERM' }],
  // Texts that a field never has.
  ['message', { topic: ['a', 'b'] }, 'topic is never', { topic: ['a'] }],
  ['message', { topic: { not: '/.*/' } }, 'topic is never', { topic: { not: '/[a-y]/' } }],
  ['message', { topic: { hex: '61 2f 23' } }, 'topic is never', { topic: { hex: '61 2f 62' } }],
  ['message', { topic: { hex: 'ff' } }, 'topic is never', { topic: { not: { hex: 'ff' } } }],
  ['message', { payload: ['a', 'b'] }, 'payload is never', { payload: { hex: 'ff' } }],
  [
    'message',
    { properties: { topicAlias: { gt: 65_535 } } },
    'topicAlias is never',
    { properties: { topicAlias: { gt: 65_534 } } },
  ],
  [
    'message',
    { properties: { subscriptionIdentifier: [] } },
    'absent: true',
    { properties: { subscriptionIdentifier: [1] } },
  ],
  [
    'message',
    { properties: { subscriptionIdentifier: { unordered: [] } } },
    'absent: true',
    { properties: { subscriptionIdentifier: { unordered: [1] } } },
  ],
  ['message', { properties: { userProperty: [] } }, 'absent: true', { properties: { userProperty: [['a', 'b']] } }],
  [
    'message',
    { properties: { contentType: { hex: '00' } } },
    'contentType is never',
    { properties: { contentType: { hex: '01' } } },
  ],
  [
    'message',
    { properties: { correlationData: ['a', 'b'] } },
    'correlationData is never',
    { properties: { correlationData: { hex: 'ff' } } },
  ],
  ['packet', publish({ topic: { eq: 'a/#' } }), '"a/#" is a filter', publish({ topic: { eq: '/a/' } })],
  ['packet', publish({ topic: { not: '/(?:)/' } }), 'topic is never', publish({ topic: { not: '/./' } })],
  [
    'packet',
    { from: 'blue', type: 'connect', match: { clientId: { hex: 'ff' } } },
    'clientId is never',
    { from: 'blue', type: 'connect', match: { clientId: '' } },
  ],
  [
    'packet',
    { from: 'blue', type: 'connect', match: { username: ['a', 'b'] } },
    'username is never',
    { from: 'blue', type: 'connect', match: { username: null } },
  ],
  [
    'packet',
    { to: 'blue', type: 'connack', match: { returnCode: { not: { gte: 0 } } } },
    'returnCode is never',
    { to: 'blue', type: 'connack', match: { returnCode: { gt: 254 } } },
  ],
  [
    'packet',
    { from: 'green', type: 'subscribe', match: { noLocal: [] } },
    'noLocal is never',
    { from: 'green', type: 'subscribe', match: { noLocal: [true] } },
  ],
  [
    'packet',
    { from: 'green', type: 'connect', match: { will: { properties: { willDelayInterval: { gt: 4_294_967_295 } } } } },
    'willDelayInterval is never',
    { from: 'green', type: 'connect', match: { will: { properties: { willDelayInterval: { gt: 5 } } } } },
  ],
  [
    'packet',
    { from: 'blue', type: 'malformed', match: { claims: '/nothing/' } },
    'claims is never',
    { from: 'blue', type: 'malformed', match: { claims: '/^sub/' } },
  ],
  [
    'packet',
    { from: 'blue', type: 'malformed', match: { claims: { not: '/./' } } },
    'claims is never',
    { from: 'blue', type: 'malformed', match: { claims: { not: 'publish' } } },
  ],
  [
    'packet',
    { from: 'blue', type: 'malformed', match: { reason: 'it is odd' } },
    'malformed because of "it is odd"',
    { from: 'blue', type: 'malformed', match: { reason: 'it is broken' } },
  ],
  [
    'packet',
    { from: 'blue', type: 'malformed', match: { reason: '/odd/' } },
    'anything that /odd/ finds',
    { from: 'blue', type: 'malformed', match: { reason: '/broken/' } },
  ],
  ['violation', { by: 'broker', what: '/wrong/' }, 'anything that /wrong/ finds', { by: 'broker', what: '/said/' }],
  [
    'violation',
    { by: 'broker', what: { not: '/said/' } },
    'what is never',
    { by: 'broker', what: { not: '/said twice/' } },
  ],
  [
    'violation',
    { by: 'broker', statement: { not: '/MQTT/' } },
    'none that a lint reports',
    { by: 'broker', statement: { not: 'MQTT-2.3.1-1' } },
  ],
  [
    'violation',
    { by: 'broker', statement: ['MQTT-2.3.1-1', 'MQTT-3.2.0-1'] },
    'none that a lint reports',
    { by: 'broker', statement: ['MQTT-2.3.1-1'] },
  ],
  [
    'socket',
    { from: 'blue', event: 'connected', detail: 'x' },
    'has no detail',
    { from: 'blue', event: 'closed', detail: 'x' },
  ],
  ['serial', { device: 'blue', line: ['a', 'b'] }, 'line is never', { device: 'blue', line: { gt: 5 } }],
  [
    'fleet',
    { group: 'g', connected: '80%', ended: '30%' },
    'more than all of the group',
    { group: 'g', connected: '80%', ended: '20%' },
  ],
]

describe('a claim that no event can satisfy or break', () => {
  it.each(ROWS)('%s %j: %s; but %j may be', (name, never, reason, maybe) => {
    expect(why(name, never)).toContain(reason)
    expect(why(name, maybe)).toBeUndefined()
  })
})

describe('what to write instead', () => {
  const hint = (name: MatcherName, wanted: object): string | undefined => {
    const matcher = matchers[name] as AnyMatcher
    return matcher.impossible?.(matcher.fields.parse(wanted), AROUND)?.hint
  }

  it('of a filter is the expression that takes its topics', () => {
    expect(hint('message', { topic: 'a.b/+/c/#' })).toBe('write /^a\\.b\\/[^/]+\\/c\\/.*$/')
    expect('a.b/x/c/d/e').toMatch(/^a\.b\/[^/]+\/c\/.*$/)
  })

  it('of a statement is one like it, or none', () => {
    expect(hint('violation', { by: 'device', statement: 'MQTT-3.1.0-11' })).toContain('did you mean "MQTT-3.1.0-1"')
    expect(hint('violation', { by: 'device', statement: 'nothing like it' })).toBe('leave statement out to take any')
    expect(hint('violation', { by: 'device', statement: { in: ['MQTT-2.3.1-1', 'MQTT-3.2.0-1'] } })).toBe(
      'write by: broker or to: DEVICE',
    )
    expect(hint('violation', { to: 'blue', statement: { eq: 'MQTT-3.1.0-1' } })).toBe(
      'write by: device or from: DEVICE',
    )
    expect(hint('violation', { to: 'blue', statement: { not: 'MQTT-3.2.0-1' } })).toBeUndefined()
  })

  it('of an empty payload is the empty text', () => {
    expect(hint('message', { payload: null })).toBe('an empty payload is payload: ""')
    expect(hint('message', { topic: null })).toBe('leave topic out to take any')
  })

  it('of a device without WebSocket is the link that has one; of one that is not known, nothing', () => {
    const matcher = matchers.upgrade as AnyMatcher
    const plain: Surroundings = { ...AROUND, device: () => ({ ...DEVICE, websocket: false }) }
    expect(matcher.impossible?.(matcher.fields.parse({ from: 'blue' }), plain)?.message).toContain('WebSocket')
    expect(matcher.impossible?.(matcher.fields.parse({ to: 'blue' }), plain)?.message).toContain('WebSocket')
    expect(why('upgrade', { from: 'green' })).toBeUndefined()
    expect(why('serial', { device: 'green', line: 'x', stream: 'err' })).toBeUndefined()
  })
})
