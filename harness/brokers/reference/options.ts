// What the reference broker can be given: each option of MQTT 5 that a server has.

import { z } from 'zod'
import type { BrokerSettings } from '../../../emulators/index.ts'
import { websocket } from '../values.ts'

const whole = (most: number, least = 0) => z.number().int().min(least).max(most)
const texts = z.array(z.string())

export const options = z.strictObject({
  receiveMaximum: whole(65_535, 1)
    .optional()
    .describe('QoS 2 messages that a client may have unreleased; default: 65535'),
  maximumQos: z.literal([0, 1, 2]).optional().describe('the highest QoS that it takes and grants; default: 2'),
  retainAvailable: z.boolean().optional().describe('it takes retained messages; default: true'),
  maximumPacketSize: whole(0xffff_ffff, 1).optional().describe('bytes of a packet from a client; default: no limit'),
  topicAliasMaximum: whole(65_535).optional().describe('topic aliases that a client may use; default: 10'),
  ownAliases: whole(65_535)
    .optional()
    .describe('topic aliases that it uses itself, where a client allows them; default: as many as that'),
  wildcardSubscriptionAvailable: z.boolean().optional().describe('it grants filters with wildcards; default: true'),
  subscriptionIdentifierAvailable: z.boolean().optional().describe('it has subscription identifiers; default: true'),
  sharedSubscriptionAvailable: z.boolean().optional().describe('it has shared subscriptions; default: true'),
  serverKeepAlive: whole(65_535).optional().describe('seconds, in place of what clients ask for; default: theirs'),
  sessionExpiryMaximum: whole(0xffff_ffff)
    .optional()
    .describe('seconds; the longest session expiry interval that it grants; default: any'),
  responseInformation: z.string().optional().describe('what a client is told that asks for it; default: nothing'),
  redirect: z
    .strictObject({
      to: z.string().describe('the server reference'),
      how: z.enum(['use', 'moved']).default('use').describe('reason code 0x9C or 0x9D; default: use'),
    })
    .optional()
    .describe('every client is sent to another server; default: none is'),
  talkative: z
    .boolean()
    .optional()
    .describe('a reason string and a user property go with each answer that can have them; default: false'),
  users: z.record(z.string(), z.string()).optional().describe('passwords by user name; default: anybody may come'),
  denyPublish: texts.optional().describe('topic filters: nobody may publish to what they select; default: none'),
  denySubscribe: texts.optional().describe('topic filters that are refused, as they are written; default: none'),
  denyClientIds: texts.optional().describe('client ids that are refused; default: none'),
  authentication: z
    .strictObject({
      method: z.string().default('toy').describe('its name; default: toy'),
      challenge: z.string().default('who').describe('the data of its challenge; default: who'),
      proof: z.string().default('me').describe('the data that answers it; default: me'),
    })
    .optional()
    .describe('enhanced authentication by a toy method; default: none'),
  websocket,
})

export type ReferenceOptionsGiven = z.input<typeof options>
export type ReferenceOptions = z.output<typeof options>

/** Settings of the broker without what is not said. */
export function settingsOf(given: Omit<ReferenceOptions, 'websocket'>): Partial<BrokerSettings> {
  const { users = null, denyPublish = [], denySubscribe = [], denyClientIds = [], ...rest } = given
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return { ...said, policy: { users, denyPublish, denySubscribe, denyClientIds } }
}
