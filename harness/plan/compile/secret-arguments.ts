// Secrets that a call says by their place: `call: { method: setCredentials, args: [user, word] }`. The library's own names
// of its parameters tell which of the arguments they are.

import { isSecretName } from '../../evidence/index.ts'
import { entryOf, type Node, type ScalarNode } from '../../scenario/index.ts'
import type { DevicePlan } from '../model/plan.ts'
import { scalarsBelow } from './secrets.ts'

/** The arguments of a `call` that its device's library takes as a secret. */
export function secretArguments(call: Node, devices: ReadonlyMap<string, DevicePlan>): readonly ScalarNode[] {
  const [device, method] = ['device', 'method'].map((key) => wordOf(entryOf(call, key)?.value))
  const args = entryOf(call, 'args')?.value
  const parameters = devices.get(device ?? '')?.names?.parameters?.[method ?? '']
  if (args?.kind !== 'list' || parameters === undefined) return []
  return args.items.flatMap((node, k) => (isSecretName(parameters[k] ?? '') ? scalarsBelow(node, true) : []))
}

const wordOf = (node: Node | undefined): string | undefined =>
  node?.kind === 'scalar' ? String(node.value) : undefined
