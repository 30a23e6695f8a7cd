// A reporter is a listener with every callback optional. It writes where it is told to, so tests
// can read what it wrote.

import type { SuiteListener } from '../run/index.ts'

/** What hears of a run; each callback may be missing. */
export type Reporter = SuiteListener

export interface ReporterSettings {
  /** Prints to the terminal. */
  readonly print: (text: string) => void
  /** Prints a workflow command of a CI server on a line of its own; its maker has escaped what is in it. Default: `print`. */
  readonly printCommand?: (line: string) => void
  readonly color: boolean
  /** A terminal that can be redrawn. */
  readonly live: boolean
  /** The terminal itself, for what redraws; default: standard output. */
  readonly stream?: NodeJS.WriteStream
  /** Of hil itself; empty when nobody knows. */
  readonly version?: string
  /** Milliseconds of a clock that only goes on; default: the process's own. */
  readonly now?: () => number
  /** The page that another reporter writes into the output folder, to be named at the end. */
  readonly page?: string | undefined
  /** Columns of the terminal. */
  readonly width: number
}

/** A reporter by its name: what it is for, where it writes, and how it is made for a run. */
export interface ReporterKind {
  readonly name: string
  readonly summary: string
  /** Where it writes. One with both leaves the terminal to others that have only that. */
  readonly to: readonly ('terminal' | 'file')[]
  create(settings: ReporterSettings): Reporter
}
