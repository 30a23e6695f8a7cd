// `topic` or `topics`: exactly one of the two.

import { z } from 'zod'
import { text } from '../scenario/index.ts'

export const topicArgs = {
  topic: text().optional().describe('a topic filter'),
  topics: z.array(text()).min(1).optional().describe('several filters, one call of the library each'),
}

interface Topics {
  readonly topic?: string | undefined
  readonly topics?: readonly string[] | undefined
}

export function oneOrMore<S extends z.ZodType<Topics>>(schema: S): S {
  return schema.superRefine((a, ctx) => {
    if ((a.topic === undefined) === (a.topics === undefined))
      ctx.addIssue({
        code: 'custom',
        message: a.topic === undefined ? 'topic: or topics: is missing' : 'topic and topics are the same thing twice',
        params: { diagnostic: 'scenario/topic', hint: 'give topic: FILTER, or topics: [FILTER, …]' },
      })
  })
}

export const topicsOf = (a: Topics): readonly string[] => a.topics ?? [a.topic!]
