// `message`: an application message as the observer, a second MQTT client, received it. It proves
// that the broker passed the message on, not only that a device sent it.

import { z } from 'zod'
import { textMatcher, type ValueMatcher, wholeMatcher } from '../scenario/index.ts'
import { differences, showField } from './compare.ts'
import { outside, QOS } from './domain.ts'
import { canSee } from './filters.ts'
import type { Impossible, Matcher } from './matcher.ts'
import { nothingLeftOut } from './possible.ts'
import { propertiesMatch } from './properties.ts'
import { neverProperties } from './properties-domain.ts'
import { showWanted } from './show-value.ts'
import { BYTES, neverText } from './text-domain.ts'
import { noTopic } from './topics.ts'

const fields = z.strictObject({
  topic: textMatcher().optional().describe('the topic it was published to'),
  payload: textMatcher().optional().describe('the payload, as text'),
  qos: wholeMatcher(2).optional().describe('the QoS it came with; the observer subscribes with 2'),
  retain: z.boolean().optional().describe('true: a retained message, sent because of the subscription'),
  dup: z.boolean().optional().describe('the broker sent it before'),
  properties: propertiesMatch
    .optional()
    .describe('of MQTT 5, where broker and scenario speak it: what is named must match, or { absent: true }'),
})

type MessageFields = z.output<typeof fields>

export const message: Matcher<MessageFields> = {
  name: 'message',
  summary: 'an application message that the observer received from the broker',
  kind: 'message',
  fields,
  devices: () => [],
  stream: () => 'message',
  compare(f, event) {
    if (event.kind !== 'message') return null
    // Another topic is another conversation, not a near miss.
    if (differences({ topic: f.topic }, event as never).length > 0) return null
    return differences(f, event as never)
  },
  impossible: (f, { observe }) =>
    nothingLeftOut(f, ['topic', 'payload', 'qos']) ??
    outside(f, { qos: QOS }) ??
    noTopic(f.topic, 'message') ??
    neverText('payload', f.payload, BYTES) ??
    neverProperties(f.properties) ??
    unseen(f.topic, observe),
  show: (f) =>
    [
      'a message',
      ...Object.entries(f).map(([name, want]) => (want === undefined ? '' : `${name} ${showField(name, want)}`)),
    ]
      .filter((part) => part !== '')
      .join(', '),
}

function unseen(topic: ValueMatcher | undefined, observe: readonly string[] | null): Impossible | null {
  if (observe === null || canSee(observe, topic)) return null
  const word = typeof topic === 'string' ? topic : 'message'
  if (observe.length === 0)
    return {
      message: 'this scenario has no observer, so it sees no message',
      hint: 'write observer: true (a scenario with a fleet has none by default), or claim a packet to a device',
      word,
    }
  const what = topic === undefined ? 'this message' : `a message with topic ${showWanted(topic)}`
  return {
    message: `the observer cannot receive ${what}: it subscribes to ${observe.join(', ')}`,
    hint: 'add a filter for it to observer: [FILTER, …]; a wildcard at the start of a filter takes no topic with $ [MQTT-4.7.2-1]',
    word,
  }
}
