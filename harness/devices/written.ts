// A device as a scenario has it, for the kind that compiles it.

import type { Diagnostics, Node } from '../scenario/index.ts'
import type { TlsFiles } from './device.ts'
import type { DeviceWords } from './keys.ts'

/** A device as the scenario has it. */
export interface Written {
  /** The device's. */
  readonly name: string
  readonly use: string
  readonly words: DeviceWords
  /** The same with places; expressions are filled in, except what waits for the link in `late` keys. */
  readonly node: Node
  /** The scenario's file. */
  readonly file: string
  readonly diagnostics: Diagnostics
  /** The `use` of the file, when something else was put there from outside. */
  readonly plays: string | null
  /** What was put here from outside cannot play this role; false when it was not, so that it is a mistake of the file. */
  unfit(why: string): boolean
  /** A part of the node once the link is known. Throws a Problem when it cannot be filled in. */
  atLink(part: Node, link: LinkFacts): Node
}

/** What `link.…` means in a command; files only where there is TLS. */
export interface LinkFacts extends Partial<TlsFiles> {
  readonly host: string
  readonly port: number
  /** For programs, all of it in one: `mqtts://localhost:20001`, `ws://127.0.0.1:20001/mqtt`. */
  readonly url?: string | undefined
}
