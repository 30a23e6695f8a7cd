// Which topics a list of filters can let through, as far as a matcher tells which it means.

import { sharedSubscription } from '../../emulators/index.ts'
import { matchValue, type ValueMatcher } from '../scenario/index.ts'
import { isOpen } from './domain.ts'

/** Whether some topic that the matcher takes is taken by one of the filters, too. Where that is not known: true. */
export function canSee(filters: readonly string[], topic: ValueMatcher | undefined): boolean {
  if (filters.length === 0) return false
  // Filters without a wildcard are all the topics that there are.
  const plain = filters.map((filter) => sharedSubscription(filter)?.filter ?? filter)
  if (topic !== undefined && !plain.some((filter) => /[+#]/.test(filter) || isOpen(filter)) && !namesOpen(topic))
    return plain.some((one) => matchValue(topic, one, 'some'))
  if (typeof topic === 'string') return filters.some((filter) => takes(filter, topic, false))
  if (topic instanceof RegExp) {
    const prefix = literalPrefix(topic)
    return prefix === '' || filters.some((filter) => takes(filter, prefix, true))
  }
  if (typeof topic !== 'object' || topic === null || Array.isArray(topic)) return true
  if ('eq' in topic) return typeof topic.eq !== 'string' || filters.some((f) => takes(f, topic.eq as string, false))
  if ('in' in topic) return topic.in.some((one) => canSee(filters, one))
  return true
}

/** Whether a part of it is known in the run only. */
function namesOpen(topic: ValueMatcher): boolean {
  if (typeof topic !== 'object' || topic === null || topic instanceof RegExp) return isOpen(topic)
  return Object.values(topic).some((one) => [one].flat().some((part) => namesOpen(part as ValueMatcher)))
}

/** [MQTT-4.7.1-2], [MQTT-4.7.1-3], and [MQTT-4.7.2-1]: a wildcard at the start takes no topic that begins with `$`. */
function takes(filter: string, topic: string, isPrefix: boolean): boolean {
  const shared = /^\$share\/[^/]+\/(.*)$/.exec(filter)
  const wanted = (shared?.[1] ?? filter).split('/')
  const levels = topic.split('/')
  if (topic.startsWith('$') && (wanted[0] === '#' || wanted[0] === '+')) return false
  for (const [k, level] of levels.entries()) {
    const want = wanted[k]
    if (want === '#') return true
    const isOpen = isPrefix && k === levels.length - 1
    if (isOpen) return want !== undefined && (want === '+' || want.startsWith(level))
    if (want === undefined || (want !== '+' && want !== level)) return false
  }
  return wanted.length === levels.length || (wanted.length === levels.length + 1 && wanted.at(-1) === '#')
}

/** What every text begins with that the expression takes: the literal characters after `^`. */
function literalPrefix({ source, flags }: RegExp): string {
  if (!source.startsWith('^') || flags.includes('i') || flags.includes('m') || /\|/.test(source)) return ''
  const plain = /^\^((?:[\w $%&"'<>=@:;,!~-]|\\[/$.+*?()[\]{}|^]|\\\/|\/)*)/.exec(source)?.[1] ?? ''
  const rest = source.slice(1 + plain.length)
  const whole = plain.replace(/\\(.)/g, '$1')
  // The last character may be repeated or left out.
  return /^[*?{+]/.test(rest) ? whole.slice(0, -1) : whole
}
