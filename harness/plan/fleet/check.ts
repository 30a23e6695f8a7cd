// What the schema cannot say of a group: options, client ids, topics, addresses and files, looked at with its
// first device and its last.

import { readFileSync } from 'node:fs'
import { Problem, sharedSubscription, topicFilterFault, topicNameFault } from '../../../emulators/index.ts'
import { childOf, Diagnostics, entryOf, type Node, placeOf, toPlain } from '../../scenario/index.ts'
import type { FleetMember, Publication } from '../model/fleet.ts'
import { check5 } from './mqtt5.ts'
import { deviceNode, type FleetContext, type GroupInput } from './placeholders.ts'
import { checkOptions, firmwareFault, type Runs } from './runs.ts'

/** A group as it is being compiled. */
export interface GroupParts {
  /** Its words, with nothing of a device or a message filled in. */
  readonly open: Node
  readonly runs: Runs
  member(i: number): FleetMember
  readonly publications: readonly Publication[]
}

export function checkGroup(
  name: string,
  words: GroupInput,
  node: Node,
  parts: GroupParts,
  context: FleetContext,
): void {
  const { diagnostics } = context
  const fits = checkOptions(words, node, parts.runs, diagnostics)
  if (fits && parts.runs.firmware !== null) checkFirmware(words, parts, context)
  checkIds(name, words, parts, context)
  for (const i of new Set([0, 1, words.count - 1])) if (i < words.count) checkMember(i, parts, context)
  for (const [k, { track }] of (words.publish ?? []).entries())
    if (track === true && !parts.publications[k]!.followable)
      diagnostics.add({
        code: 'scenario/fleet-track',
        message: 'a message whose topic has random or now cannot be followed: its receivers are unknown',
        at: itemOf(node, 'publish', k).place,
        hint: 'use i and seq in the topic, or track: false',
      })
  const first = memberAt(0, parts, context)
  if (first === null) return
  check5(words, node, first, context)
  for (const text of words.brokers ?? [])
    if (addressOf(text).host === '')
      diagnostics.add({
        code: 'scenario/broker-address',
        message: `"${text}" is not the address of a broker`,
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

/** What a firmware itself finds wrong with its options, once. */
function checkFirmware({ count }: GroupInput, parts: GroupParts, context: FleetContext): void {
  const { open, runs } = parts
  for (const i of new Set([0, 1, count - 1])) {
    // One that cannot be made is reported by itself.
    const member = i < count ? memberAt(i, parts, { ...context, diagnostics: new Diagnostics() }) : null
    const fault = member === null ? null : firmwareFault(runs, member)
    if (fault === null) continue
    const { code, message, hint } = fault
    context.diagnostics.add({ code, message, hint, at: (entryOf(open, 'with') ?? entryOf(open, 'use')!).keyPlace })
    return
  }
}

/** What is one device's own, for one of them. */
function checkMember(i: number, parts: GroupParts, context: FleetContext): void {
  const { diagnostics } = context
  const member = memberAt(i, parts, context)
  if (member === null) return
  const fault = (code: string, message: string | null, at: Node): void => {
    if (message !== null) diagnostics.add({ code, message, at: at.place })
  }
  const { open } = parts
  if (member.will !== null)
    fault('scenario/topic-name', topicNameFault(member.will.topic), childOf(childOf(open, 'will'), 'topic')!)
  for (const [k, { topic }] of member.subscribe.entries())
    fault(
      'scenario/topic-filter',
      topicFilterFault(topic) ?? shareFault(topic),
      childOf(itemOf(open, 'subscribe', k), 'topic')!,
    )
  for (const [k, topic] of member.topics.entries()) {
    const at = childOf(itemOf(open, 'publish', k), 'topic')!
    try {
      fault(
        'scenario/topic-name',
        topicNameFault(parts.publications[k]!.topic?.({ i, seq: 0, random: 0.5, now: 0 }) ?? topic),
        at,
      )
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      fault('scenario/topic-name', error.message, at)
    }
  }
}

/** null: it cannot be made, which has been reported. */
function memberAt(i: number, { member }: GroupParts, { diagnostics }: FleetContext): FleetMember | null {
  try {
    return member(i)
  } catch (error) {
    if (!(error instanceof Problem) || error.at === undefined) throw error
    diagnostics.add({ code: error.code, message: error.message, at: error.at, hint: error.hint })
    return null
  }
}

/** Text with `${{ i }}` in it, and no other expression. */
const ONLY_I = /^(?:(?!\$\{\{).)*(?<!\$)\$\{\{\s*i\s*\}\}(?:(?!\$\{\{).)*$/s

/** So many client ids are compared with each other. */
const MOST_IDS = 10_000

function checkIds(name: string, words: GroupInput, { open, runs }: GroupParts, context: FleetContext): void {
  // A firmware may have an option for it, which then wins.
  const option = runs.firmware?.options.find(({ means }) => means === 'client id')?.name
  const own = option === undefined ? undefined : entryOf(childOf(open, 'with'), option)
  const given = own ?? entryOf(open, 'client-id')
  if (given === undefined || given.value.kind !== 'scalar' || words.count === 1) return
  const only: Node = {
    kind: 'map',
    place: open.place,
    entries: [entryOf(open, own === undefined ? 'client-id' : 'with')!],
  }
  const idOf = (i: number): string => {
    const device = deviceNode(only, name, i, context, new Diagnostics())
    return String(
      toPlain(own === undefined ? childOf(device, 'client-id')! : childOf(childOf(device, 'with'), own.key)!),
    )
  }
  // `meter-${{ i }}` is another text for each i.
  if (!given.value.computed && ONLY_I.test(String(given.value.value))) return
  const seen = new Map<string, number>()
  for (let i = 0; i < Math.min(words.count, MOST_IDS); i++) {
    const id = idOf(i)
    const other = seen.get(id)
    seen.set(id, i)
    if (other === undefined) continue
    const all = i === 1 && idOf(words.count - 1) === id
    context.diagnostics.add({
      code: 'scenario/fleet-ids',
      message: `${all ? `all devices of ${name}` : `devices ${other} and ${i} of ${name}`} have the client id "${id}": each would throw the other out [MQTT-3.1.4-2]`,
      at: given.value.place,
      hint: `put \${{ i }} into it: "${all ? id : name}-\${{ i }}"`,
    })
    return
  }
}

/** `$share/GROUP/FILTER` is the form of a shared subscription; with less of it brokers disagree. */
const shareFault = (filter: string): string | null =>
  filter.startsWith('$share/') && sharedSubscription(filter) === null
    ? 'a shared subscription is $share/GROUP/FILTER, with a group without wildcards [MQTT 5.0, 4.8.2]'
    : null

const itemOf = (node: Node, key: string, k: number): Node =>
  (childOf(node, key) as Extract<Node, { kind: 'list' }>).items[k]!

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
