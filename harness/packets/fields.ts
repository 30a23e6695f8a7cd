// A packet as a scenario writes it, to be sent: `{ type: connack, returnCode: 5, sessionPresent: true }`. The words
// are those of the `packet` matcher. Which values MQTT allows is not asked: packets are also sent to see what a
// broken one does. Only that a field belongs to the type is checked, because a slip of the pen would go unseen.

import { z } from 'zod'
import { PACKET_TYPES, type PacketType, seconds } from '../../emulators/index.ts'
import { didYouMean, duration } from '../scenario/index.ts'
import { properties, propertyChanges } from './properties.ts'
import { reasonCode } from './reason.ts'
import { binaryField, payloadField, stringField } from './words.ts'

/** AUTH is of MQTT 5. */
export type SentType = PacketType
export const SENT_TYPES = PACKET_TYPES.filter((type) => type !== undefined)

const whole = (most: number) => z.number().int().min(0).max(most)
const byte = whole(255)
const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one)])

const keepalive = duration()
  .transform((d) => d / seconds(1))
  .refine((s) => Number.isInteger(s) && s <= 65_535, 'a keep alive is whole seconds, at most 65535s')

const will = z.strictObject({
  topic: stringField().describe('where the broker publishes it'),
  payload: binaryField().optional().describe('what it publishes; default: nothing'),
  qos: whole(3).optional().describe('its QoS, 3 is illegal; default: 0'),
  retain: z.boolean().optional().describe('its retain flag; default: false'),
  properties: properties.optional().describe('of MQTT 5'),
})

const shape = {
  protocolName: stringField().optional().describe('of CONNECT; default: MQTT'),
  protocolLevel: byte
    .optional()
    .describe('of CONNECT: 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0; default: the device’s, or 5 with properties, else 4'),
  clean: z.boolean().optional().describe('of CONNECT: clean session; default: true'),
  keepalive: keepalive.optional().describe('of CONNECT, with its unit: 60s; default: 0s'),
  clientId: stringField().optional().describe('of CONNECT; default: an empty one'),
  will: will.optional().describe('of CONNECT'),
  username: stringField().optional().describe('of CONNECT'),
  password: binaryField().optional().describe('of CONNECT'),
  connectFlags: byte
    .optional()
    .describe('of CONNECT: replaces the byte that the other fields make; default: made from them'),
  sessionPresent: z.boolean().optional().describe('of CONNACK; default: false'),
  acknowledgeFlags: byte
    .optional()
    .describe('of CONNACK: replaces the byte that sessionPresent makes; default: made from it'),
  returnCode: byte.optional().describe('of CONNACK: 0 to 255; default: 0'),
  reasonCode: oneOrMore(reasonCode())
    .optional()
    .describe('of MQTT 5, in CONNACK, acknowledgements, DISCONNECT and AUTH; of UNSUBACK a list; default: 0'),
  topic: oneOrMore(stringField()).optional().describe('of PUBLISH; of SUBSCRIBE and UNSUBSCRIBE a filter, or a list'),
  payload: payloadField().optional().describe('of PUBLISH; default: an empty one'),
  qos: oneOrMore(byte).optional().describe('of PUBLISH: 0 to 3; of SUBSCRIBE 0 to 255, or a list; default: 0'),
  retain: z.boolean().optional().describe('of PUBLISH; default: false'),
  dup: z.boolean().optional().describe('of PUBLISH; default: false'),
  packetId: z
    .union([whole(65_535), z.null()])
    .optional()
    .describe('0 to 65535; null leaves it out where it is due; default: 1 where it is due'),
  granted: oneOrMore(reasonCode()).optional().describe('of SUBACK: a return code, or a list; default: 0'),
  noLocal: oneOrMore(z.boolean()).optional().describe('of SUBSCRIBE in MQTT 5, or a list; default: false'),
  retainAsPublished: oneOrMore(z.boolean()).optional().describe('of SUBSCRIBE in MQTT 5, or a list; default: false'),
  retainHandling: oneOrMore(whole(3)).optional().describe('of SUBSCRIBE in MQTT 5, or a list; default: 0'),
  properties: properties.optional().describe('of MQTT 5; default: none, with their length on a connection of MQTT 5'),
  flags: whole(15).optional().describe('the lower four bits of the first byte; default: as MQTT requires'),
  length: whole(268_435_455).optional().describe('the remaining length, also a wrong one; default: the right one'),
  extra: payloadField().optional().describe('further bytes after the last field; default: none'),
}
export type FieldName = keyof typeof shape

const EVERY: readonly FieldName[] = ['flags', 'length', 'extra']
const FIVE: readonly FieldName[] = ['reasonCode', 'properties']

/** The fields of a type, besides those that every packet has. */
const OWN: Readonly<Record<SentType, readonly FieldName[]>> = {
  connect: [
    'protocolName',
    'protocolLevel',
    'clean',
    'keepalive',
    'clientId',
    'will',
    'username',
    'password',
    'connectFlags',
    'properties',
  ],
  connack: ['sessionPresent', 'returnCode', 'acknowledgeFlags', ...FIVE],
  publish: ['topic', 'payload', 'qos', 'retain', 'dup', 'packetId', 'properties'],
  puback: ['packetId', ...FIVE],
  pubrec: ['packetId', ...FIVE],
  pubrel: ['packetId', ...FIVE],
  pubcomp: ['packetId', ...FIVE],
  subscribe: ['packetId', 'topic', 'qos', 'noLocal', 'retainAsPublished', 'retainHandling', 'properties'],
  suback: ['packetId', 'granted', 'properties'],
  unsubscribe: ['packetId', 'topic', 'properties'],
  unsuback: ['packetId', ...FIVE],
  pingreq: [],
  pingresp: [],
  disconnect: FIVE,
  auth: FIVE,
}

/** The fields that a packet of this type can be given. */
export const fieldsOf = (type: SentType): readonly FieldName[] => [...OWN[type], ...EVERY]

const type = z.enum(SENT_TYPES)

/** A whole packet; what is not said has its default. */
export const packetFields = z
  .strictObject({ type: type.describe('the kind of packet'), ...shape })
  .superRefine((given, ctx) => {
    if (SENT_TYPES.includes(given.type)) complainOfForeign(given, [given.type], ctx)
  })
export type PacketFields = z.output<typeof packetFields>

/** Fields that replace those of a packet that is there. */
export const packetChanges = z
  .strictObject({
    type: type.optional().describe('the kind of packet that it becomes'),
    ...shape,
    properties: propertyChanges
      .optional()
      .describe('of MQTT 5: those that are named have other values, { absent: true } takes one away'),
  })
  .superRefine((given, ctx) => {
    if (Object.values(given).every((value) => value === undefined))
      ctx.addIssue({
        code: 'custom',
        message: 'no field is to change',
        params: { diagnostic: 'scenario/packet-field', hint: 'for instance { returnCode: 5 }' },
      })
    if (given.type !== undefined) complainOfForeign(given, [given.type], ctx)
  })
export type PacketChanges = z.output<typeof packetChanges>

/** The fields that one of these types has not, each with a complaint. */
export function foreignFields(
  given: PacketChanges,
  types: readonly SentType[],
): { readonly name: FieldName; readonly message: string; readonly hint: string }[] {
  const named = (Object.keys(shape) as FieldName[]).filter((name) => given[name] !== undefined)
  return named.flatMap((name) => {
    const without = types.find((one) => !fieldsOf(one).includes(name))
    if (without === undefined) return []
    const known = fieldsOf(without)
    const hint = didYouMean(name, known) ?? `it has ${known.join(', ')}`
    return [{ name, message: `${without} has no field "${name}"`, hint }]
  })
}

function complainOfForeign(given: PacketChanges, types: readonly SentType[], ctx: z.core.$RefinementCtx): void {
  for (const { name, message, hint } of foreignFields(given, types))
    ctx.addIssue({
      code: 'custom',
      path: [name],
      message,
      input: given,
      params: { diagnostic: 'scenario/packet-field', hint },
    })
}
