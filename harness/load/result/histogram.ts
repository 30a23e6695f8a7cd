// Times in HDR histograms: whole µs from 1 to an hour, three digits exact, merged without loss. What is
// written is HdrHistogram's own format (V2, compressed, base64), which other tools read as well.

import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js'
import type { Percentiles } from '../../run/index.ts'

const MAX_VALUE_US = 3_600_000_000

export const newHistogram = (): Histogram =>
  build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_VALUE_US,
    numberOfSignificantValueDigits: 3,
  })

/** Milliseconds. */
export function record(histogram: Histogram, ms: number): void {
  histogram.recordValue(Math.min(MAX_VALUE_US, Math.max(1, Math.round(ms * 1000))))
}

export const encodeHistogram = (histogram: Histogram): string => encodeIntoCompressedBase64(histogram)

export const decodeHistogram = (text: string): Histogram => decodeFromCompressedBase64(text, 32, false)

/** µs. */
export function percentilesOf(h: Histogram): Percentiles {
  const at = (p: number): number => h.getValueAtPercentile(p)
  return {
    count: h.totalCount,
    min: h.totalCount === 0 ? 0 : h.minNonZeroValue,
    mean: Math.round(h.mean),
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    // As the others, to the width of its bucket: then it is the same in how many parts it was measured.
    max: at(100),
  }
}

/** The curve that HDR plots draw: half as far from 100 % with every few points. */
export function curveOf(h: Histogram): [number, number][] {
  const points: [number, number][] = []
  if (h.totalCount === 0) return points
  for (let left = 100; left >= 100 / h.totalCount && points.length < 60; left /= 2 ** 0.5)
    points.push([100 - left, h.getValueAtPercentile(100 - left)])
  points.push([100, h.getValueAtPercentile(100)])
  return points
}
