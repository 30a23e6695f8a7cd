// "Did you mean …?" A wrong guess is worse than none, so the limits are tight: a word of three
// letters may differ by one, and never by as many letters as it has.

/** The candidate a person most likely meant by `word`, if one is near enough. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 60) return undefined
  const list = [...candidates].filter((candidate) => candidate !== word)
  const same = list.find((candidate) => loose(candidate) === loose(word))
  if (same !== undefined) return same

  let best: { candidate: string; distance: number } | undefined
  for (const candidate of list) {
    const longest = Math.max(word.length, candidate.length)
    const limit = longest < 3 ? 0 : Math.max(1, Math.floor(longest / 3))
    const distance = editDistance(loose(word), loose(candidate), limit)
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance }
  }
  if (best !== undefined) return best.candidate

  const begun = list.filter((c) => word.length >= 3 && loose(c).startsWith(loose(word)))
  return begun.length === 1 ? begun[0] : undefined
}

/** `did you mean "publish"?`, or `otherwise` when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>, otherwise?: string): string | undefined {
  const found = suggest(word, candidates)
  return found === undefined ? otherwise : `did you mean "${found}"?`
}

const loose = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, '')

/**
 * Edits (insert, delete, replace, swap two neighbours) from `a` to `b`; any number above `limit`
 * when there are more.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > limit) return Math.abs(a.length - b.length)
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
