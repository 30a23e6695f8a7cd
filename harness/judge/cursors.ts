// Where claims look from: a cursor for the main line of the steps, and one for each branch of a `parallel`.

import { type Plan, stepAt } from '../plan/model/index.ts'
import { Cursor } from './cursor.ts'
import type { Moment } from './window.ts'

const MAIN = ''

export class Cursors {
  readonly #plan: Plan
  /** By branch: the path of a direct child of a `parallel`. */
  readonly #cursors = new Map<string, Cursor>([[MAIN, new Cursor()]])

  constructor(plan: Plan) {
    this.#plan = plan
  }

  /** That of the branch that a step of this path stands in; a new branch begins where its parent is. */
  of(path: string): Cursor {
    const branch = this.#branch(path)
    let cursor = this.#cursors.get(branch)
    if (cursor === undefined) {
      cursor = this.of(parentOf(branch)).fork()
      this.#cursors.set(branch, cursor)
    }
    return cursor
  }

  /** Nothing goes on beside a step of this path. */
  isMain(path: string): boolean {
    return this.#branch(path) === MAIN
  }

  /** @param began when the `parallel` of this path did */
  join(path: string, began: Moment): void {
    const branches = [...this.#cursors].filter(([branch]) => branch !== MAIN && parentOf(branch) === path)
    this.of(path).join(
      branches.map(([, cursor]) => cursor),
      began,
    )
    for (const [branch] of branches) this.#cursors.delete(branch)
  }

  /** The nearest ancestor (or self) that is a direct child of a `parallel`, in all its turns. */
  #branch(path: string): string {
    const parts = path.split('.')
    for (let n = parts.length; n > 1; n--) {
      const parent = parts.slice(0, n - 1).join('.')
      if (stepAt(this.#plan, parent)?.kind === 'parallel') return `${parent}.${withoutTurn(parts[n - 1]!)}`
    }
    return MAIN
  }
}

const parentOf = (branch: string): string => branch.slice(0, Math.max(0, branch.lastIndexOf('.')))
const withoutTurn = (part: string): string => part.replace(/#\d+$/, '')
