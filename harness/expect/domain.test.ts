// A value that a field never has is refused, and none that it may have.

import { describe, expect, it } from 'vitest'
import { wholeMatcher } from '../scenario/index.ts'
import { outside } from './domain.ts'

const refused = (wanted: unknown, from = 1, to = 0xffff): boolean =>
  outside({ value: wholeMatcher().parse(wanted) }, { value: { from, to } }) !== null

describe('a number from 1 to 65535', () => {
  it.each([0, -1, 65_536, { gt: 65_535 }, { lt: 1 }, { gt: 5, lt: 6 }, { in: [0, 70_000] }, { not: { gte: 1 } }])(
    'is never %j',
    (wanted) => {
      expect(refused(wanted)).toBe(true)
    },
  )

  it.each([
    1,
    65_535,
    { gt: 65_534 },
    { lt: 2 },
    { gt: 3, lt: 5 },
    { in: [0, 400] },
    { not: 7 },
    { not: { lt: 60_000 } },
  ])('may be %j', (wanted) => {
    expect(refused(wanted)).toBe(false)
  })

  it('may be what only the run knows, and what a regular expression says', () => {
    expect(refused('${{ saved.id }}')).toBe(false)
    expect(refused({ not: '${{ i }}' })).toBe(false)
  })
})

it('of two values is called either, and the field is named', () => {
  expect(outside({ value: 2 }, { value: { from: 0, to: 1 } })).toMatchObject({
    message: 'value is never as wanted: it is 0 or 1',
    word: 'value',
  })
  expect(outside({ value: 0 }, { value: { from: 1, to: Number.MAX_SAFE_INTEGER } })?.message).toContain('1 or more')
  expect(outside({}, { value: { from: 0, to: 1 } })).toBeNull()
})
