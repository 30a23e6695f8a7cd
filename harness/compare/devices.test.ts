import { expect, test } from 'vitest'
import { LEFT_OUT, pairs } from './devices.testing.ts'

test('what virtual boards do not play is known, with the reason', () => {
  const skipped = pairs().filter(({ virtual }) => virtual.skip !== null)
  expect(skipped.map(({ title }) => title).sort()).toEqual(Object.keys(LEFT_OUT).sort())
  for (const { title, virtual } of skipped) expect(virtual.skip).toMatch(LEFT_OUT[title]!)
})

test('each of the others has at least one virtual board', () => {
  for (const { title, virtual } of pairs())
    if (virtual.skip === null)
      expect([title, virtual.devices.map(({ use }) => use)]).toEqual([title, expect.arrayContaining(['micropython'])])
})
