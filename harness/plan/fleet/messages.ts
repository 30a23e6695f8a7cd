// What a group publishes, and the payload of each message: made anew where it depends on the message.

import { Problem, topicNameFault } from '../../../emulators/index.ts'
import { childOf, Diagnostics, interpolate, type Node, toPlain } from '../../scenario/index.ts'
import type { MessageValues, Publication } from '../model/fleet.ts'
import { STAMP_BYTES } from './grammar.ts'
import { type FleetContext, type GroupInput, using, valuesOf } from './placeholders.ts'

export function publicationsOf(words: GroupInput, node: Node, context: FleetContext): Publication[] {
  const list = childOf(node, 'publish')
  return (words.publish ?? []).map((p, k) => {
    const item = list?.kind === 'list' ? list.items[k] : undefined
    const made = childOf(item, 'json') ?? childOf(item, 'payload')
    const asJson = childOf(item, 'json') !== undefined
    return {
      every: p.every,
      jitter: p.jitter ?? 0,
      qos: p.qos === 1 ? 1 : 0,
      retain: p.retain ?? false,
      properties: p.properties,
      times: p.times ?? Number.POSITIVE_INFINITY,
      tracked: p.track ?? ((p.size === undefined || p.size >= STAMP_BYTES) && !isByChance(item, context)),
      size: p.size ?? null,
      topic: topicOf(item, context),
      followable: !isByChance(item, context),
      payload: (values) =>
        p.hex !== undefined
          ? stamped(p.hex, values.stamp)
          : made === undefined
            ? new Uint8Array()
            : payloadOf(made, asJson, values, context),
    }
  })
}

/** Of each message; null: all of a device have one topic. */
function topicOf(item: Node | undefined, { scope }: FleetContext): Publication['topic'] {
  const node = childOf(item, 'topic')
  if (node === undefined || using(node, ['seq', 'random', 'now'], scope).length === 0) return null
  return (values) => {
    const diagnostics = new Diagnostics()
    const topic = String(toPlain(interpolate(node, valuesOf(scope, values as never), diagnostics).node))
    const fault = diagnostics.all[0]?.message ?? topicNameFault(topic)
    if (fault !== null)
      throw new Problem('scenario/topic-name', `message ${values.seq} of device ${values.i}: ${fault}`, {
        at: node.place,
      })
    return topic
  }
}

/** Its topic cannot be told from its number, so nobody knows who should have got it. */
const isByChance = (item: Node | undefined, { scope }: FleetContext): boolean => {
  const node = childOf(item, 'topic')
  return node !== undefined && using(node, ['random', 'now'], scope).length > 0
}

const stamped = (bytes: Uint8Array, stamp: MessageValues['stamp']): Uint8Array =>
  stamp === null ? bytes : Buffer.concat([bytes, Buffer.from(` ${stamp}`)])

function payloadOf(node: Node, asJson: boolean, values: MessageValues, context: FleetContext): Uint8Array {
  const diagnostics = new Diagnostics()
  const plain = toPlain(interpolate(node, valuesOf(context.scope, values as never), diagnostics).node)
  const wrong = diagnostics.all[0]
  if (wrong !== undefined) throw new Problem(wrong.code, wrong.message, { at: wrong.at, hint: wrong.hint })
  const { stamp } = values
  if (!asJson) return Buffer.from(stamp === null ? String(plain) : `${plain} ${stamp}`)
  const isObject = typeof plain === 'object' && plain !== null && !Array.isArray(plain)
  if (stamp === null) return Buffer.from(JSON.stringify(plain))
  return Buffer.from(JSON.stringify(isObject ? { ...plain, hil: stamp } : [plain, stamp]))
}
