// What the reference says of fleets: the keys of a group and of what stands under it, metrics, bounds.

import type { z } from 'zod'
import { slo } from '../plan/compile/slo.ts'
import { arrival, backoff, group, publication } from '../plan/fleet/grammar.ts'
import { COUNTS, RATES, TIMES } from '../plan/model/index.ts'
import { keysTable } from './keys.ts'
import { code, table } from './markdown.ts'

export function fleetParts(): Record<string, string> {
  const nested = (name: 'connect' | 'tls'): z.ZodType => group.shape[name].unwrap()
  return {
    group: keysTable(group, {
      types: {
        arrival: '[arrival](#arrival)',
        reconnect: '`library` or [policy](#reconnecting)',
        publish: 'list of [publications](#publishing)',
        subscribe: 'list of `{ topic, qos }`',
        connect: 'map',
        will: 'map',
        tls: 'map',
      },
    }),
    'group-connect': keysTable(nested('connect')),
    'group-tls': keysTable(nested('tls')),
    arrival: keysTable(arrival),
    backoff: keysTable(backoff),
    publication: keysTable(publication),
    slo: keysTable(slo),
    metrics: table(
      ['metric', 'what'],
      [...METRICS].map(([name, what]) => [code(name), what]),
    ),
  }
}

const SENT = 'the same from the moment of sending: what the device itself held up is not in it'

const WHAT: Readonly<Record<string, string>> = {
  connect_time: 'a time: from the intended arrival, or the wish to come back, to CONNACK',
  connect_time_sent: 'a time: from the SYN to CONNACK',
  recovery_time: 'a time: from the loss of a connection to the next CONNACK',
  publish_ack_time: 'a time: from the moment for which a QoS 1 message was planned to its PUBACK',
  publish_ack_time_sent: SENT,
  end_to_end_time: 'a time: from the moment for which a message was planned to its receiver in the fleet',
  end_to_end_time_sent: SENT,
  generator_lag: 'a time: how late the generator served its timers',
  connects: 'a count: CONNACKs that accept',
  reconnects: 'a count: those of them that were not the first of their device',
  connect_failures: 'a count: refused, timed out, or CONNACKs that do not accept',
  disconnects: 'a count: connections that ended, by either side',
  messages_published: 'a count: messages that devices began to publish',
  messages_acked: 'a count: QoS 1 messages whose PUBACK came, and accepts',
  messages_received: 'a count: messages that devices received',
  messages_skipped: 'a count: messages that were planned while the one before was still waiting',
  messages_failed: 'a count: publishes that raised, or that the broker refused (MQTT 5, a PUBACK of 0x80 or more)',
  messages_lost: 'a count, for the whole run: messages that should have reached a receiver and did not',
  messages_unexplained: 'a count, for the whole run: those of them for which no connection that was gone is the reason',
  messages_duplicated: 'a count, for the whole run: messages that a receiver got again',
  messages_reordered: 'a count, for the whole run: messages that came after a later one of their stream',
  messages_late: 'a count, for the whole run: messages that took longer than `late-after`',
  program_errors: 'a count: exceptions that came out of library calls',
  connect_rate: 'a rate: connects that were begun',
  publish_rate: 'a rate: messages that devices began to publish',
  receive_rate: 'a rate: messages that devices received',
}

const METRICS = [...TIMES, ...COUNTS, ...RATES].map((name) => {
  const what = WHAT[name]
  if (what === undefined) throw new Error(`the metric ${name} is not described in fleets.ts`)
  return [name, what] as const
})
