// What is known of a code of a message, for every place where it is raised. What is particular to one place is in the
// message and the hint there.

/**
 * Whose fault it is, which decides exit code and verdict:
 * - `input`: the command line, the config, a scenario or another file that hil was given;
 * - `device`: the device under test, or the firmware on it;
 * - `environment`: a broker, a board, a port, a disk, the machine;
 * - `harness`: a bug of mqtt-hil.
 */
export type Fault = 'input' | 'device' | 'environment' | 'harness'

export interface ProblemEntry {
  readonly fault: Fault
  /** Whole sentences: what is wrong. */
  readonly meaning: string
  /** Whole sentences: what to do. */
  readonly fix: string
  /** YAML or a command, as it should be. */
  readonly example?: string
}

/** By code, such as `broker/died`. */
export type ProblemTable = Readonly<Record<string, ProblemEntry>>
