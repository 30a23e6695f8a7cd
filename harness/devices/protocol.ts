// `protocol:` of a device: which MQTT it speaks. On the wire it is a number, the protocol level of its CONNECT.

import type { z } from 'zod'
import { childOf, entryOf, nameOf, word } from '../scenario/index.ts'
import type { Written } from './written.ts'

/** By what a scenario writes. */
const LEVELS: Readonly<Record<string, number>> = { '3.1': 3, '3.1.1': 4, '5': 5, '5.0': 5 }

/** The level that MQTT 5 has. */
export const MQTT5 = 5

/** What a level is called: `MQTT 3.1.1`. */
export const protocolName = (level: number): string =>
  level === 3 ? 'MQTT 3.1' : level === 4 ? 'MQTT 3.1.1' : level === MQTT5 ? 'MQTT 5' : `protocol level ${level}`

/** `3.1`, `3.1.1` or `5`, to its protocol level. */
export const protocolWord = (): z.ZodType<number, unknown> =>
  word<number, unknown>(
    { what: '3.1, 3.1.1 or 5', describe: '3.1, 3.1.1 or 5', schema: { enum: [3.1, '3.1', '3.1.1', 5, '5', '5.0'] } },
    (input) => {
      const level = typeof input === 'number' || typeof input === 'string' ? LEVELS[String(input)] : undefined
      if (level !== undefined) return { value: level }
      const hint =
        input === 4 || input === 3 || input === 3.11 ? 'level 4 is 3.1.1, level 3 is 3.1' : 'write 3.1, 3.1.1 or 5'
      return { wrong: { message: `expected a version of MQTT, got ${nameOf(input)}`, hint } }
    },
  )

/** The level of a device that can be told it in two ways, which must not say two things. */
export function levelOf({ words, node, diagnostics }: Written, option: unknown): number {
  const { protocol } = words
  if (typeof option !== 'number') return protocol ?? 4
  if (protocol !== undefined && protocol !== option)
    diagnostics.add({
      code: 'scenario/protocol-twice',
      message: `protocol says ${protocolName(protocol)}, and with: says level ${option}`,
      at: (entryOf(childOf(node, 'with'), 'protocolLevel') ?? entryOf(childOf(node, 'with'), 'protocolVersion')!).value
        .place,
      hint: 'keep one of them; protocol: is enough',
    })
  return protocol ?? option
}
