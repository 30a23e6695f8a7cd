// `send`: what a raw device is to send, cut and split as told. Without a connection it opens one, so that a first
// packet which is no CONNECT can be sent. It does not wait for an answer; a peer that closes meanwhile is no failure.

import { z } from 'zod'
import type { Split } from '../devices/index.ts'
import { hexBytes, type PacketFields, packetFields } from '../packets/index.ts'
import { calling } from './calling.ts'
import type { ClientCall } from './step.ts'

const WHAT = ['packet', 'packets', 'hex'] as const
const bytes = z.number().int().min(1).max(65_536)

const args = z
  .strictObject({
    ...calling,
    packet: packetFields
      .optional()
      .describe('one packet by its fields; a packet id that is needed and not given is the next one'),
    packets: z
      .array(z.union([packetFields, hexBytes()]))
      .min(1)
      .optional()
      .describe('several, one segment each; each by its fields, or hex digits'),
    hex: hexBytes().optional().describe('bytes as they are'),
    join: z.literal(true).optional().describe('all packets in one segment; default: a segment each'),
    split: z
      .union([bytes, z.array(bytes).min(1)])
      .optional()
      .describe(
        'segments of N bytes, across packet boundaries; a list: sizes of the first segments, the rest is one more',
      ),
    frame: z
      .enum(['binary', 'text', 'fragmented'])
      .optional()
      .describe(
        'over WebSocket: a frame for each segment (binary or text), or one message with a frame for each; default: binary',
      ),
    skip: z.number().int().min(0).optional().describe('number of bytes at the start that are not sent; default: 0'),
    first: z.number().int().min(0).optional().describe('number of bytes that are sent; default: all'),
  })
  .superRefine((a, ctx) => {
    const given = WHAT.filter((name) => a[name] !== undefined)
    if (given.length !== 1)
      ctx.addIssue({
        code: 'custom',
        message:
          given.length === 0
            ? 'name one packet, or hex: BYTES'
            : `one of these is enough, here are ${given.join(' and ')}`,
        params: { diagnostic: 'scenario/send-what', hint: 'give one of packet, packets, hex' },
      })
    if (a.join !== undefined && a.split !== undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['join'],
        message: 'what is split is joined before',
        params: { diagnostic: 'scenario/send-join', hint: 'remove join:' },
      })
  })

type SendArgs = z.output<typeof args>

export const send: ClientCall<SendArgs> = {
  kind: 'call',
  name: 'send',
  summary: 'send packets or bytes from a raw device, in segments of your choice',
  args,
  special: true,
  toCall: (a) => ({
    verb: 'send',
    packets: a.packets ?? [a.packet ?? a.hex!],
    cut: { skip: a.skip ?? 0, first: a.first ?? null },
    split: splitOf(a),
    frame: a.frame,
  }),
  show: (a) => `send ${shown(a)} from ${a.device}`,
}

function splitOf({ split, join }: SendArgs): Split {
  if (split === undefined) return { kind: join === true ? 'joined' : 'packets' }
  return typeof split === 'number' ? { kind: 'every', size: split } : { kind: 'sizes', sizes: split }
}

function shown({ packet, packets, hex }: SendArgs): string {
  const one = (p: PacketFields | Uint8Array): string =>
    p instanceof Uint8Array ? `${p.length} bytes` : p.type.toUpperCase()
  return (packets ?? [packet ?? hex!]).map(one).join(', ')
}
