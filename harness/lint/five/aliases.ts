// Topic aliases in one direction of a connection [MQTT 5.0, 3.3.2.3.4].

import { onlyValue, type Publish } from './types.ts'

export class Aliases {
  readonly #topics = new Map<number, string>()

  /** The topic that a PUBLISH is for, also by its alias, which it may give a topic; null: its alias means none. */
  topicOf({ topic, properties }: Publish): string | null {
    const alias = onlyValue(properties?.topicAlias)
    if (alias === undefined) return topic
    if (topic !== '' && alias > 0) this.#topics.set(alias, topic)
    return topic !== '' ? topic : (this.#topics.get(alias) ?? null)
  }
}
