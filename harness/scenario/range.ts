// `{ gt, gte, lt, lte }`: from where and to where a number may lie. One that no number lies in is refused.

import { parseDuration, parsePercent, parseRate, parseSize } from './units.ts'
import { type Complaint, nameOf, type ParseResult } from './word.ts'

/** In plain numbers: milliseconds, bytes, a second, or a fraction, by the unit that was written. */
export interface Range {
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
}

export const RANGE = ['gt', 'gte', 'lt', 'lte'] as const

export function readRange(map: Record<string, unknown>): ParseResult<Range> {
  const range: Record<string, number> = {}
  const wrong: Complaint[] = []
  for (const [key, given] of Object.entries(map)) {
    const value = bound(given)
    if (value !== undefined) range[key] = value
    else
      wrong.push({
        message: `${key} takes a number or a quantity, not ${nameOf(given)}`,
        hint: `for instance { ${key}: 5 } or { ${key}: 250ms }`,
        path: [key],
      })
  }
  if (wrong.length > 0) return { wrong }
  return isEmptyRange(range) ? { wrong: nothingIn(map) } : { value: range }
}

/** Whether no number lies in it. */
function isEmptyRange({ gt, gte, lt, lte }: Range): boolean {
  const least = Math.max(gt ?? -Infinity, gte ?? -Infinity)
  const most = Math.min(lt ?? Infinity, lte ?? Infinity)
  return least > most || (least === most && (least === gt || most === lt))
}

const SIGNS = { gt: 'above', gte: 'at least', lt: 'below', lte: 'at most' } as const

const nothingIn = (map: Record<string, unknown>): Complaint => ({
  message: `no number is ${RANGE.flatMap((key) => (map[key] === undefined ? [] : [`${SIGNS[key]} ${map[key]}`])).join(' and ')}`,
  hint: 'exchange the bounds, or widen them',
})

function bound(given: unknown): number | undefined {
  if (typeof given === 'number') return given
  if (typeof given !== 'string') return undefined
  for (const parse of [parseDuration, parseSize, parseRate, parsePercent]) {
    const parsed = parse(given)
    if (parsed.ok) return parsed.value
  }
  return undefined
}
