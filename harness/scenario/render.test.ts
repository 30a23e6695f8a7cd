// Where the caret stands. The prose as a whole is in the golden files of golden.test.ts.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RenderOptions, renderDiagnostic } from './render.ts'

function render(
  text: string | undefined,
  line: number,
  column: number,
  length = 1,
  options: RenderOptions = {},
): string[] {
  const at = { file: 'x.yaml', line, column, length }
  return renderDiagnostic({ code: 'a/b', message: 'm', at, hint: 'h' }, text, options).split('\n')
}

test('header, message, line above, line, caret, hint', () => {
  expect(render('one\ntwo\nthree', 2, 1, 3)).toEqual([
    'x.yaml:2:1 error a/b',
    '  m',
    '   1 | one',
    '   2 | two',
    '     | ^^^',
    '  hint: h',
    '',
  ])
})

test('without the text there is no excerpt', () => {
  expect(render(undefined, 2, 1)).toEqual(['x.yaml:2:1 error a/b', '  m', '  hint: h', ''])
})

test('a tab is as wide as it is shown', () => {
  const [, , line, caret] = render('\ta: x', 1, 5)
  expect(line!.indexOf('x')).toBe(caret!.indexOf('^'))
})

test('wide characters take two cells, combining ones none', () => {
  expect(render('日本: x', 1, 5)[3]).toBe('     |       ^')
  expect(render('e\u0301: x', 1, 5)[3]).toBe('     |    ^')
  expect(render('日本', 1, 1, 2)[3]).toBe('     | ^^^^')
})

test('a place past the end of the text points behind its last line', () => {
  expect(render('ab', 9, 9)[3]).toBe('     |   ^')
  expect(render('ab', 1, 99)[3]).toBe('     |   ^')
  expect(render('', 1, 1)[3]).toBe('     | ^')
})

test('a long line is clipped around the caret', () => {
  const text = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`
  const [, , line, caret] = render(text, 1, 501, 4)
  expect(line!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1)).toBe('HERE')
  expect(line!.length).toBeLessThan(115)
  expect(line).toMatch(/…x+HEREy+…$/)
})

test('escape sequences of the file do not reach the terminal', () => {
  expect(render('a: \u001b[31mred', 1, 1).join('')).not.toContain('\u001b')
})

test('colour only when asked, and a label of its own', () => {
  expect(render('a', 1, 1).join('')).not.toContain('\u001b[')
  expect(render('a', 1, 1, 1, { color: true }).join('')).toContain('\u001b[')
  expect(render('a', 1, 1, 1, { label: 'failed' })[0]).toBe('x.yaml:1:1 failed a/b')
})

test('it never throws, and always has one line of carets', () => {
  const n = fc.integer({ min: -3, max: 400 })
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), n, n, n, (text, line, column, length) => {
      expect(render(text, line, column, length).filter((one) => /^\s*\| *\^+$/.test(one))).toHaveLength(1)
    }),
  )
})
