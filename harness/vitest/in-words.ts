// What matchers and `waitFor` have in common: from what a test says to the words of a scenario.

import type { YamlMap } from '../plan/index.ts'
import type { InteractiveSession } from '../run/index.ts'
import { parseDuration } from '../scenario/index.ts'
import { translated } from './asymmetric.ts'
import type { CallSite } from './call-site.ts'
import type { DurationText } from './words.ts'

/** How long a claim waits that says nothing. */
export const DEFAULT_WITHIN: DurationText = '2s'

/** So many milliseconds and a time in words. */
export function sum(ms: number, text: string): string {
  const parsed = parseDuration(text)
  return parsed.ok ? `${Math.ceil(ms + parsed.value)}ms` : text
}

/** Looks at all since the test began, and measures `within` or `between` from now: `since: start` where the session is of one test. */
export function sinceTest({ beginning, timeline }: InteractiveSession, window: YamlMap): YamlMap {
  const { anchor, at } = beginning
  if (anchor === null) return { ...window, since: 'start' }
  const ago = timeline.now() - at
  const later = (text: unknown): string => sum(ago, text as string)
  const { within, between } = window
  return {
    ...window,
    ...(within === undefined ? {} : { within: later(within) }),
    ...(Array.isArray(between) ? { between: between.map(later) } : {}),
    after: anchor,
  }
}

/** What vitest's asymmetric matchers in it mean. */
export function inWords(words: YamlMap, site: CallSite): YamlMap {
  try {
    return translated(words) as YamlMap
  } catch (error) {
    throw site.place(error)
  }
}
