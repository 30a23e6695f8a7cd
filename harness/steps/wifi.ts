// `wifi`: the Wi-Fi of a virtual board is lost, or there again.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { duration, identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z
  .strictObject({
    device: identifier().describe('the virtual board'),
    state: z.enum(['lost', 'up']).describe('lost: nothing reaches it or leaves it, and isconnected() is False'),
    for: duration().optional().describe('with lost: it is up again after this time; default: until state: up'),
  })
  .superRefine((a, ctx) => {
    if (a.state === 'up' && a.for !== undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['for'],
        message: 'Wi-Fi that is up has no for',
        params: { diagnostic: 'scenario/wifi-for', hint: 'remove for:, or write state: lost' },
      })
  })

type WifiArgs = z.output<typeof args>

export const wifi: Action<WifiArgs> = {
  kind: 'action',
  name: 'wifi',
  summary: "lose a virtual board's Wi-Fi, or find it again",
  args,
  special: true,
  devices: (a) => [a.device],
  async run(a, stage) {
    const device = stage.device(a.device)
    if (device.wifi === undefined)
      throw new Problem('device/no-wifi', `${a.device} has no Wi-Fi that can be taken from it here`, {
        hint: 'network: { state: down, mode: blackhole } takes its link away; wifi: is for virtual boards',
      })
    device.wifi(a.state, a.for)
  },
  show: (a) => `wifi of ${a.device} ${a.state}`,
}
