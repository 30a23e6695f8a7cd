// `subscribe`: one call of the library for each topic, because that is all these libraries can.

import { z } from 'zod'
import { qos } from '../scenario/index.ts'
import { calling, said5 } from './calling.ts'
import type { ClientCall } from './step.ts'
import { oneOrMore, topicArgs, topicsOf } from './topics.ts'

const args = oneOrMore(
  z.strictObject({
    ...calling,
    ...said5,
    ...topicArgs,
    qos: qos().optional().describe("the QoS asked for; default: the library's, which is 0"),
    noLocal: z.boolean().optional().describe('MQTT 5: not what it publishes itself; default: false'),
    retainAsPublished: z.boolean().optional().describe('MQTT 5: messages keep their retain flag; default: false'),
    retainHandling: z
      .number()
      .int()
      .min(0)
      .max(2)
      .optional()
      .describe('MQTT 5: retained messages 0 always, 1 for a new subscription, 2 never; default: 0'),
  }),
)

export const subscribe: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'subscribe',
  summary: 'subscribe to a topic filter',
  args,
  toCall: (a) => ({
    verb: 'subscribe',
    topics: topicsOf(a),
    qos: a.qos,
    noLocal: a.noLocal,
    retainAsPublished: a.retainAsPublished,
    retainHandling: a.retainHandling,
    properties: a.properties,
  }),
  show: (a) => `subscribe ${topicsOf(a).join(', ')} on ${a.device}`,
}
