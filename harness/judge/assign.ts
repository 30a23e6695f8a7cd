// `all`: each pattern needs an event of its own. An event that fits two patterns may have to move
// from one to the other when a later event comes, so this is bipartite matching, one event at a time.

/** The places of a group, and what each has. */
export class Places<T> {
  #slots: readonly (T | null)[]
  /** Which places each item may have, as it was when the item came. */
  readonly #fits = new Map<T, readonly boolean[]>()

  constructor(count: number) {
    this.#slots = Array.from({ length: count }, () => null)
  }

  /** Whether the item has a place now; others may have moved. */
  take(item: T, fits: readonly boolean[]): boolean {
    this.#fits.set(item, fits)
    const slots = assign(this.#slots, item, (k, one) => this.#fits.get(one)![k]!)
    if (slots === null) this.#fits.delete(item)
    else this.#slots = slots
    return slots !== null
  }

  isFree(place: number): boolean {
    return this.#slots[place] === null
  }
}

/** The slots with `item` taken in, others moved where needed; null when it has no place. */
function assign<T>(
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
