// How a library with MQTT 5 is told what a scenario says of it: by calls of its own, which come before the call of the verb.

import type { PropertyName } from '../mqtt/properties.ts'
import type { LibraryCall, Options } from './client.ts'

/**
 * Properties as scenarios write them: numbers, texts as bytes, user properties as a map or as pairs; a list is a property
 * that stands more than once. `hex` are bytes in place of all of them.
 */
export type WrittenProperties = { readonly [N in PropertyName | 'hex']?: unknown }

/** What a verb says of MQTT 5 alone. */
export interface Said5 {
  readonly properties?: WrittenProperties | undefined
  readonly noLocal?: boolean | undefined
  readonly retainAsPublished?: boolean | undefined
  readonly retainHandling?: number | undefined
  readonly reasonCode?: number | undefined
}

/** Verbs that can say something of MQTT 5; `will`: the will of connect. */
export type Verb5 = 'connect' | 'will' | 'publish' | 'subscribe' | 'unsubscribe' | 'disconnect' | 'auth'

/** What a library cannot send. */
export interface Unsayable {
  /** As it is written: `properties.topicAlias`, `reasonCode`; null: the verb itself. */
  readonly word: string | null
  /** Ends the sentence that begins with the library's name. */
  readonly why: string
}

/** What a library has of MQTT 5. */
export interface Mqtt5Words {
  /** The option of its constructor that chooses the level. */
  readonly chosenBy: string
  /** Options that make it speak this protocol level: 3, 4 or 5. */
  options(level: number): Options
  /** The protocol level that it speaks with these options. */
  levelOf(options: Options): number
  /** The call that goes before the verb's own; null: there is nothing to say. What it cannot send is left out. */
  before(verb: Verb5, said: Said5): LibraryCall | null
  /** What such a call returns when the library has taken the properties. */
  readonly done: string
  /** The first thing that it cannot send; null: all of it can be sent. */
  cannotSay(verb: Verb5, said: Said5): Unsayable | null
}
