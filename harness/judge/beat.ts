// `every`: how long each wait between two matches may be, and whether the waits vary. A wait is known as an interval,
// because events may have happened earlier than they were seen.

import type { Beat } from '../plan/model/index.ts'

/** The least and the greatest time that may truly lie between two matches, in ms. */
export interface Wait {
  readonly least: number
  readonly most: number
}

/** `inside` and `outside` whatever the true times are; else `uncertain`. */
export type Fit = 'inside' | 'outside' | 'uncertain'

/** Waits from here on say something of chance. */
const ENOUGH = 3
/** Of the range that jitter has: waits that lie closer together are the same. */
const SAME = 0.05

/** What a wait should be when the first is `base`, both in ms. `k` counts from 0. */
export function nominal({ grow, cap }: Beat, base: number, k: number): number {
  const { factor, add } = grow ?? { factor: 1, add: 0 }
  return Math.min(cap ?? Number.POSITIVE_INFINITY, base * factor ** k + add * k)
}

/** The longest that the wait `k` may surely, and perhaps, be; ms. */
export function longest(
  beat: Beat,
  first: Wait | undefined,
  k: number,
): { readonly sure: number; readonly most: number } {
  const { high } = bounds(beat, first, k)
  return { sure: high.narrow, most: high.wide }
}

/** Whether the last of these waits is what it should be. */
export function keepsBeat(beat: Beat, waits: readonly Wait[]): Fit {
  const k = waits.length - 1
  const { least, most } = waits[k]!
  const { low, high } = bounds(beat, k === 0 ? undefined : waits[0], k)
  if (least > high.wide || most < low.wide) return 'outside'
  return least >= low.narrow && most <= high.narrow ? 'inside' : 'uncertain'
}

/** The ends of what is allowed: `wide` for some true time of the first wait, `narrow` for every one. */
function bounds(beat: Beat, first: Wait | undefined, k: number) {
  const { of, tolerance, jitter } = beat
  const { less, more } = jitter ?? { less: 0, more: 0 }
  const low = (base: number): number => nominal(beat, base, k) * (1 - less) - tolerance
  const high = (base: number): number => nominal(beat, base, k) * (1 + more) + tolerance
  if (of !== null) return { low: { wide: low(of), narrow: low(of) }, high: { wide: high(of), narrow: high(of) } }
  if (first === undefined) {
    const top = high(Number.POSITIVE_INFINITY)
    return { low: { wide: 0, narrow: Number.NEGATIVE_INFINITY }, high: { wide: top, narrow: top } }
  }
  // The first wait is the measure, and is itself off by jitter and tolerance.
  const least = (wait: number): number => low(Math.max(0, (wait - tolerance) / (1 + more)))
  const most = (wait: number): number => high(less >= 1 ? Number.POSITIVE_INFINITY : (wait + tolerance) / (1 - less))
  return {
    low: { wide: least(first.least), narrow: least(first.most) },
    high: { wide: most(first.most), narrow: most(first.least) },
  }
}

/** Whether waits that have jitter lie apart, as shares of what they should be. */
export function variation(beat: Beat, waits: readonly Wait[]): Fit {
  const { of, jitter } = beat
  const [first] = waits
  if (jitter === undefined || first === undefined || waits.length < ENOUGH) return 'inside'
  const base = of === null ? first : { least: of, most: of }
  const shares = waits.map(({ least, most }, k): Wait => {
    const share = (wait: number, from: number): number => wait / Math.max(1, nominal(beat, from, k))
    return { least: share(least, base.most), most: share(most, base.least) }
  })
  const most = Math.max(...shares.map((share) => share.most)) - Math.min(...shares.map((share) => share.least))
  const least = Math.max(...shares.map((share) => share.least)) - Math.min(...shares.map((share) => share.most))
  const same = (jitter.less + jitter.more) * SAME
  if (least > same) return 'inside'
  return most <= same ? 'outside' : 'uncertain'
}
