// `contract:` of a device: what it promises where the specification leaves the choice to it. Each clause may be absent.

import { z } from 'zod'
import { duration, percent, positiveDuration, qos, regexText, text, topicName } from '../scenario/index.ts'

const count = (least: number) => z.number().int().min(least).max(100_000)

const backoff = z.strictObject({
  kind: z.enum(['fixed', 'linear', 'exponential']).describe('how the wait between two attempts grows'),
  base: positiveDuration().describe('the wait after the first attempt that failed'),
  step: positiveDuration().optional().describe('of linear: how much longer each wait is; default: base'),
  factor: z.number().min(1).optional().describe('of exponential: from each wait to the next; default: 2'),
  cap: positiveDuration().optional().describe('the longest wait; default: it grows without end'),
  jitter: percent().optional().describe('how much each wait varies by chance, either way; default: 0%'),
  first: duration().optional().describe('from the loss of a connection to the first attempt'),
  anew: z
    .enum(['tcp', 'connack'])
    .optional()
    .describe('what lets the waits begin with base again: a TCP connection, or a CONNACK that accepts'),
  takes: duration().optional().describe('how long an attempt itself may take; default: 250ms'),
})

const limits = z.strictObject({
  connack: positiveDuration().optional().describe('how long it waits for CONNACK before it gives the connection up'),
  pingresp: positiveDuration().optional().describe('how long it waits for PINGRESP; keepalive: says when it pings'),
})

const subscription = z.strictObject({
  topic: topicName().describe('a topic that it gets by it'),
  qos: qos().describe('the QoS that it asks for'),
})

const again = z.strictObject({
  present: z
    .enum(['all', 'none'])
    .optional()
    .describe('what it subscribes to again when the broker has its session: all, or none'),
  lost: z.enum(['all', 'none']).optional().describe('the same when the broker has lost it'),
})

const publishes = z.strictObject({
  topic: topicName().describe('where it publishes by itself'),
  every: positiveDuration().describe('the time from one message to the next, also while it is offline'),
  qos: qos().describe('with which QoS'),
})

const offline = z.strictObject({
  keeps: count(0).describe('how many messages it keeps while it is offline; their payloads count up by 1'),
  drains: positiveDuration()
    .optional()
    .describe('how long it takes to send what it has kept, once it is back; default: half of publishes.every'),
  drops: z.enum(['oldest', 'newest']).optional().describe('which it drops when there are more; default: oldest'),
})

const published = z.strictObject({
  at: z.enum(['sent', 'puback']).describe('what has happened when it says that a message is published'),
  says: regexText().describe('the line of its console that says so'),
})

const many = z.strictObject({
  code: z.number().int().min(1).max(5).describe('a return code of CONNACK after which it tries again'),
  after: count(1).describe('how many such refusals in a row are many'),
  does: z
    .enum(['stop', 'rest', 'restart'])
    .describe('what it does then: stop makes no further attempt, rest waits longer, restart boots again'),
  rest: positiveDuration().optional().describe('of rest: how long'),
})

const reaction = z.enum(['retry', 'stop'])
const refused = z.strictObject({
  1: reaction.optional().describe('after code 1, the version: retry by its back-off, or stop'),
  2: reaction.optional().describe('after code 2, the client id'),
  3: reaction.optional().describe('after code 3, the server'),
  4: reaction.optional().describe('after code 4, user name or password'),
  5: reaction.optional().describe('after code 5, not allowed'),
  many: many.optional().describe('after many refusals in a row'),
})

export const contractShape = z.strictObject({
  name: text().optional().describe('whose promises these are'),
  backoff: backoff.optional().describe('how it comes back'),
  limits: limits.optional().describe('how long it waits for answers'),
  keepalive: positiveDuration().optional().describe('an idle connection is pinged at least this often'),
  subscribes: z.array(subscription).min(1).optional().describe('what it subscribes to'),
  again: again.optional().describe('what it subscribes to when it is back'),
  publishes: publishes.optional().describe('what it publishes by itself'),
  offline: offline.optional().describe('what becomes of that while it is offline'),
  published: published.optional().describe('when it says that a message is published'),
  early: z.enum(['nothing', 'anything']).optional().describe('what it sends between CONNECT and CONNACK'),
  refused: refused.optional().describe('what it does when a broker refuses it'),
})

export type Contract = z.output<typeof contractShape>
