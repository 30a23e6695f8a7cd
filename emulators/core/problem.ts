// The one error class. A message says what is, the hint says what to do. A Problem is something
// a person can act on; any other exception that reaches the command line is a bug of ours.

/** A place in a text: 1-based line and column, and how many characters the thing there is long. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
}

/** What a Problem says besides its code and message. */
export interface ProblemDetails {
  readonly at?: Place | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** What is wrong outside of mqtt-hil: input, a broker, a board. `code` is AREA/WHAT, which `hil explain` knows; `at` is the place in a file, `hint` what to do. */
export class Problem extends Error {
  /** `area/what-is-wrong`, stable, for people to search and tests to name. */
  readonly code: string
  readonly at: Place | undefined
  readonly hint: string | undefined

  constructor(code: string, message: string, details: ProblemDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'Problem'
    this.code = code
    this.at = details.at
    this.hint = details.hint
  }
}

/** For the end of a `switch` over a union: fails to compile when a kind was forgotten. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
