// All chance in a run comes from one seed. Forking by label gives each device a stream of its
// own, so that adding a device does not change what the others draw.

/** A source of chance. */
export interface Random {
  /** A float in [0, 1). */
  next(): number
  /** An integer in [low, high], both ends included, as Python's randint. */
  int(low: number, high: number): number
  fork(label: string): Random
}

/** Chance that is the same for the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  // mulberry32: 32 bits of state, passes the usual tests, a few nanoseconds a draw.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    fork: (label) => seeded(hash(label, seed)),
  }
}

/** FNV-1a over the label's code units, begun from the seed. */
function hash(label: string, seed: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193) >>> 0
  return h
}
