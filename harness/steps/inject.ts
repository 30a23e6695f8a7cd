// `inject`: the link sends a packet of its own, to the device or to the broker, who take it for the other's. It goes
// out between two packets, before whatever a disturbance delays, and no disturbance touches it.

import { z } from 'zod'
import { encodePacket, hexBytes, packetFields } from '../packets/index.ts'
import { identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z
  .strictObject({
    device: identifier().describe('whose link'),
    to: z.enum(['device', 'broker']).describe('who gets it'),
    packet: packetFields.optional().describe('a packet by its fields, legal or not'),
    hex: hexBytes().optional().describe('any bytes'),
    connection: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe(
        "1 for the device's first TCP connection, then 2, …; default: the newest that is open in that direction",
      ),
    frame: z.enum(['binary', 'text']).optional().describe('over WebSocket: the kind of its frame; default: binary'),
  })
  .superRefine((a, ctx) => {
    if ((a.packet === undefined) === (a.hex === undefined))
      ctx.addIssue({
        code: 'custom',
        message: a.packet === undefined ? 'name one packet, or hex: BYTES' : 'packet and hex are the same thing twice',
        params: { diagnostic: 'scenario/inject', hint: 'give packet: { type: …, … } or hex: "d0 00"' },
      })
    if (a.hex?.length === 0)
      ctx.addIssue({
        code: 'custom',
        path: ['hex'],
        message: 'hex: is empty',
        params: { diagnostic: 'scenario/inject', hint: 'such as hex: "d0 00"' },
      })
  })

export const inject: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'inject',
  summary: 'send a packet that neither side sent',
  args,
  devices: (a) => [a.device],
  async run(a, stage) {
    const bytes = a.hex ?? encodePacket(a.packet!, stage.link(a.device).level(a.connection))
    stage.recorder.record({ kind: 'fault', what: `inject ${bytes.length} bytes to the ${a.to}`, device: a.device })
    stage.link(a.device).inject(a.to, bytes, { frame: a.frame, connection: a.connection })
  },
  show: (a) => `inject ${a.packet?.type ?? 'bytes'} to ${a.to === 'device' ? a.device : 'the broker'}`,
}
