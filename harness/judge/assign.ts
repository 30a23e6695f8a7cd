// `all`: each pattern needs an event of its own. An event that fits two patterns may have to move
// from one to the other when a later event comes, so this is bipartite matching, one event at a time.

/** The slots with `item` taken in, others moved where needed; null when it has no place. */
export function assign<T>(
  slots: readonly (T | null)[],
  item: T,
  fits: (slot: number, item: T) => boolean,
): (T | null)[] | null {
  const next = [...slots]
  const visited = new Set<number>()
  const place = (what: T): boolean => {
    for (let k = 0; k < next.length; k++) {
      if (visited.has(k) || !fits(k, what)) continue
      visited.add(k)
      const holder = next[k] ?? null
      if (holder === null || place(holder)) {
        next[k] = what
        return true
      }
    }
    return false
  }
  return place(item) ? next : null
}
