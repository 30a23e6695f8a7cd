// `unsubscribe`: as subscribe, the other way.

import { z } from 'zod'
import { calling, said5 } from './calling.ts'
import type { ClientCall } from './step.ts'
import { oneOrMore, topicArgs, topicsOf } from './topics.ts'

const args = oneOrMore(z.strictObject({ ...calling, ...said5, ...topicArgs }))

export const unsubscribe: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'unsubscribe',
  summary: 'end a subscription',
  args,
  toCall: (a) => ({ verb: 'unsubscribe', topics: topicsOf(a), properties: a.properties }),
  show: (a) => `unsubscribe ${topicsOf(a).join(', ')} on ${a.device}`,
}
