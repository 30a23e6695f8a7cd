// Texts that no message is published to: a filter, the empty text, one with U+0000 [MQTT-3.3.2-2], [MQTT-4.7.3-1],
// [MQTT-4.7.3-2].

import { topicNameFault } from '../../emulators/index.ts'
import { exactSource, type ValueMatcher } from '../scenario/index.ts'
import { isOpen } from './domain.ts'
import type { Impossible } from './matcher.ts'
import { neverText, type Texts } from './text-domain.ts'

/** A topic, at any depth of the matcher, that no message is published to. In a packet a topic alias may stand for an empty one. */
export function noTopic(wanted: ValueMatcher | undefined, where: 'message' | 'packet'): Impossible | null {
  for (const topic of textsIn(wanted)) {
    if (isOpen(topic)) continue
    if (topic === '' && where === 'message')
      return {
        message: 'no message is published to an empty topic',
        hint: 'leave topic out to take any',
        word: 'topic',
      }
    if (topic.includes('\0')) return { message: 'no topic has U+0000 in it', hint: 'leave it out', word: 'topic' }
    if (/[+#]/.test(topic)) return filterAsTopic(topic)
  }
  return neverText('topic', wanted, where === 'message' ? TOPIC : TOPIC_OR_ALIAS)
}

const SOME: readonly string[] = ['a', 'a/b', 'x1/y/Z', ' ', '\n', '$a', '0', 'a long/topic/with (several) levels']
const TOPIC: Texts = { what: 'a topic', some: SOME, may: (text) => topicNameFault(text) === null }
const TOPIC_OR_ALIAS: Texts = {
  ...TOPIC,
  some: ['', ...SOME],
  may: (text) => text === '' || topicNameFault(text) === null,
}

function filterAsTopic(filter: string): Impossible {
  const source = filter
    .split('/')
    .map((level) => (level === '+' ? '[^/]+' : level === '#' ? '.*' : exactSource(level)))
    .join('\\/')
  return {
    message: `"${filter}" is a filter, and a message is published to a topic`,
    hint: `write /^${source}$/`,
    word: filter,
  }
}

/** The texts that a matcher names, also those that it excludes. */
export function textsIn(wanted: ValueMatcher | undefined): readonly string[] {
  if (typeof wanted === 'string') return [wanted]
  if (typeof wanted !== 'object' || wanted === null || wanted instanceof RegExp) return []
  if (Array.isArray(wanted)) return wanted.flatMap(textsIn)
  if ('eq' in wanted) return textsIn(wanted.eq)
  if ('in' in wanted) return wanted.in.flatMap(textsIn)
  return 'not' in wanted ? textsIn(wanted.not) : []
}
