// `frame`: a WebSocket frame on a device's link. Where frames begin and end means nothing to MQTT, so claims about
// packets need none of this.

import { z } from 'zod'
import { identifier, wholeMatcher } from '../scenario/index.ts'
import { OPCODES } from '../websocket/index.ts'
import { differences } from './compare.ts'
import { CLOSE_CODE, CONNECTION, type Domain, FRAME_LENGTH, outside } from './domain.ts'
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
    ofControl(f) ??
    outside(f, { connection: CONNECTION, code: CLOSE_CODE, length: lengthOf(f) }),
  show: (f) => `a ${f.opcode ?? 'WebSocket'} frame ${f.from !== undefined ? `from ${f.from}` : `to ${f.to}`}`,
}

const CONTROL: readonly (string | undefined)[] = ['close', 'ping', 'pong']
/** Bytes of the payload of a control frame [RFC 6455, 5.5]. */
const MOST_OF_CONTROL = 125

const isControl = ({ opcode, code }: FrameFields): boolean => CONTROL.includes(opcode) || code !== undefined

/** A close frame has two bytes of a code before its reason, or nothing [RFC 6455, 5.5.1]. */
function lengthOf(f: FrameFields): Domain {
  if (!isControl(f)) return FRAME_LENGTH
  const lengths = Array.from({ length: MOST_OF_CONTROL + 1 }, (_, bytes) => bytes)
  if (f.code !== undefined) return { from: 2, to: MOST_OF_CONTROL }
  return f.opcode === 'close' ? { values: lengths.filter((bytes) => bytes !== 1) } : { from: 0, to: MOST_OF_CONTROL }
}

/** Control frames come whole [RFC 6455, 5.4]. */
function ofControl(f: FrameFields): Impossible | null {
  if (f.final !== false || !isControl(f)) return null
  return { message: `a ${f.opcode ?? 'close'} frame is always whole`, hint: 'leave final out', word: 'final' }
}

function codeOf({ code, opcode }: FrameFields): Impossible | null {
  if (code === undefined || opcode === undefined || opcode === 'close') return null
  return { message: `a ${opcode} frame has no code`, hint: 'only close frames have a status code', word: 'code' }
}
