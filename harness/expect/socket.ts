// `socket`: what became of a device's TCP connections. `refused` and `timeout` are seen by the
// device alone, the rest by its link.

import { z } from 'zod'
import type { SocketChange } from '../evidence/index.ts'
import { identifier, valueMatcher, wholeMatcher } from '../scenario/index.ts'
import { differences } from './compare.ts'
import { CONNECTION, outside } from './domain.ts'
import type { Impossible, Matcher } from './matcher.ts'

const fields = z.strictObject({
  from: identifier().describe('the device whose connection it is'),
  event: z
    .enum(['connecting', 'connected', 'secured', 'handshake-failed', 'refused', 'closed', 'reset', 'timeout', 'ended'])
    .describe(
      'what became of it; ended: closed or reset, as a broker that hangs up is free to choose; refused and timeout are seen by the device, the rest by its link',
    ),
  by: z.enum(['device', 'broker', 'link']).optional().describe('who caused it'),
  serverName: valueMatcher()
    .optional()
    .describe('of secured: the name that the device asked for (SNI); "" when it named none'),
  detail: valueMatcher().optional().describe('of secured: protocol and cipher; of handshake-failed: why'),
  connection: wholeMatcher().optional().describe("1 for the device's first TCP connection, then 2, …"),
})

type SocketFields = z.output<typeof fields>

export const socket: Matcher<SocketFields> = {
  name: 'socket',
  summary: "what became of a device's TCP connection",
  kind: 'socket',
  fields,
  devices: (f) => [f.from],
  stream: (f) => `socket:${f.from}`,
  compare(f, event) {
    if (event.kind !== 'socket' || event.device !== f.from || !isAsWanted(f.event, event.change)) return null
    return differences(
      { by: f.by, serverName: f.serverName, detail: f.detail, connection: f.connection },
      event as never,
    )
  },
  impossible(f, { device }) {
    const tls = device(f.from)?.tls ?? true
    const secure = f.event === 'secured' || f.event === 'handshake-failed'
    if (secure && !tls)
      return {
        message: `${f.from} does not use TLS`,
        hint: 'no event can match this claim; give the device link: { tls: true }',
        word: f.from,
      }
    if (f.serverName !== undefined && f.event !== 'secured')
      return {
        message: `${f.event} has no server name`,
        hint: 'only event: secured tells the name that the device asked for',
        word: 'serverName',
      }
    const closes = (f.event === 'closed' || f.event === 'ended') && (device(f.from)?.websocket ?? true)
    if (f.detail !== undefined && !secure && !closes)
      return {
        message: `${f.event} has no detail`,
        hint: 'secured and handshake-failed have one, and the end of a WebSocket',
        word: 'detail',
      }
    return causedByAnother(f) ?? outside(f, { connection: CONNECTION })
  },
  show: (f) => `socket of ${f.from} ${f.event}${f.by === undefined ? '' : ` by the ${f.by}`}`,
}

/** Who can cause what. A connection that was never made has no other side that ends it. */
const CAUSES: Readonly<Partial<Record<SocketFields['event'], readonly SocketFields['by'][]>>> = {
  connecting: ['device'],
  connected: ['device'],
  secured: ['device'],
  'handshake-failed': ['device'],
  refused: ['broker', 'link'],
}

function causedByAnother({ event, by }: SocketFields): Impossible | null {
  const causes = CAUSES[event]
  if (by === undefined || causes === undefined || causes.includes(by)) return null
  return {
    message: `${event} is never caused by the ${by}`,
    hint: `write by: ${causes.join(' or by: ')}, or leave it out`,
    word: by,
  }
}

const isAsWanted = (wanted: SocketFields['event'], change: SocketChange): boolean =>
  wanted === 'ended' ? change === 'closed' || change === 'reset' : change === wanted
