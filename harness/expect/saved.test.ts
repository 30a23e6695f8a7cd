import { describe, expect, it } from 'vitest'
import { savedOf, saveFrom } from './saved.ts'
import { event } from './testing.ts'

const message = (payload: string) =>
  event({ kind: 'message', topic: 'a', payload: Buffer.from(payload), qos: 0 } as never)
const saved = (from: unknown, payload: string) => savedOf(saveFrom.parse(from), message(payload))

describe('what is saved', () => {
  it('is a field', () => {
    expect(saved('topic', 'x')).toEqual({ value: 'a' })
  })

  it.each<[string, unknown]>([
    ['data.items[1].id', 7],
    ['$.data.items[0]', { id: 'a' }],
    ['list[2]', false],
    ['n', null],
  ])('is inside of JSON at %s', (json, value) => {
    const payload = JSON.stringify({ data: { items: [{ id: 'a' }, { id: 7 }] }, list: [1, 2, false], n: null })
    expect(saved({ field: 'payload', json }, payload)).toEqual({ value })
  })

  it.each([
    ['{ "a": 1 }', 'a.b', /^the JSON of payload has no "a.b"/],
    ['{ "a": [1] }', 'a[1]', /has no "a\[1\]"/],
    ['{', 'a', /^payload is not JSON/],
    ['{}', 'constructor', /has no "constructor"/],
  ])('is missing in %s at %s', (payload, json, wrong) => {
    expect(saved({ field: 'payload', json }, payload)).toEqual({ wrong: expect.stringMatching(wrong) })
  })

  it('is the first group of a regular expression, or all of it', () => {
    expect(saved({ field: 'payload', regex: '/id=(\\d+)/' }, 'x id=42')).toEqual({ value: '42' })
    expect(saved({ field: 'payload', regex: '/a(x)?b|c(y)/' }, 'cy')).toEqual({ value: 'y' })
    expect(saved({ field: 'payload', regex: '/\\d+/' }, 'x 42')).toEqual({ value: '42' })
    expect(saved({ field: 'payload', regex: '/\\d+/' }, 'x')).toEqual({
      wrong: expect.stringMatching(/does not match/),
    })
  })

  it.each([
    [{ field: 'payload' }],
    [{ field: 'payload', json: 'a', regex: '/a/' }],
    [{ field: 'payload', json: 'a..b' }],
    [{ json: 'a' }],
  ])('cannot be written as %j', (from) => {
    expect(saveFrom.safeParse(from).success).toBe(false)
  })
})
