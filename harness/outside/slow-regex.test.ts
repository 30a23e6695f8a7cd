// An expression that is told to be slow is slow, and those of people who know what they write are not.

import { describe, expect, it } from 'vitest'
import { BoundedRegExp } from './regex.ts'
import { slowTextFor } from './slow-regex.ts'

const told = (source: string, flags = ''): unknown => slowTextFor(new BoundedRegExp(source, flags))?.part

describe('a regular expression', () => {
  it.each([
    ['^(a+)+$', 'a'],
    ['^(a|a)*$', 'a'],
    ['^(a*)*b$', 'a'],
    ['ready (\\w+\\s?)*$', 'ready '],
    ['^([a-z]+)*\\.$', 'a'],
    ['^(?:(?:ab)+)+$', 'ab'],
    ['^temp=(\\d+)+;$', '0'],
    ['^(.*)(.*)(.*)(.*)(.*)x$', 'a'],
  ])('/%s/ is slow for %s', (source, part) => {
    expect(told(source)).toBe(part)
  })

  it.each([
    '^a+$',
    'ready',
    '^(\\w+\\s)+$',
    '^\\d+(\\.\\d+)?$',
    '^(on|off)$',
    '^([0-9a-f]{2}:){5}[0-9a-f]{2}$',
    '^sensors/[^/]+/(state|config)$',
    'rst:0x[0-9a-f]+ \\(.*\\),boot:.*',
    '^(\\{.*\\}|\\[.*\\])$',
    'Guru Meditation Error: .*(panic|abort)',
  ])('/%s/ is not', (source) => {
    expect(told(source)).toBeUndefined()
  })
})
