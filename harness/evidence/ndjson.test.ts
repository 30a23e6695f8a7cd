import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant, Problem } from '../../emulators/index.ts'
import type { Event, PlainValue } from './event.ts'
import { readTimeline, writeTimeline } from './ndjson.ts'

const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY))
const bytes = fc.uint8Array({ maxLength: 40 })
const plain: fc.Arbitrary<PlainValue> = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }),
    number,
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.array(tie('value'), { maxLength: 4 }),
  ),
})).value

const device = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/)
const fact = fc.oneof(
  fc.record({
    kind: fc.constant('call' as const),
    device,
    id: fc.stringMatching(/^[\w#.-]{0,20}$/),
    method: fc.stringMatching(/^\w{0,20}$/),
    state: fc.constant('returned' as const),
    value: plain,
  }),
  fc.record({
    kind: fc.constant('message' as const),
    topic: fc.string({ unit: 'binary' }),
    payload: bytes,
    qos: fc.integer({ min: 0, max: 2 }),
    retain: fc.boolean(),
    dup: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('serial' as const),
    device,
    line: fc.string(),
    stream: fc.constant('out' as const),
  }),
)
const timeline = fc
  .array(fc.tuple(fact, fc.double({ min: 0, max: 1e7, noNaN: true })), { maxLength: 8 })
  .map((list): Event[] => list.map(([f, at], seq) => ({ ...f, at: instant(at), seq })))

test('what is written is read back exactly', () => {
  fc.assert(
    fc.property(timeline, (events) => {
      const text = writeTimeline({ scenario: 'a', seed: 7 }, events)
      expect(text.trimEnd().split('\n')).toHaveLength(events.length + 1)
      expect(readTimeline(text)).toStrictEqual({ header: { scenario: 'a', seed: 7 }, events })
    }),
  )
})

test('the text is what it says', () => {
  const event: Event = {
    kind: 'packet',
    device: 'blue',
    direction: 'up',
    connection: 1,
    packet: { type: 'pingreq', flags: 0, length: 0 },
    raw: Buffer.from('c000', 'hex'),
    offset: 14,
    begunAt: instant(3.5),
    delivered: true,
    at: instant(12.25),
    seq: 0,
  }
  expect(writeTimeline({ scenario: 'x' }, [event])).toBe(
    '{"schema":"mqtt-hil/timeline","version":2,"scenario":"x"}\n' +
      '{"kind":"packet","device":"blue","direction":"up","connection":1,"packet":{"type":"pingreq","flags":0,' +
      '"length":0},"raw":{"hex":"c000"},"offset":14,"begunAt":3.5,"delivered":true,"at":12.25,"seq":0}\n',
  )
})

const header = '{"schema":"mqtt-hil/timeline","version":1}\n'
test.each([
  ['', 1],
  ['hello\n', 1],
  ['{"schema":"mqtt-hil/timeline","version":3}\n', 1],
  ['{"schema":"mqtt-hil/results","version":1}\n', 1],
  [`${header}{"kind":"lag","stalled":3,"at":1,"seq":0}\n{"kind":"la`, 3],
  [`${header}{"kind":"lagg","at":1,"seq":0}\n`, 2],
  [`${header}{"kind":"toString","at":1,"seq":0}\n`, 2],
  [`${header}{"kind":"lag","stalled":3,"at":"1","seq":0}\n`, 2],
  [`${header}{"kind":"lag","stalled":3,"at":1,"seq":1}\n`, 2],
  [`${header}{"kind":"call","value":{"hex":"abc"},"at":1,"seq":0}\n`, 2],
  [`${header}\n`, 2],
  [`${header}[]\n`, 2],
  ['{"schema":"mqtt-hil/timeline","version":1,"broker":{"name":"b","kind":"k","version":"1\\nbroker: x"}}\n', 1],
  ['{"schema":"mqtt-hil/timeline","version":1,"devices":{"../x":"recorded"}}\n', 1],
  ['{"schema":"mqtt-hil/timeline","version":1,"devices":{"x":"a\\nb"}}\n', 1],
  [`${header}{"kind":"serial","device":"../../x","line":"","stream":"out","at":1,"seq":0}\n`, 2],
  [`${header}{"kind":"serial","device":"x","line":"","stream":"out","more":1,"at":1,"seq":0}\n`, 2],
])('garbage is a Problem with the line: %j', (text, line) => {
  let problem: unknown
  try {
    readTimeline(text, 'x.ndjson')
  } catch (e) {
    problem = e
  }
  expect(problem).toBeInstanceOf(Problem)
  expect(problem).toMatchObject({ code: 'evidence/bad-timeline', at: { file: 'x.ndjson', line } })
})
