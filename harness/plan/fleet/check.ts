// What the schema cannot say of a group: options, client ids, topics, addresses and files, looked at with its
// first device and its last.

import { readFileSync } from 'node:fs'
import { clients, topicFilterFault, topicNameFault } from '../../../emulators/index.ts'
import { optionsOf } from '../../devices/index.ts'
import { entryOf, type Node, placeOf } from '../../scenario/index.ts'
import type { FleetMember } from '../model/fleet.ts'
import type { FleetContext, GroupInput } from './placeholders.ts'

export function checkGroup(
  name: string,
  words: GroupInput,
  node: Node,
  member: (i: number) => FleetMember,
  { diagnostics }: FleetContext,
): void {
  if (words.with !== undefined) optionsOf({ words, node, diagnostics } as never, words.use, clients[words.use].options)
  const [first, last] = [member(0), member(words.count - 1)]
  if (words.count > 1 && first.clientId === last.clientId)
    diagnostics.add({
      code: 'scenario/fleet-ids',
      message: `all devices of ${name} have the client id "${first.clientId}": each would throw the other out [MQTT-3.1.4-2]`,
      at: entryOf(node, 'client-id')!.value.place,
      hint: `put \${{ i }} into it: "${first.clientId}-\${{ i }}"`,
    })
  for (const topic of first.topics) {
    const fault = topicNameFault(topic)
    if (fault !== null) diagnostics.add({ code: 'scenario/topic-name', message: fault, at: placeOf(node, topic) })
  }
  for (const { topic } of first.subscribe) {
    const fault = topicFilterFault(topic)
    if (fault !== null) diagnostics.add({ code: 'scenario/topic-filter', message: fault, at: placeOf(node, topic) })
  }
  for (const text of words.brokers ?? [])
    if (addressOf(text).host === '')
      diagnostics.add({
        code: 'scenario/broker-address',
        message: `"${text}" is no address of a broker`,
        at: placeOf(node, text),
        hint: 'HOST:PORT, such as 10.0.0.7:1883',
      })
  for (const path of Object.values(first.tls ?? {}))
    if (path !== null && !readable(path))
      diagnostics.add({
        code: 'scenario/no-file',
        message: `${path} cannot be read`,
        at: entryOf(node, 'tls')!.keyPlace,
      })
  if (first.tls !== null && (first.tls.cert === null) !== (first.tls.key === null))
    diagnostics.add({
      code: 'scenario/tls-pair',
      message: 'a certificate and its key go together',
      at: entryOf(node, 'tls')!.keyPlace,
      hint: 'give cert: and key:',
    })
}

function readable(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}

/** An empty host: it is no address. */
export function addressOf(text: string): { host: string; port: number } {
  const match = /^(?:mqtts?:\/\/)?(\[[^\]]+\]|[^:/]+):(\d+)$/.exec(text)
  return match === null ? { host: '', port: 0 } : { host: match[1]!.replace(/^\[|\]$/g, ''), port: Number(match[2]) }
}
