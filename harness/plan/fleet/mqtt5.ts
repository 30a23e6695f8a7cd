// What a group says of MQTT 5: whether its library speaks it, and has a call for each property.

import { type ClientKind, clients, type Said5, type Verb5 } from '../../../emulators/index.ts'
import { MQTT5, protocolName } from '../../devices/index.ts'
import { childOf, entryOf, headPlace, type Node } from '../../scenario/index.ts'
import type { FleetMember } from '../model/fleet.ts'
import type { FleetContext, GroupInput } from './placeholders.ts'
import { whatRuns } from './runs.ts'

/** The protocol level of a group; `member`: one of its devices. */
export function levelOfGroup({ protocol }: GroupInput, { mqtt5 }: ClientKind, { options }: FleetMember): number {
  return mqtt5 === undefined ? 4 : mqtt5.levelOf({ ...mqtt5.options(protocol ?? 4), ...options })
}

/** Reports what its devices could not say. */
export function check5(words: GroupInput, node: Node, first: FleetMember, { diagnostics }: FleetContext): void {
  const { client } = whatRuns(words.use)
  const level = levelOfGroup(words, client, first)
  if (words.protocol !== undefined && words.protocol !== level) {
    const able = Object.values<ClientKind>(clients).filter(({ mqtt5 }) => mqtt5 !== undefined)
    const chosen = entryOf(childOf(node, 'with'), client.mqtt5?.chosenBy ?? '')
    diagnostics.add(
      chosen === undefined
        ? {
            code: 'scenario/no-protocol',
            message: `${words.use} has no ${protocolName(words.protocol)}: it speaks ${protocolName(level)}`,
            at: entryOf(node, 'protocol')!.value.place,
            hint: `remove it, or write use: ${able.map(({ name }) => name).join(' or ')}`,
          }
        : {
            code: 'scenario/protocol-twice',
            message: `protocol says ${protocolName(words.protocol)}, and with: says ${protocolName(level)}`,
            at: chosen.value.place,
            hint: 'keep one of them; protocol: is enough',
          },
    )
    return
  }
  const publish = childOf(node, 'publish')
  const items = publish?.kind === 'list' ? publish.items : []
  const said: readonly (readonly [Verb5, Said5 | undefined, Node | undefined])[] = [
    ['connect', words.connect, childOf(node, 'connect')],
    ['will', words.will, childOf(node, 'will')],
    ...(words.publish ?? []).map((one, k) => ['publish', one, items[k]] as const),
  ]
  for (const [verb, one, at] of said) {
    if (one?.properties === undefined || at === undefined) continue
    const place = entryOf(at, 'properties')?.keyPlace ?? headPlace(at)
    if (level !== MQTT5) {
      diagnostics.add({
        code: 'scenario/needs-mqtt5',
        message: `properties are of MQTT 5, and this group (use: ${words.use}) speaks ${protocolName(level)}`,
        at: place,
        hint:
          client.mqtt5 === undefined
            ? 'take a group with use: esp-mqtt, and protocol: 5'
            : 'write protocol: 5 into the group',
      })
      continue
    }
    const fault = client.mqtt5?.cannotSay(verb, one) ?? null
    if (fault !== null)
      diagnostics.add({
        code: 'scenario/library-cannot-send',
        message: `${words.use} ${fault.why}`,
        at: place,
        hint: 'leave it out; a device with use: raw or mqttjs sends everything',
      })
  }
}
