// How many random cases a property is tried on.

const PART = 5

/** All of them where the variable CI or HIL_RANDOM_RUNS is set; else a fifth, which is enough while something is changed. */
export function casesOf(all: number): number {
  const { CI = '', HIL_RANDOM_RUNS = '' } = process.env
  return CI !== '' || HIL_RANDOM_RUNS !== '' ? all : Math.ceil(all / PART)
}
