// What a draft claims of the properties of a packet of MQTT 5: those that the same device on the same broker would show
// again. What the broker chooses anew each time, and what a recording masks, is left out.

import { PROPERTIES, type Properties, type PropertyName, type UserProperty } from '../../../emulators/index.ts'
import { exactly, payload, type Word } from './words.ts'

/** An alias is the sender's choice, an id the broker's; the time that is left of an expiry interval runs. */
const FROM_A_BROKER: readonly string[] = [
  'assignedClientIdentifier',
  'topicAlias',
  'messageExpiryInterval',
  'reasonString',
]
/** In a record they are masked. */
const MASKED: readonly string[] = ['authenticationData']

/** undefined: there is nothing to claim. */
export function propertiesClaimed(properties: Properties | undefined, isDown: boolean): Word | undefined {
  const claimed = Object.entries(properties ?? {}).flatMap(([name, value]) => {
    if (MASKED.includes(name) || (isDown && FROM_A_BROKER.includes(name)) || hasNull(value)) return []
    return [[name, wordOf(name as PropertyName, value)]]
  })
  return claimed.length === 0 ? undefined : Object.fromEntries(claimed)
}

/** No claim can be made of a text with U+0000. */
const hasNull = (value: unknown): boolean =>
  typeof value === 'string' ? value.includes('\0') : Array.isArray(value) && value.some(hasNull)

function wordOf(name: PropertyName, value: unknown): Word {
  if (name === 'userProperty') return (value as readonly UserProperty[]).map((pair) => pair.map(exactly))
  if (Array.isArray(value)) return value.map((one) => wordOf(name, one))
  switch (PROPERTIES[name][1]) {
    case 'string':
      return exactly(value as string)
    case 'binary':
      return payload(value as Uint8Array)
    default:
      return value as number
  }
}
