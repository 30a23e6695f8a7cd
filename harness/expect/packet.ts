// `packet`: an MQTT control packet on a device's link, by direction, type and decoded fields.

import { z } from 'zod'
import { PACKET_TYPES, seconds } from '../../emulators/index.ts'
import { duration, identifier, textMatcher, valueMatcher } from '../scenario/index.ts'
import { differences, showWanted } from './compare.ts'
import { packetFields } from './fields.ts'
import type { Matcher } from './matcher.ts'

const types = [...PACKET_TYPES.filter((type) => type !== undefined), 'malformed'] as const

const value = valueMatcher().optional()
const words = textMatcher().optional()
const flag = z.boolean().optional()
const code = z.union([z.number().int().min(0).max(255), valueMatcher()]).optional()

/** Seconds on the wire; a scenario writes `60s`, as everywhere. */
const inSeconds = duration().transform((d) => d / seconds(1))
const bound = inSeconds.optional()
const keepalive = z.union([inSeconds, z.strictObject({ gt: bound, gte: bound, lt: bound, lte: bound })])

const willFields = z.strictObject({
  topic: words,
  payload: words,
  qos: value,
  retain: flag,
})

const fields = z
  .strictObject({
    from: identifier().optional().describe('the device that sent it'),
    to: identifier().optional().describe('the device it was sent to'),
    type: z.enum(types).optional(),
    delivered: flag.describe('false: the link swallowed it'),
    connection: value.describe("1 for the device's first TCP connection, then 2, …"),
    match: z
      .strictObject({
        topic: words,
        payload: words,
        qos: value,
        retain: flag,
        dup: flag,
        packetId: value,
        clean: flag,
        keepalive: keepalive.optional(),
        will: z.union([z.boolean(), willFields]).optional(),
        clientId: words,
        username: words,
        password: words,
        returnCode: code,
        sessionPresent: flag,
        granted: z.union([z.array(z.number().int()), valueMatcher()]).optional(),
        protocolLevel: value,
        protocolName: words,
        length: value,
        flags: value,
        reason: words,
        claims: words,
        hex: z
          .string()
          .regex(/^([0-9a-f]{2}\s*)*$/i, 'expected hex digits, two a byte')
          .optional(),
      })
      .optional(),
  })
  .superRefine((f, ctx) => {
    if ((f.from === undefined) === (f.to === undefined))
      ctx.addIssue({
        code: 'custom',
        message: 'a packet is `from` a device or `to` one: exactly one of the two',
        params: { diagnostic: 'scenario/packet-direction', hint: 'write from: DEVICE or to: DEVICE' },
      })
  })

type PacketFields = z.output<typeof fields>

export const packet: Matcher<PacketFields> = {
  name: 'packet',
  summary: "an MQTT packet on a device's link",
  kind: 'packet',
  fields,
  devices: (f) => [f.from ?? f.to!],
  stream: (f) => `packet:${f.from ?? f.to}`,
  compare(f, event) {
    if (event.kind !== 'packet') return null
    if (event.device !== (f.from ?? f.to) || event.direction !== (f.from !== undefined ? 'up' : 'down')) return null
    if (f.type !== undefined && event.packet.type !== f.type) return null
    const { hex, ...match } = f.match ?? {}
    const lines = differences(match, packetFields(event.packet))
    const raw = Buffer.from(event.raw).toString('hex')
    if (hex !== undefined && hex.replace(/\s/g, '').toLowerCase() !== raw)
      lines.push(`hex: expected ${hex}, got ${raw}`)
    lines.push(...differences({ delivered: f.delivered, connection: f.connection }, { ...event } as never))
    return lines
  },
  show(f) {
    const match = Object.entries(f.match ?? {})
      .filter(([, want]) => want !== undefined)
      .map(([name, want]) => `${name} ${showWanted(want)}`)
    const who = f.from !== undefined ? `from ${f.from}` : `to ${f.to}`
    return [`${f.type?.toUpperCase() ?? 'a packet'} ${who}`, ...match].join(', ')
  },
}
