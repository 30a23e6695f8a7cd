// Claims about what only one version of MQTT has, of a device all of whose connections are of another.

import { MQTT5, protocolName } from '../devices/index.ts'
import { neverDecodedBefore5 } from './decoded.ts'
import type { Impossible, ObservableDevice } from './matcher.ts'

interface Claimed {
  readonly type?: string | undefined
  readonly at?: string | undefined
  readonly by?: string | undefined
  readonly level?: unknown
  readonly match?: Readonly<Record<string, unknown>> | undefined
}

const OF_SUBSCRIBE = ['properties', 'noLocal', 'retainAsPublished', 'retainHandling']
/** Their code has a name in MQTT 3.1.1 as well, and a claim may use either. */
const WITH_A_CODE: readonly (string | undefined)[] = ['connack', 'suback', undefined]

const OF_ANOTHER = 'no event can match this claim; name a device whose protocol: says this level, or leave it out'

/** Why no packet of its connections can match; what the link itself made or changed is left open. */
export function ofAnotherLevel(f: Claimed, name: string, device: ObservableDevice | undefined): Impossible | null {
  const level = device?.level ?? null
  if (device === undefined || level === null || f.at === 'broker' || f.by === 'link') return null
  const speaks = `${name} (use: ${device.use}) speaks ${protocolName(level)}`
  const hint = 'no event can match this claim; name a device that has protocol: 5, or leave this out'
  if (typeof f.level === 'number' && f.level !== level)
    return { message: `${speaks}, so none of its packets has level ${f.level}`, hint: OF_ANOTHER, word: 'level' }
  const said = f.match?.protocolLevel
  if (device.isClient === true && typeof said === 'number' && said !== level)
    return {
      message: `${speaks}, so its CONNECT never has protocolLevel ${said}`,
      hint: OF_ANOTHER,
      word: 'protocolLevel',
    }
  if (level === MQTT5) return null
  if (f.type === 'auth') return { message: `AUTH is of MQTT 5, and ${speaks}`, hint, word: 'type' }
  const word = onlyInFive(f)
  if (word !== undefined) return { message: `${word} is of MQTT 5, and ${speaks}`, hint, word }
  return neverDecodedBefore5(f.type, f.match ?? {})
}

function onlyInFive({ type, match = {} }: Claimed): string | undefined {
  const said = OF_SUBSCRIBE.find((one) => match[one] !== undefined)
  if (said !== undefined) return said
  if (match.reasonCode !== undefined && !WITH_A_CODE.includes(type)) return 'reasonCode'
  const { will } = match
  return typeof will === 'object' &&
    will !== null &&
    (will as { readonly properties?: unknown }).properties !== undefined
    ? 'properties'
    : undefined
}
