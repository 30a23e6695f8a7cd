// Whose protocol level the steps decide: a raw device can be told to send any CONNECT, and a link to make or change one.

import { childOf, type Node } from '../../scenario/index.ts'

const VERBS: readonly string[] = ['send', 'inject', 'disturb']

/** Devices of which a step may make a connection of another level than their own. */
export function leveledBySteps(steps: readonly Node[], devices: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (node: Node): void => {
    if (node.kind === 'list') node.items.forEach(visit)
    if (node.kind !== 'map') return
    for (const { key, value } of node.entries) {
      if (VERBS.includes(key) && mayChoose(value)) for (const name of namedBy(value, devices)) found.add(name)
      visit(value)
    }
  }
  steps.forEach(visit)
  return found
}

/** It says bytes, or a CONNECT with a level; what only the run or a matrix fills in may be either. */
function mayChoose(args: Node): boolean {
  const types = wordsOf(args, 'type', 'packet')
  const isConnect = types.some((type) => type === 'connect' || type.includes('${{'))
  const isBytes = hasKey(args, 'hex') || wordsOf(args, 'do').some((how) => how === 'corrupt' || how.includes('${{'))
  return isBytes || (isConnect && hasKey(args, 'protocolLevel'))
}

/** One that an expression names may be any. */
function namedBy(args: Node, devices: readonly string[]): readonly string[] {
  const device = childOf(args, 'device')
  if (device?.kind !== 'scalar' || String(device.value).includes('${{')) return devices
  return [String(device.value)]
}

/** The texts that stand behind these keys, at any depth. */
function wordsOf(node: Node, ...keys: readonly string[]): readonly string[] {
  if (node.kind === 'list') return node.items.flatMap((item) => wordsOf(item, ...keys))
  if (node.kind !== 'map') return []
  return node.entries.flatMap(({ key, value }) =>
    keys.includes(key) && value.kind === 'scalar' ? [String(value.value)] : wordsOf(value, ...keys),
  )
}

function hasKey(node: Node, wanted: string): boolean {
  if (node.kind === 'list') return node.items.some((item) => hasKey(item, wanted))
  return node.kind === 'map' && node.entries.some(({ key, value }) => key === wanted || hasKey(value, wanted))
}
