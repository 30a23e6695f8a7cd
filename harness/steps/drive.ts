// `drive`: sets an input of a device, as a finger on a button would. With `for` the step lasts
// that long and puts the level back at its end.

import { z } from 'zod'
import { duration, identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z
  .strictObject({
    device: identifier().describe('the device'),
    signal: identifier().describe('its name under signals:'),
    value: z
      .union([z.literal(0), z.literal(1)])
      .optional()
      .describe('the level'),
    pressed: z.literal(true).optional().describe('the level that the signal calls active'),
    released: z.literal(true).optional().describe('the other level'),
    for: duration().optional().describe('then back to the other level'),
  })
  .superRefine((a, ctx) => {
    if ([a.value, a.pressed, a.released].filter((x) => x !== undefined).length !== 1)
      ctx.addIssue({
        code: 'custom',
        message: 'the level is missing',
        params: {
          diagnostic: 'scenario/drive-level',
          hint: 'give one of value: 0, value: 1, pressed: true, released: true',
        },
      })
  })

export const drive: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'drive',
  summary: 'set an input pin of a device',
  args,
  devices: (a) => [a.device],
  async run(a, stage) {
    const device = stage.device(a.device)
    const active = device.activeLevel(a.signal)
    const level = a.value ?? (a.pressed ? active : flipped(active))
    device.drive(a.signal, level)
    if (a.for === undefined) return
    await stage.pause(a.for)
    device.drive(a.signal, flipped(level))
  },
  show: (a) => `drive ${a.signal} of ${a.device}`,
}

const flipped = (level: 0 | 1): 0 | 1 => (level === 0 ? 1 : 0)
