// How many random cases a property is tried on, and how a failed one is tried again: fast-check prints the seed and the
// path of a counterexample, and both can be given back.

/** `HIL_RANDOM_RUNS`, `HIL_RANDOM_SEED` and `HIL_RANDOM_PATH` of the environment; else as many as are given here. */
export function randomRuns(alone: number, inCi: number): { numRuns: number; seed?: number; path?: string } {
  const { HIL_RANDOM_RUNS: runs, HIL_RANDOM_SEED: seed, HIL_RANDOM_PATH: path, CI } = process.env
  return {
    numRuns: runs === undefined ? (CI ? inCi : alone) : Number(runs),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  }
}
