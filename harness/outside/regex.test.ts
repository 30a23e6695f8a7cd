// A match ends in time, whatever the device writes; and what the bound of the direct way promises is kept.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BoundedRegExp, REGEX_LIMIT_MS } from './regex.ts'

const bounded = ({ source, flags }: RegExp): BoundedRegExp => new BoundedRegExp(source, flags)

const slow = 'a'.repeat(60)

it.each([
  /^(a+)+$/,
  /^(a|a)*$/,
  /^(a|aa)+$/,
  /^(a*)*b$/,
  /(?=(a+)+b)/,
  /^(?:(a+)|b)*$/,
  /^([a-z]+)*\1$/i,
  /^(?<x>a+){1,}$/,
  /^((a{1,50}){1,50}){1,50}$/,
])('%s is stopped', (regex) => {
  const begin = performance.now()
  const made = bounded(regex)
  const run = () => made.test(`${slow}!`)
  expect(run).toThrow(/was stopped after/)
  // Again it is not even tried: a hundred lines do not take a hundred times as long.
  for (let k = 0; k < 100; k++) expect(run).toThrow(/was stopped after/)
  expect(performance.now() - begin).toBeLessThan(REGEX_LIMIT_MS * 60)
})

it.each([/(.*)(.*)(.*)(.*)x$/s, /(a*)*?b/, /.*.*.*.*.*=/])('%s is stopped on a long text', (regex) => {
  expect(() => bounded(regex).test('a'.repeat(200_000))).toThrow(/was stopped after/)
})

it('finds what a direct match finds', () => {
  const source = fc
    .array(
      fc.constantFrom('a', 'b', '.', '\\d', '[ab]', '(a|b)', '(?:ab)', 'a*', 'b+', 'a?', 'a{2}', '^', '$', '\\.'),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(source, fc.stringMatching(/^[ab1.]{0,12}$/), (text, line) => {
      const regex = new RegExp(text)
      expect(bounded(regex).exec(line)).toEqual(regex.exec(line))
      expect(line.replace(bounded(regex), 'x')).toBe(line.replace(regex, 'x'))
    }),
  )
})

it('is told whole: the expression, how long it took and what to do', () => {
  expect(() => `${'b'.repeat(60)}!`.match(bounded(/^(b+)+$/))).toThrow(
    expect.objectContaining({ code: 'run/slow-regex', hint: expect.stringContaining('/^a+$/') }),
  )
})
