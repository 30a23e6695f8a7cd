// Ranges of a broker's versions, as gaps name them: `<2.10`, `>=2.9 <2.11`, `2.0.11`. Numbers are compared part by
// part, so that 2.9 comes before 2.10; parts that the range does not name do not count.

const COMPARISON = /^(<=|>=|<|>|=)?\s*v?(\d+(?:\.\d+)*)$/

type Parts = readonly number[]
interface Comparison {
  readonly operator: string
  readonly parts: Parts
}

/** undefined: it is no range. */
export function parseVersions(range: string): readonly Comparison[] | undefined {
  const texts = range
    .trim()
    .replace(/([<>=])\s+/g, '$1')
    .split(/[\s,]+/)
  const comparisons = texts.map((text) => {
    const match = COMPARISON.exec(text)
    return match === null ? undefined : { operator: match[1] ?? '=', parts: partsOf(match[2]!) }
  })
  return comparisons.every((c) => c !== undefined) ? comparisons : undefined
}

/** Whether a version is in the range; no range is every version, and an unknown version is in none. */
export function versionFits(version: string, range: string | undefined): boolean {
  if (range === undefined) return true
  const numbers = /\d+(?:\.\d+)*/.exec(version)?.[0]
  const comparisons = parseVersions(range)
  if (numbers === undefined || comparisons === undefined) return false
  return comparisons.every(({ operator, parts }) => holds(compare(partsOf(numbers), parts), operator))
}

const partsOf = (text: string): Parts => text.split('.').map(Number)

/** As far as `to` goes. */
function compare(version: Parts, to: Parts): number {
  for (const [k, part] of to.entries()) {
    const difference = (version[k] ?? 0) - part
    if (difference !== 0) return difference
  }
  return 0
}

function holds(difference: number, operator: string): boolean {
  switch (operator) {
    case '<':
      return difference < 0
    case '<=':
      return difference <= 0
    case '>':
      return difference > 0
    case '>=':
      return difference >= 0
    default:
      return difference === 0
  }
}
