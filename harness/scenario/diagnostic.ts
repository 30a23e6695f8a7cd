// What is wrong with a text, as collected values: nothing here throws. The same complaint at the
// same place is kept once, because a matrix interpolates one node many times.

import type { Place } from '../../emulators/index.ts'

export type Severity = 'error' | 'warning'

export interface Diagnostic {
  /** `scenario/unknown-key`: stable, for people to search and tests to name. */
  readonly code: string
  /** What is. */
  readonly message: string
  readonly at: Place
  /** What to do. */
  readonly hint?: string | undefined
  /** An error when absent. */
  readonly severity?: Severity | undefined
}

export class Diagnostics {
  readonly #kept = new Map<string, Diagnostic>()

  add(diagnostic: Diagnostic): void {
    const { code, message, at } = diagnostic
    const key = JSON.stringify([at.file, at.line, at.column, code, message])
    if (!this.#kept.has(key)) this.#kept.set(key, diagnostic)
  }

  addAll(diagnostics: Iterable<Diagnostic>): void {
    for (const diagnostic of diagnostics) this.add(diagnostic)
  }

  /** Sorted by place; at one place in the order they were added. */
  get all(): readonly Diagnostic[] {
    return [...this.#kept.values()].sort((a, b) => comparePlaces(a.at, b.at))
  }

  get hasErrors(): boolean {
    return [...this.#kept.values()].some(isError)
  }
}

export const isError = (diagnostic: Diagnostic): boolean => diagnostic.severity !== 'warning'

export function comparePlaces(a: Place, b: Place): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}
