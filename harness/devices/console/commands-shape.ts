// The words of `commands:`.

import { z } from 'zod'
import { text } from '../../scenario/index.ts'

const FORMS = 'placeholders: {topic}, {topic:json} or {topic:hex}'

const exchange = z.strictObject({
  send: text().describe(`the line to type; ${FORMS}`),
  until: text()
    .optional()
    .describe('the line that says it is done, text or /regex/ whose first group is what the call returns'),
  fails: text().optional().describe('the line that says it failed: the call raises CommandFailed'),
})

const command = exchange.extend({
  next: z
    .array(exchange)
    .min(1)
    .optional()
    .describe(
      'what is typed after that was answered, each with its own until and fails; the call returns what the last gives',
    ),
})

export type Exchange = z.output<typeof exchange>

/** All that is typed for a call, in order. */
export const exchangesOf = ({ next = [], ...first }: z.output<typeof command>): readonly Exchange[] => [first, ...next]

/** The text of all that is typed for a call, to see which placeholders it has. */
export const typedBy = (words: z.output<typeof command>): string =>
  exchangesOf(words)
    .map(({ send }) => send)
    .join('\n')

const shapes = {
  ready: text().optional().describe('the line after which the firmware listens; until then nothing is typed'),
  connect: command
    .optional()
    .describe(
      '{clean} {name} {keepalive} {username} {password} {will.topic} {will.payload} …; {link.host} {link.port}; {protocol}, and of MQTT 5 {properties:json} or {properties.receiveMaximum} …, {will.properties:json}',
    ),
  publish: command
    .optional()
    .describe('{topic} {payload} {payload.length} {qos} {retain}; {properties:json} or {properties.topicAlias} …'),
  subscribe: command
    .optional()
    .describe(
      '{topic} {qos}, typed once for each filter; or {topics} for all; {noLocal} {retainAsPublished} {retainHandling} {properties:json}',
    ),
  unsubscribe: command
    .optional()
    .describe('{topic}, typed once for each filter; or {topics} for all; {properties:json}'),
  ping: command.optional().describe('no placeholders'),
  disconnect: command.optional().describe('of MQTT 5 {reasonCode} {properties:json}'),
  auth: command.optional().describe('of MQTT 5: {reasonCode} {properties:json}'),
}

/** The calls that a line can stand for. */
export const COMMANDS = ['connect', 'publish', 'subscribe', 'unsubscribe', 'ping', 'disconnect', 'auth'] as const

export type CommandVerb = (typeof COMMANDS)[number]

export const commandsShape = z.strictObject(shapes)

export type CommandWords = z.output<typeof commandsShape>
