// What `hil explain` knows of a code: two sentences that hold for every place where it is raised. What is particular to
// one place is in the message and the hint there.

export interface Explanation {
  /** What is. */
  readonly means: string
  /** What to do. */
  readonly mend: string
  /** YAML or a command, as it should be. */
  readonly example?: string
}

export type Explanations = Readonly<Record<string, Explanation>>
