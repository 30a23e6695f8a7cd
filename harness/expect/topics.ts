// Texts that no message is published to: a filter, the empty text, one with U+0000 [MQTT-3.3.2-2], [MQTT-4.7.3-1],
// [MQTT-4.7.3-2].

import { exactSource, type ValueMatcher } from '../scenario/index.ts'
import { isOpen } from './domain.ts'
import type { Impossible } from './matcher.ts'

/**
 * A topic, at any depth of the matcher, that no message is published to. In a packet a topic alias may stand for an empty
 * one, and a faulty device may send a filter, which `eq` names exactly.
 */
export function noTopic(wanted: ValueMatcher | undefined, where: 'message' | 'packet'): Impossible | null {
  for (const topic of textsIn(wanted, where === 'message')) {
    if (isOpen(topic)) continue
    if (topic === '' && where === 'message')
      return {
        message: 'no message is published to an empty topic',
        hint: 'leave topic out to take any',
        word: 'topic',
      }
    if (topic.includes('\0')) return { message: 'no topic has U+0000 in it', hint: 'leave it out', word: 'topic' }
    if (/[+#]/.test(topic)) return filterAsTopic(topic, where)
  }
  return null
}

function filterAsTopic(filter: string, where: 'message' | 'packet'): Impossible {
  const source = filter
    .split('/')
    .map((level) => (level === '+' ? '[^/]+' : level === '#' ? '.*' : exactSource(level)))
    .join('\\/')
  return {
    message: `"${filter}" is a filter, and a message is published to a topic`,
    hint: `write /^${source}$/${where === 'packet' ? `; to mean exactly this text, write { eq: "${filter}" }` : ''}`,
    word: filter,
  }
}

/** The texts that a matcher names, also those that it excludes; `exact`: those below `eq`, too. */
export function textsIn(wanted: ValueMatcher | undefined, exact = true): readonly string[] {
  if (typeof wanted === 'string') return [wanted]
  if (typeof wanted !== 'object' || wanted === null || wanted instanceof RegExp) return []
  if (Array.isArray(wanted)) return wanted.flatMap((one) => textsIn(one, exact))
  if ('eq' in wanted) return exact ? textsIn(wanted.eq) : []
  if ('in' in wanted) return wanted.in.flatMap((one) => textsIn(one, exact))
  return 'not' in wanted ? textsIn(wanted.not, exact) : []
}
