// Diagnostics are values: sorted, kept once, and no error when they are only a warning.

import { expect, test } from 'vitest'
import { Diagnostics } from './diagnostic.ts'

const at = (line: number, column: number, file = 'a.yaml') => ({ file, line, column, length: 1 })

test('they come sorted by place, and at one place as they were added', () => {
  const diagnostics = new Diagnostics()
  diagnostics.add({ code: 'c', message: '', at: at(2, 1) })
  diagnostics.add({ code: 'b', message: 'first', at: at(1, 9) })
  diagnostics.add({ code: 'a', message: 'second', at: at(1, 9) })
  diagnostics.add({ code: 'd', message: '', at: at(1, 2) })
  expect(diagnostics.all.map(({ code }) => code)).toEqual(['d', 'b', 'a', 'c'])
})

test('the same complaint at the same place is kept once', () => {
  const diagnostics = new Diagnostics()
  for (let i = 0; i < 3; i++) diagnostics.add({ code: 'a', message: 'm', at: at(1, 1) })
  diagnostics.add({ code: 'a', message: 'm', at: at(1, 1, 'b.yaml') })
  expect(diagnostics.all).toHaveLength(2)
})

test('a warning is no error', () => {
  const diagnostics = new Diagnostics()
  diagnostics.add({ code: 'a', message: 'm', at: at(1, 1), severity: 'warning' })
  expect(diagnostics.hasErrors).toBe(false)
  diagnostics.add({ code: 'b', message: 'm', at: at(1, 1) })
  expect(diagnostics.hasErrors).toBe(true)
})
