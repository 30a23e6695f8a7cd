// The tree of topic filters behind add_topic_callback. Matches come in the tree's order (the level
// itself, then `+`, then `#`), not in the order of adding. At the top level neither wildcard
// matches a topic that starts with `$`; further down both do.

import { PythonError } from '../../board.ts'

interface Node<T> {
  readonly children: Map<string, Node<T>>
  content: T | null
}

const leaf = <T>(): Node<T> => ({ children: new Map(), content: null })

export class TopicMatcher<T> {
  readonly #root: Node<T> = leaf()

  set(filter: string, content: T): void {
    let node = this.#root
    for (const level of filter.split('/')) {
      let next = node.children.get(level)
      if (next === undefined) {
        next = leaf()
        node.children.set(level, next)
      }
      node = next
    }
    node.content = content
  }

  /** KeyError when the path is not there. A path that only leads to other filters is, so nothing is raised for it. */
  delete(filter: string): void {
    const path: { readonly parent: Node<T>; readonly level: string; readonly node: Node<T> }[] = []
    let parent = this.#root
    for (const level of filter.split('/')) {
      const node = parent.children.get(level)
      if (node === undefined) throw new PythonError('KeyError', filter)
      path.push({ parent, level, node })
      parent = node
    }
    parent.content = null
    for (const step of path.reverse()) {
      if (step.node.children.size > 0 || step.node.content !== null) break
      step.parent.children.delete(step.level)
    }
  }

  /** Looked up one by one: what a callback adds or removes counts for those that are still to come. */
  matches(topic: string): Generator<T> {
    return this.#walk(this.#root, topic.split('/'), 0, !topic.startsWith('$'))
  }

  *#walk(node: Node<T>, levels: readonly string[], depth: number, ordinary: boolean): Generator<T> {
    const wildcards = ordinary || depth > 0
    const level = levels[depth]
    if (level === undefined) {
      if (node.content !== null) yield node.content
    } else {
      const same = node.children.get(level)
      if (same !== undefined) yield* this.#walk(same, levels, depth + 1, ordinary)
      const any = wildcards ? node.children.get('+') : undefined
      if (any !== undefined) yield* this.#walk(any, levels, depth + 1, ordinary)
    }
    const rest = wildcards ? node.children.get('#') : undefined
    if (rest !== undefined && rest.content !== null) yield rest.content
  }
}
