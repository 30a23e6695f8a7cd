// `version:` of a device: which release of its client library it runs.

import { type ClientKind, clientAt, versionNamed } from '../../emulators/index.ts'
import { childOf, didYouMean, entryOf, type Node } from '../scenario/index.ts'
import type { Written } from './written.ts'

/** The client as it is when there is no such version, which has then been added to the diagnostics. */
export function inItsVersion({ node, diagnostics }: Written, client: ClientKind): ClientKind {
  const given = childOf(node, 'version')
  if (given === undefined) return client
  const version = asWritten(given)
  if (versionNamed(client, version) !== undefined) return clientAt(client, version)
  diagnostics.add({
    code: 'scenario/unknown-version',
    message: `unknown version ${version} of ${client.name}`,
    at: entryOf(node, 'version')!.value.place,
    hint: knownVersions(client, version),
  })
  return client
}

export function knownVersions(client: ClientKind, text: string): string {
  const known = (client.versions ?? [client]).map(({ version }) => version)
  const only = known.length === 1 ? `it is there as ${known[0]} only` : `there is ${known.join(', ')}`
  return [didYouMean(text, [...known].reverse()), only].filter((part) => part !== undefined).join(' ')
}

/** `1.10` without quotes is a number, 1.1; the text knows better. */
const asWritten = (node: Node): string =>
  node.kind !== 'scalar'
    ? ''
    : typeof node.value === 'number' && node.computed !== true
      ? node.text
      : String(node.value)
