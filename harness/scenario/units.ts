// Quantities as people write them: 250ms, 1m30s, 64KiB, 500/s, 99.9%. A bare number is never a
// quantity here; whoever wants to allow one must say in which unit.

import { type Duration, milliseconds } from '../../emulators/index.ts'

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: 'bare-number' | 'bad-value'; readonly reason: string; readonly hint?: string }

const good = <T>(value: T): Parsed<T> => ({ ok: true, value })
const bad = (reason: string, hint?: string): Parsed<never> => ({
  ok: false,
  code: 'bad-value',
  reason,
  ...(hint === undefined ? {} : { hint }),
})
const bare = (reason: string, hint: string): Parsed<never> => ({ ok: false, code: 'bare-number', reason, hint })

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Node's timers hold 2^31-1 ms; a longer one would fire at once. */
export const LONGEST_DURATION: Duration = milliseconds(2 ** 31 - 1)

const TIME: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
export const DURATION_PATTERN = '(?:\\d+(?:\\.\\d+)?(?:ms|h|m|s))+'
const DURATION = new RegExp(`^${DURATION_PATTERN}$`)

export function parseDuration(text: string): Parsed<Duration> {
  if (NUMBER.test(text)) {
    const n = text.replace(/^\+/, '')
    return bare(`a duration needs a unit, got ${text}`, `write "${n}s" or "${n}ms"`)
  }
  if (!DURATION.test(text)) return bad(`"${text}" is not a duration`, durationHint(text))
  let total = 0
  let last = Number.POSITIVE_INFINITY
  for (const [, n, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
    const size = TIME[unit!]!
    if (size >= last) return bad(`"${text}" is not a duration`, 'give the largest unit first and each once: "1m30s"')
    last = size
    total += tidy(Number(n) * size)
  }
  if (!(total <= LONGEST_DURATION)) return bad(`"${text}" is longer than a timer can run`, 'at most 596h')
  return good(milliseconds(tidy(total)))
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^h(ours?|rs?)?$/i, 'h'],
  [/^m(in(ute)?s?)?$/i, 'm'],
  [/^s(ec(ond)?s?)?$/i, 's'],
  [/^(ms|msecs?|millis(econds?)?|milliseconds?)$/i, 'ms'],
]

function durationHint(text: string): string {
  if (/^-/.test(text)) return 'a duration is never negative'
  const [, n = '', word = ''] = /^([\d._]+)\s*(\p{L}+)$/u.exec(text.trim()) ?? []
  const number = Number(n.replaceAll('_', ''))
  if (n !== '' && Number.isFinite(number)) {
    const unit = WORDS.find(([pattern]) => pattern.test(word))?.[1]
    if (unit !== undefined) return `write "${number}${unit}"`
    if (/^d(ays?)?$/i.test(word)) return `write "${number * 24}h"`
    if (/^([uµμ]s|micros?(econds?)?)$/i.test(word)) return `write "${tidy(number / 1000)}ms"`
  }
  return 'units are h, m, s and ms: "250ms", "1.5s", "1m30s"'
}

const SIZES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}
export const SIZE_PATTERN = '\\d+(?:\\.\\d+)?(?:B|kB|MB|GB|KiB|MiB|GiB)'

/** A size in whole bytes. */
export function parseSize(text: string): Parsed<number> {
  if (NUMBER.test(text)) return bare(`a size needs a unit, got ${text}`, `write "${text}B" or "${text}KiB"`)
  const [, n = '', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? []
  const bytes = Number(n) * (SIZES[unit] ?? Number.NaN)
  if (Number.isSafeInteger(bytes)) return good(bytes)
  if (n !== '' && unit in SIZES) return bad(`"${text}" is not a whole number of bytes`)
  return bad(`"${text}" is not a size`, sizeHint(text))
}

function sizeHint(text: string): string {
  const [, n, prefix = '', rest] = /^(\d+(?:\.\d+)?)\s*([kmg]?)(i?b(?:ytes?)?|bytes?)?$/i.exec(text.trim()) ?? []
  if (n === undefined) return 'units are B, kB, KiB, MB, MiB, GB and GiB: "128B", "64KiB"'
  const upper = prefix.toUpperCase()
  if (upper === '') return `write "${n}B"`
  if (/^i/i.test(rest ?? '')) return `write "${n}${upper}iB"`
  return `write "${n}${upper}iB" (1024) or "${n}${upper === 'K' ? 'k' : upper}B" (1000)`
}

const PER: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }
export const RATE_PATTERN = '\\d+(?:\\.\\d+)?/(?:ms|s|m|h)'

/** How many a second. */
export function parseRate(text: string): Parsed<number> {
  if (NUMBER.test(text)) return bare(`a rate needs a unit, got ${text}`, `write "${text}/s"`)
  const [, n, unit] = /^(\d+(?:\.\d+)?)\/(ms|s|m|h)$/.exec(text) ?? []
  if (n !== undefined) return good(tidy(Number(n) / PER[unit!]!))
  const [, count] = /^(\d+(?:\.\d+)?)\s*(?:\/|per\b|rps\b|hz\b)/i.exec(text.trim()) ?? []
  return bad(`"${text}" is not a rate`, count === undefined ? 'write a rate as "500/s"' : `write "${count}/s"`)
}

export const PERCENT_PATTERN = '\\d+(?:\\.\\d+)?%'

/** A fraction: "99.9%" is 0.999 exactly as that literal, not 99.9 / 100. */
export function parsePercent(text: string): Parsed<number> {
  if (NUMBER.test(text)) {
    const n = Number(text)
    const other = n > 0 && n < 1 ? ` or "${tidy(n * 100)}%"` : ''
    return bare(`a percentage needs its sign, got ${text}`, `write "${text}%"${other}`)
  }
  const [, n] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? []
  if (n !== undefined) return good(Number(`${n}e-2`))
  const [, near] = /^(\d+(?:\.\d+)?)\s*(?:%|percent|pct)$/i.exec(text.trim()) ?? []
  return bad(`"${text}" is not a percentage`, near === undefined ? 'write a percentage as "99.9%"' : `write "${near}%"`)
}

/** Exact forms, read back by the parsers above; for people, `showDuration` reads better. */
export const writeDuration = (d: Duration): string => `${decimal(d)}ms`
export const writeSize = (bytes: number): string => `${decimal(bytes)}B`
export const writePercent = (fraction: number): string => `${decimal(fraction * 100)}%`

/** Takes off the dust of binary fractions: 0.1 + 0.2 is 0.3. */
export const tidy = (n: number): number => Number(n.toPrecision(15))

/** Without an exponent, which no unit is written with. */
function decimal(n: number): string {
  const text = String(tidy(n))
  return text.includes('e') ? n.toFixed(12).replace(/\.?0+$/, '') : text
}
