// Where in a test something was asked for. An error that comes up later in the judge has none of the test's lines in its
// stack; vitest shows the code around the line that is given here.

import { fileURLToPath } from 'node:url'
import { Problem } from '../../emulators/index.ts'
import { printable } from '../outside/index.ts'

const OURS = fileURLToPath(new URL('../..', import.meta.url))

export interface CallSite {
  /** The error with the stack of the place. */
  place<E>(error: E): E
}

/** A function that a test calls. */
export type Asker = (...args: never[]) => unknown

/** `above`: the function that a test calls; what is at and above it in the stack is left out. */
export function callSite(above: Asker): CallSite {
  const here = new Error('here')
  Error.captureStackTrace(here, above)
  return {
    place(error) {
      if (!(error instanceof Error)) return error
      withHint(error)
      const frames = (here.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !line.includes(OURS))
      error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
      return error
    },
  }
}

/** The error with its hint in the message, which is all that vitest shows. */
export function withHint<E>(error: E): E {
  if (error instanceof Problem && error.hint !== undefined && !error.message.endsWith(error.hint))
    error.message += `\n  hint: ${error.hint}`
  return error
}

export function claimError(name: 'ClaimFailed' | 'Inconclusive', message: string): Error {
  const error = new Error(printable(message))
  error.name = name
  return error
}
