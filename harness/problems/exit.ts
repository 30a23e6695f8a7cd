// Exit codes of the command line. When several apply, the first of `PRECEDENCE` is given.

export const EXIT = {
  passed: 0,
  failed: 1,
  /** Usage, config or scenario wrong: nothing was run. */
  usage: 2,
  /** Broker or board missing or lost, or the harness too slow to judge. */
  environment: 3,
  /** A bound of `slo` was missed, and no claim failed. */
  slo: 4,
  nothingMatched: 5,
  timedOut: 6,
  bug: 70,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
