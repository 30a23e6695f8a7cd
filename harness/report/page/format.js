// Times, bytes and statuses in words. A time is milliseconds since the start of the run.

/**
 * `0.4 ms`, `117 ms`, `3.207 s`, `2 min 5 s`.
 * @param {number} ms
 */
export function showTime(ms) {
  const sign = ms < 0 ? '−' : ''
  const value = Math.abs(ms)
  if (value < 10) return `${sign}${trimmed(value.toFixed(2))} ms`
  if (value < 1000) return `${sign}${trimmed(value.toFixed(value < 100 ? 1 : 0))} ms`
  if (value < 120_000) return `${sign}${trimmed((value / 1000).toFixed(3))} s`
  return `${sign}${Math.floor(value / 60_000)} min ${trimmed(((value % 60_000) / 1000).toFixed(1))} s`
}

/** @param {string} text */
const trimmed = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** @type {Readonly<Record<string, string>>} */
const MARKS = { passed: '✓', failed: '✗', inconclusive: '?', skipped: '–', broken: '!', interrupted: '■', gap: '◐' }
/** @type {Readonly<Record<string, string>>} */
const OF_VERDICT = { pass: 'passed', fail: 'failed' }

/** A verdict's or a step's word as a status: `fail` is `failed`. @param {string} word */
export const statusOf = (word) => OF_VERDICT[word] ?? word

/** @param {string} status */
export const markOf = (status) => MARKS[statusOf(status)] ?? '·'

/** @param {{ name: string, variant: string, repetition?: number }} scenario */
export function titleOf({ name, variant, repetition = 0 }) {
  return `${name}${variant === '' ? '' : ` [${variant}]`}${repetition === 0 ? '' : ` (repeat ${repetition})`}`
}

/** @param {{ name: string, version: string }} broker */
export const brokerOf = ({ name, version }) => `${name} ${version}`.trim()

/**
 * Rows of 16 bytes: offset, hexadecimal, text.
 * @param {string} hex
 * @returns {{ offset: string, hex: string, text: string }[]}
 */
export function hexRows(hex) {
  const rows = []
  for (let at = 0; at < hex.length; at += 32) {
    const bytes = (hex.slice(at, at + 32).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
    rows.push({
      offset: (at / 2).toString(16).padStart(4, '0'),
      hex: bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join(''),
    })
  }
  return rows
}

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`
