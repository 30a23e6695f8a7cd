// Topic filters by levels, to find those that match a topic without trying each of them.

export class TopicTree<T> {
  readonly #root = new Branch<T>()

  add(filter: string, value: T): void {
    let branch = this.#root
    for (const level of filter.split('/')) branch = branch.below(level)
    branch.values.push(value)
  }

  /** A filter that begins with a wildcard does not match a topic that begins with $ [MQTT-4.7.2-1]. */
  find(topic: string): T[] {
    const found: T[] = []
    collect(this.#root, topic.split('/'), 0, topic.startsWith('$'), found)
    return found
  }
}

class Branch<T> {
  readonly values: T[] = []
  readonly children = new Map<string, Branch<T>>()

  below(level: string): Branch<T> {
    let child = this.children.get(level)
    if (child === undefined) {
      child = new Branch()
      this.children.set(level, child)
    }
    return child
  }
}

function collect<T>(branch: Branch<T>, levels: readonly string[], at: number, plain: boolean, found: T[]): void {
  const wild = !(plain && at === 0)
  // `a/#` matches `a`, too.
  if (wild) found.push(...(branch.children.get('#')?.values ?? []))
  if (at === levels.length) {
    found.push(...branch.values)
    return
  }
  const same = branch.children.get(levels[at]!)
  if (same !== undefined) collect(same, levels, at + 1, plain, found)
  const any = wild ? branch.children.get('+') : undefined
  if (any !== undefined) collect(any, levels, at + 1, plain, found)
}
