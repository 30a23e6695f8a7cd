// What one kind of claim looks for. A matcher answers three ways about an event: it is none of my
// business (null), it is what I want (no mismatch), or it is near, and this is what differs. The
// near misses are what a failed claim shows.

import type { z } from 'zod'
import type { Event, FactKind } from '../evidence/index.ts'
import type { Elements } from '../scenario/index.ts'
import type { Texts } from './text-domain.ts'

/** What of the scenario decides whether an event of a kind can come at all. */
export interface Surroundings {
  /** Filters of the observer; null: it is not known what it subscribes to. */
  readonly observe: readonly string[] | null
  /** The statements that a violation or a malformed packet can break; default: it is not known. */
  readonly statements?: ReadonlySet<string> | undefined
  /** Those of them that a device can break, and those that a broker can; default: it is not known. */
  readonly statementsOf?: Readonly<Record<'device' | 'broker', ReadonlySet<string>>> | undefined
  /** Those that can be broken on connections of a level; default: it is not known. */
  readonly statementsAt?: ((version: '3.1.1' | '5') => ReadonlySet<string>) | undefined
  /** What a violation is in words, and why a packet is malformed; absent: it is not known. */
  readonly said?: Pick<Texts, 'may' | 'mayFind' | 'some'> | undefined
  readonly reasons?: Pick<Texts, 'may' | 'mayFind' | 'some'> | undefined
  /** The protocol levels that connections of the scenario have; null or absent: it is not known. */
  readonly levels?: readonly number[] | null
  /** undefined: nothing is known of it. */
  device(name: string): ObservableDevice | undefined
}

export interface ObservableDevice {
  /** Its kind, as `use:` names it. */
  readonly use: string
  /** The protocol level that all its connections have; null or absent: its program or the steps decide. */
  readonly level?: number | null
  /** It never sends what only servers send; absent: it may. */
  readonly isClient?: boolean
  readonly tls: boolean
  readonly websocket: boolean
  /** Which of these it can show; null: unknown. */
  readonly shows: ReadonlySet<'serial' | 'serial-in' | 'serial-err' | 'exit' | 'signal'> | null
  /** What can become of it, as `change:` names it; null or absent: unknown. */
  readonly changes?: ReadonlySet<string> | null
  /** Names of methods of its library, and of what they raise; null or absent: unknown. */
  readonly methods?: readonly string[] | null
  readonly raises?: readonly string[] | null
  /** Why it takes no calls; null: it does. */
  readonly busy: string | null
}

/** Why no event can ever match, and what to write instead. */
export interface Impossible {
  readonly message: string
  readonly hint: string
  /** The text of the scenario that is wrong, to point at. */
  readonly word?: string | undefined
}

export interface Matcher<F = unknown> {
  readonly name: string
  readonly summary: string
  /** The facts it looks at. */
  readonly kind: FactKind
  readonly fields: z.ZodType<F>
  /** Devices the fields name; the plan checks that they exist. */
  devices(fields: F): readonly string[]
  /** Events of one stream are recorded in their true order; between streams order may vary by chance. */
  stream(fields: F): string
  /** null: unrelated. Empty: it matches. Else: what differs, a line each. `elements`: of a list; default: every. */
  compare(fields: F, event: Event, elements?: Elements): readonly string[] | null
  /** A claim that nothing can satisfy or break is a mistake of the scenario; null: something may match. */
  impossible?(fields: F, around: Surroundings): Impossible | null
  /** The device whose program alone makes such events, so that none comes once it has ended; null: others may. */
  maker?(fields: F): string | null
  show(fields: F): string
}

// A registry holds matchers of different fields; the plan hands each only what its own schema parsed.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyMatcher = Matcher<any>

/** The stream that an event belongs to; the same words as `Matcher.stream`. */
export function streamOf(event: Event): string {
  if (event.kind === 'fleet') return `fleet:${event.group}`
  return 'device' in event && event.device !== undefined ? `${event.kind}:${event.device}` : event.kind
}
