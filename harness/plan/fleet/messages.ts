// What a group publishes, and the payload of each message: made anew where it depends on the message.

import { Problem } from '../../../emulators/index.ts'
import { childOf, Diagnostics, interpolate, type Node, toPlain } from '../../scenario/index.ts'
import type { MessageValues, Publication } from '../model/fleet.ts'
import { STAMP_BYTES } from './grammar.ts'
import { type FleetContext, type GroupInput, valuesOf } from './placeholders.ts'

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
      times: p.times ?? Number.POSITIVE_INFINITY,
      tracked: p.track ?? (p.size === undefined || p.size >= STAMP_BYTES),
      size: p.size ?? null,
      payload: (values) => (made === undefined ? new Uint8Array() : payloadOf(made, asJson, values, context)),
    }
  })
}

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
