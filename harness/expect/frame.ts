// `frame`: a WebSocket frame on a device's link. Where frames begin and end means nothing to MQTT, so claims about
// packets need none of this.

import { z } from 'zod'
import { identifier, wholeMatcher } from '../scenario/index.ts'
import { OPCODES } from '../websocket/index.ts'
import { differences } from './compare.ts'
import { CLOSE_CODE, CONNECTION, FRAME_LENGTH, outside } from './domain.ts'
import type { Impossible, Matcher } from './matcher.ts'
import { noWebSocket } from './possible.ts'

/** Exactly one of `from` and `to`. */
export const whose =
  (what: string) =>
  (f: { readonly from?: string | undefined; readonly to?: string | undefined }, ctx: z.RefinementCtx): void => {
    if ((f.from === undefined) !== (f.to === undefined)) return
    ctx.addIssue({
      code: 'custom',
      message: `${what} is \`from\` a device or \`to\` one: exactly one of the two`,
      params: { diagnostic: 'scenario/packet-direction', hint: 'write from: DEVICE or to: DEVICE' },
    })
  }

const fields = z
  .strictObject({
    from: identifier().optional().describe('the device that sent it'),
    to: identifier().optional().describe('the device it was sent to'),
    opcode: z.enum(OPCODES).optional().describe('its kind; continuation: a later frame of a message'),
    final: z.boolean().optional().describe('true: the last frame of its message'),
    length: wholeMatcher().optional().describe('of its payload, in bytes'),
    code: wholeMatcher().optional().describe('of close: the status code, such as 1003'),
    by: z
      .enum(['peer', 'link'])
      .optional()
      .describe('link: it was injected, or made by a disturbance; default: anyone'),
    connection: wholeMatcher().optional().describe("1 for the device's first TCP connection, then 2, …"),
  })
  .superRefine(whose('a frame'))

type FrameFields = z.output<typeof fields>

export const frame: Matcher<FrameFields> = {
  name: 'frame',
  summary: "a WebSocket frame on a device's link",
  kind: 'frame',
  fields,
  devices: (f) => [f.from ?? f.to!],
  stream: (f) => `frame:${f.from ?? f.to}`,
  compare(f, event) {
    if (event.kind !== 'frame' || event.device !== (f.from ?? f.to)) return null
    if (event.direction !== (f.from !== undefined ? 'up' : 'down')) return null
    const { opcode, final, length, code, by, connection } = f
    if (opcode !== undefined && event.opcode !== opcode) return null
    // To a device is what came there, not what the link has swallowed.
    const delivered = f.to === undefined ? undefined : true
    return differences({ final, length, code, by, connection, delivered }, { ...event, by: event.by ?? 'peer' })
  },
  impossible: (f, { device }) =>
    noWebSocket(f.from ?? f.to!, device(f.from ?? f.to!)) ??
    codeOf(f) ??
    outside(f, { connection: CONNECTION, code: CLOSE_CODE, length: FRAME_LENGTH }),
  show: (f) => `a ${f.opcode ?? 'WebSocket'} frame ${f.from !== undefined ? `from ${f.from}` : `to ${f.to}`}`,
}

function codeOf({ code, opcode }: FrameFields): Impossible | null {
  if (code === undefined || opcode === undefined || opcode === 'close') return null
  return { message: `a ${opcode} frame has no code`, hint: 'only close frames have a status code', word: 'code' }
}
