// `subscribe`: one call of the library for each topic, because that is all these libraries can.

import { z } from 'zod'
import { qos } from '../scenario/index.ts'
import { calling } from './calling.ts'
import type { ClientCall } from './step.ts'
import { oneOrMore, topicArgs, topicsOf } from './topics.ts'

const args = oneOrMore(
  z.strictObject({
    ...calling,
    ...topicArgs,
    qos: qos().optional().describe("the QoS asked for; default: the library's, which is 0"),
  }),
)

export const subscribe: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'subscribe',
  summary: 'subscribe to a topic filter',
  args,
  toCall: (a) => ({ verb: 'subscribe', topics: topicsOf(a), qos: a.qos }),
  show: (a) => `subscribe ${topicsOf(a).join(', ')} on ${a.device}`,
}
