// What claims ask of the observer: MQTT 3.1.1 has no properties.

import { childOf, type Node } from '../../scenario/index.ts'

/** Whether a claim is about the properties of a message. */
export const claimsProperties = (node: Node): boolean =>
  node.kind === 'list'
    ? node.items.some(claimsProperties)
    : node.kind === 'map' &&
      node.entries.some(
        ({ key, value }) =>
          (key === 'message' && childOf(value, 'properties') !== undefined) || claimsProperties(value),
      )
