// Quantities: what is read, what is refused, and with which fix.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { parseDuration, parsePercent, parseRate, parseSize, writeDuration, writePercent, writeSize } from './units.ts'

test.each([
  ['250ms', 250],
  ['1.5s', 1500],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1m30s', 90_000],
  ['1h0m0.5s', 3_600_500],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toEqual({ ok: true, value: ms })
})

test.each([
  ['5', 'write "5s" or "5ms"'],
  ['5 s', 'write "5s"'],
  ['5sec', 'write "5s"'],
  ['10 minutes', 'write "10m"'],
  ['3S', 'write "3s"'],
  ['1d', 'write "24h"'],
  ['250us', 'write "0.25ms"'],
  ['-5s', 'a duration is never negative'],
  ['30s1m', 'give the largest unit first and each once: "1m30s"'],
  ['1s1s', 'give the largest unit first and each once: "1m30s"'],
  ['soon', 'units are h, m, s and ms: "250ms", "1.5s", "1m30s"'],
  ['', 'units are h, m, s and ms: "250ms", "1.5s", "1m30s"'],
  ['600h', 'at most 596h'],
])('%s is no duration: %s', (text, hint) => {
  expect(parseDuration(text)).toMatchObject({ ok: false, hint })
})

test.each([
  ['128B', 128],
  ['1kB', 1000],
  ['64KiB', 65_536],
  ['1.5KiB', 1536],
  ['1MiB', 1_048_576],
  ['2GB', 2e9],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toEqual({ ok: true, value: bytes })
})

test.each([
  ['128', 'write "128B" or "128KiB"'],
  ['64kb', 'write "64KiB" (1024) or "64kB" (1000)'],
  ['64K', 'write "64KiB" (1024) or "64kB" (1000)'],
  ['1mib', 'write "1MiB"'],
  ['5 bytes', 'write "5B"'],
  ['big', 'units are B, kB, KiB, MB, MiB, GB and GiB: "128B", "64KiB"'],
])('%s is no size: %s', (text, hint) => {
  expect(parseSize(text)).toMatchObject({ ok: false, hint })
})

test('half a byte is no size', () => {
  expect(parseSize('0.5B')).toMatchObject({ ok: false })
})

test('rates are by second', () => {
  expect(parseRate('500/s')).toEqual({ ok: true, value: 500 })
  expect(parseRate('30/m')).toEqual({ ok: true, value: 0.5 })
  expect(parseRate('5/ms')).toEqual({ ok: true, value: 5000 })
  expect(parseRate('500')).toMatchObject({ ok: false, hint: 'write "500/s"' })
  expect(parseRate('500 rps')).toMatchObject({ ok: false, hint: 'write "500/s"' })
})

test('percentages are fractions, exactly', () => {
  expect(parsePercent('99.9%')).toEqual({ ok: true, value: 0.999 })
  expect(parsePercent('100%')).toEqual({ ok: true, value: 1 })
  expect(parsePercent('5')).toMatchObject({ ok: false, code: 'bare-number', hint: 'write "5%"' })
  expect(parsePercent('0.5')).toMatchObject({ ok: false, hint: 'write "0.5%" or "50%"' })
})

test('what is written is read back', () => {
  const ms = fc.integer({ min: 0, max: 2 ** 31 - 1 })
  const always = <T>(values: fc.Arbitrary<T>, holds: (value: T) => void): void => {
    fc.assert(fc.property(values, (value) => void holds(value)))
  }
  always(ms, (n) => expect(parseDuration(writeDuration(milliseconds(n)))).toEqual({ ok: true, value: n }))
  always(ms, (n) => expect(parseDuration(`${n / 1000}s`)).toEqual({ ok: true, value: n }))
  always(fc.integer({ min: 0, max: 1e14 }), (n) => expect(parseSize(writeSize(n))).toEqual({ ok: true, value: n }))
  always(fc.integer({ min: 0, max: 10_000 }), (n) =>
    expect(parsePercent(writePercent(n / 10_000))).toEqual({ ok: true, value: n / 10_000 }),
  )
})

test('any text is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const parse of [parseDuration, parseSize, parseRate, parsePercent])
        expect(typeof parse(text).ok).toBe('boolean')
    }),
  )
})
