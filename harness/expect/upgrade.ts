// `upgrade`: the handshake that makes a WebSocket of a device's connection, the request from it or the answer to it.

import { z } from 'zod'
import { identifier, textMatcher, valueMatcher, wholeMatcher } from '../scenario/index.ts'
import { differences } from './compare.ts'
import { CONNECTION, HTTP_STATUS, outside } from './domain.ts'
import { whose } from './frame.ts'
import type { Impossible, Matcher } from './matcher.ts'
import { noWebSocket } from './possible.ts'
import { showWanted } from './show-value.ts'

const fields = z
  .strictObject({
    from: identifier().optional().describe('the device that asks for a WebSocket'),
    to: identifier().optional().describe('the device that is answered'),
    subprotocol: textMatcher()
      .optional()
      .describe('what the answer names, "" when it names none; of a request all that it offers: "mqtt, mqttv3.1"'),
    path: valueMatcher().optional().describe('of the request'),
    status: wholeMatcher().optional().describe('of the answer; 101: there is a WebSocket now'),
    connection: wholeMatcher().optional().describe("1 for the device's first TCP connection, then 2, …"),
  })
  .superRefine(whose('an upgrade'))

type UpgradeFields = z.output<typeof fields>

export const upgrade: Matcher<UpgradeFields> = {
  name: 'upgrade',
  summary: "the opening handshake of WebSocket on a device's link",
  kind: 'upgrade',
  fields,
  devices: (f) => [f.from ?? f.to!],
  stream: (f) => `upgrade:${f.from ?? f.to}`,
  compare(f, event) {
    if (event.kind !== 'upgrade' || event.device !== (f.from ?? f.to)) return null
    if (event.direction !== (f.from !== undefined ? 'up' : 'down')) return null
    const { subprotocol, path, status, connection } = f
    return differences(
      { subprotocol, path, status, connection },
      { ...event, subprotocol: event.subprotocols.join(', ') },
    )
  },
  impossible: (f, { device }) =>
    noWebSocket(f.from ?? f.to!, device(f.from ?? f.to!)) ??
    ofTheOther(f) ??
    outside(f, { connection: CONNECTION, status: HTTP_STATUS }),
  show(f) {
    const what = f.from !== undefined ? `an upgrade request from ${f.from}` : `an answer to the upgrade of ${f.to}`
    const named = f.subprotocol === undefined ? [] : [`subprotocol ${showWanted(f.subprotocol)}`]
    return [what, ...named].join(', ')
  },
}

/** The request names a path, and the answer a status. */
function ofTheOther({ from, path, status }: UpgradeFields): Impossible | null {
  if (from !== undefined && status !== undefined)
    return { message: 'an upgrade request has no status', hint: `write to: ${from}`, word: 'status' }
  if (from === undefined && path !== undefined)
    return {
      message: 'the answer to an upgrade has no path',
      hint: 'path is of the request: write from:',
      word: 'path',
    }
  return null
}
