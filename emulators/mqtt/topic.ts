// Topic names and topic filters. A filter that starts with a wildcard never matches a topic that
// starts with `$` [MQTT-4.7.2-1], so `#` is not "everything".

/** What makes a text no topic name (as in PUBLISH and the will), with the clause; null when it is one. */
export function topicNameFault(text: string): string | null {
  const fault = textFault(text, 'topic name')
  if (fault !== null) return fault
  if (/[+#]/.test(text)) return 'the topic name contains a wildcard [MQTT-3.3.2-2]'
  return null
}

/** What makes a text no topic filter (as in SUBSCRIBE), with the clause; null when it is one. */
export const topicFilterFault = (text: string): string | null => filterFault(text, 'MQTT-4.7.1-2', 'MQTT-4.7.1-3')

/** The same for MQTT 5, which has other numbers for it, and knows shared subscriptions. */
export function topicFilterFault5(text: string): string | null {
  const fault = filterFault(text, 'MQTT-4.7.1-1', 'MQTT-4.7.1-2')
  if (fault !== null || !(text === '$share' || text.startsWith('$share/'))) return fault
  const [, group = '', ...filter] = text.split('/')
  if (group === '' && filter.length > 0) return 'the group of a shared subscription has no name [MQTT-4.8.2-1]'
  if (/[+#]/.test(group)) return 'the name of a shared subscription’s group has a wildcard [MQTT-4.8.2-2]'
  if (filter.length === 0 || filter.join('/') === '') return 'a shared subscription without a filter [MQTT-4.8.2-2]'
  return null
}

/** @param hash, plus the statements about the two wildcards */
function filterFault(text: string, hash: string, plus: string): string | null {
  const fault = textFault(text, 'topic filter')
  if (fault !== null) return fault
  const levels = text.split('/')
  for (const [i, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || i !== levels.length - 1))
      return `# stands alone in the last level of a topic filter [${hash}]`
    if (level.includes('+') && level !== '+') return `+ fills a whole level of a topic filter [${plus}]`
  }
  return null
}

function textFault(text: string, what: string): string | null {
  if (text === '') return `the ${what} is empty [MQTT-4.7.3-1]`
  if (text.includes('\0')) return `the ${what} contains U+0000 [MQTT-4.7.3-2]`
  if (new TextEncoder().encode(text).length > 65_535) return `the ${what} is longer than 65535 bytes [MQTT-4.7.3-3]`
  return null
}

/** The parts of `$share/GROUP/FILTER`. */
export interface SharedSubscription {
  readonly group: string
  /** What the group is subscribed to. */
  readonly filter: string
}

/**
 * `$share/GROUP/FILTER`: each message that the filter selects goes to one member of the group [MQTT 5.0, 4.8.2]. null for
 * any other filter. Many brokers have it for MQTT 3.1.1 as well, where it is not in the specification; some of them call
 * the one group without a name `$queue/FILTER`.
 */
export function sharedSubscription(filter: string): SharedSubscription | null {
  if (/^\$queue\/./su.test(filter)) return { group: '', filter: filter.slice('$queue/'.length) }
  const [, group, inner] = /^\$share\/([^/+#]+)\/(.+)$/su.exec(filter) ?? []
  return group === undefined || inner === undefined ? null : { group, filter: inner }
}

/** Whether a topic filter selects a topic name. Total: never throws, whatever the texts are. */
export function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && (filter.startsWith('#') || filter.startsWith('+'))) return false
  const wanted = filter.split('/')
  const given = topic.split('/')
  for (const [i, level] of wanted.entries()) {
    // `sport/#` also matches `sport` itself: # includes the parent level.
    if (level === '#') return i === wanted.length - 1
    if (i >= given.length) return false
    if (level !== '+' && level !== given[i]) return false
  }
  return wanted.length === given.length
}
