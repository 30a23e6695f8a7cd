// The words by themselves: what they make of a value, and the code and hint of what they refuse.

import { expect, test } from 'vitest'
import { z } from 'zod'
import * as v from './index.ts'

function refusal(schema: z.ZodType, input: unknown): { code: unknown; hint: unknown; path: PropertyKey[] } | undefined {
  const [issue] = schema.safeParse(input).error?.issues ?? []
  if (issue === undefined) return undefined
  const params = (issue as { params?: v.ComplaintParams }).params
  const hint = typeof params?.hint === 'function' ? params.hint(String(input)) : params?.hint
  return { code: params?.diagnostic, hint, path: issue.path }
}

test.each<[string, z.ZodType, unknown, unknown]>([
  ['duration', v.duration(), '1.5s', 1500],
  ['size', v.size(), '64KiB', 65_536],
  ['bare size', v.size({ bare: 'bytes' }), 128, 128],
  ['rate', v.rate(), '500/s', 500],
  ['percent', v.percent(), '99.9%', 0.999],
  ['text', v.text(), '', ''],
  ['topicName', v.topicName(), '/a//b', '/a//b'],
  ['topicName', v.topicName(), 'a/${{ i }}/+', 'a/${{ i }}/+'],
  ['topicFilter', v.topicFilter(), '+/a/#', '+/a/#'],
  ['topicFilter', v.topicFilter(), '#', '#'],
  ['identifier', v.identifier(), 'blue-1_x', 'blue-1_x'],
  ['qos', v.qos(), 2, 2],
  ['count', v.count(), 3, { min: 3, max: 3 }],
  ['count', v.count(), { min: 3 }, { min: 3, max: Number.POSITIVE_INFINITY }],
  ['count', v.count(), { max: 0 }, { min: 0, max: 0 }],
  ['regexText', v.regexText(), '/^a$/i', /^a$/i],
  ['valueMatcher', v.valueMatcher(), 'offline', 'offline'],
  ['valueMatcher', v.valueMatcher(), 1, 1],
  ['valueMatcher', v.valueMatcher(), null, null],
  ['valueMatcher', v.valueMatcher(), '/^t=(\\d+)$/', /^t=(\d+)$/],
  ['a topic is no regex', v.valueMatcher(), '/home/room', '/home/room'],
  ['a slash is no regex', v.valueMatcher(), '/', '/'],
  ['valueMatcher', v.valueMatcher(), { eq: '/a/' }, { eq: '/a/' }],
  ['valueMatcher', v.valueMatcher(), { hex: '00 ff' }, { hex: Uint8Array.of(0, 255) }],
  ['valueMatcher', v.valueMatcher(), { gt: 5, lte: 7 }, { gt: 5, lte: 7 }],
  ['valueMatcher', v.valueMatcher(), { lt: '2s' }, { lt: 2000 }],
  ['valueMatcher', v.valueMatcher(), { lt: '1500/s' }, { lt: 1500 }],
  ['valueMatcher', v.valueMatcher(), { in: [1, '/a/'] }, { in: [1, /a/] }],
  ['valueMatcher', v.valueMatcher(), { not: { in: [0] } }, { not: { in: [0] } }],
  ['valueMatcher', v.valueMatcher(), { json: { a: [1] } }, { json: { a: [1] } }],
  ['valueMatcher', v.valueMatcher(), [0, 1], [0, 1]],
])('%s reads %j %j', (_, schema, input, output) => {
  expect(schema.parse(input)).toEqual(output)
})

test.each<[string, z.ZodType, unknown, string, unknown]>([
  ['duration', v.duration(), 5, 'scenario/bare-number', 'write "5s" or "5ms"'],
  ['duration', v.duration(), '5', 'scenario/bare-number', 'write "5s" or "5ms"'],
  ['duration', v.duration(), '5sec', 'scenario/bad-value', 'write "5s"'],
  ['duration', v.duration(), true, 'scenario/wrong-type', undefined],
  ['size', v.size(), 128, 'scenario/bare-number', 'write "128B" or "128KiB"'],
  ['bare size', v.size({ bare: 'bytes' }), 1.5, 'scenario/bare-number', 'write "1.5B" or "1.5KiB"'],
  ['percent', v.percent(), '101%', 'scenario/bad-value', undefined],
  ['text', v.text(), 1, 'scenario/bare-number', 'write "1"'],
  ['text', v.text(), true, 'scenario/bare-number', 'write "true"'],
  ['text', v.text(), null, 'scenario/wrong-type', undefined],
  ['topicName', v.topicName(), 'a/+/b', 'scenario/topic-name', 'wildcards (+ and #) are for topic filters'],
  ['topicName', v.topicName(), '', 'scenario/topic-name', expect.anything()],
  ['topicFilter', v.topicFilter(), 'a/#/b', 'scenario/topic-filter', expect.anything()],
  ['topicFilter', v.topicFilter(), 'a/b+', 'scenario/topic-filter', expect.anything()],
  ['topicFilter', v.topicFilter(), 'a\0', 'scenario/topic-filter', expect.anything()],
  ['identifier', v.identifier(), 'my step', 'scenario/identifier', 'for instance "my-step"'],
  ['qos', v.qos(), 3, 'scenario/qos', undefined],
  ['qos', v.qos(), '1', 'scenario/wrong-type', 'write 1 without quotes'],
  ['count', v.count(), -1, 'scenario/bad-value', expect.anything()],
  ['count', v.count(), {}, 'scenario/bad-value', expect.anything()],
  ['count', v.count(), { min: 3, max: 1 }, 'scenario/bad-value', undefined],
  ['regexText', v.regexText(), 'abc', 'scenario/regex', 'write /abc/'],
  ['valueMatcher', v.valueMatcher(), '/(/', 'scenario/regex', expect.stringContaining('eq')],
  ['valueMatcher', v.valueMatcher(), '/a/g', 'scenario/regex', expect.stringContaining('flags are')],
  ['textMatcher', v.textMatcher(), 1, 'scenario/bare-number', 'write "1"'],
  ['valueMatcher', v.valueMatcher(), { gtt: 1 }, 'scenario/unknown-key', 'did you mean "gt"?'],
  ['valueMatcher', v.valueMatcher(), { gt: 1, in: [] }, 'scenario/bad-value', expect.anything()],
  ['valueMatcher', v.valueMatcher(), {}, 'scenario/bad-value', expect.anything()],
  ['valueMatcher', v.valueMatcher(), { hex: 'abc' }, 'scenario/hex', 'two digits a byte'],
  ['valueMatcher', v.valueMatcher(), { gt: 'much' }, 'scenario/bad-value', expect.anything()],
])('%s refuses %j %j', (_, schema, input, code, hint) => {
  expect(refusal(schema, input)).toMatchObject({ code, hint })
})

test('a complaint inside a matcher has its path', () => {
  expect(refusal(v.textMatcher(), { not: { in: ['a', 1] } })).toMatchObject({ path: ['not', 'in', 1] })
})

test('editors get a JSON Schema in which an expression may stand anywhere', () => {
  const schema = z.strictObject({
    a: v.duration().optional(),
    b: v.qos().describe('the QoS'),
    c: v.valueMatcher().optional(),
    d: v.count().optional(),
    e: v.text().optional(),
  })
  const made = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  const expression = { type: 'string', pattern: '\\$\\{\\{' }
  expect(made).toMatchObject({
    required: ['b'],
    properties: {
      a: { description: expect.any(String), anyOf: [{ type: 'string' }, expression] },
      b: { description: 'the QoS', anyOf: [{ enum: [0, 1, 2] }, expression] },
      e: { type: 'string' },
    },
  })
})
