// `network`: the state of the link between a device and the broker.

import { z } from 'zod'
import { identifier } from '../scenario/index.ts'
import type { Action } from './step.ts'

const modes = ['close', 'reset', 'refuse', 'blackhole', 'silent'] as const

const args = z
  .strictObject({
    device: identifier().optional().describe('whose link'),
    devices: z.array(identifier()).min(1).optional().describe('the links of several'),
    state: z.enum(['up', 'down']).describe('what the link is from now on'),
    mode: z.enum(modes).optional().describe('how it is down; default: blackhole'),
  })
  .superRefine((a, ctx) => {
    if ((a.device === undefined) === (a.devices === undefined))
      ctx.addIssue({
        code: 'custom',
        message: 'device: is missing',
        params: { diagnostic: 'scenario/network-device', hint: 'give device: NAME or devices: [NAME, …]' },
      })
    const twice = a.devices?.find((name, k) => a.devices!.indexOf(name) < k)
    if (twice !== undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['devices', a.devices!.lastIndexOf(twice)],
        message: `${twice} is in the list twice`,
        params: { diagnostic: 'scenario/network-device', hint: 'name each device once' },
      })
    if (a.state === 'up' && a.mode !== undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['mode'],
        message: 'a link that is up has no mode',
        params: { diagnostic: 'scenario/network-mode', hint: 'remove mode:, or write state: down' },
      })
  })

type NetworkArgs = z.output<typeof args>

export const network: Action<NetworkArgs> = {
  kind: 'action',
  name: 'network',
  summary: "take a device's link down, or up again",
  args,
  devices: (a) => names(a),
  async run(a, stage) {
    const mode = a.mode ?? 'blackhole'
    for (const device of names(a)) {
      const what = a.state === 'up' ? 'network up' : `network down (${mode})`
      stage.recorder.record({ kind: 'fault', what, device })
      await stage.link(device).set(a.state === 'up' ? { kind: 'up' } : { kind: 'down', mode })
    }
  },
  show: (a) => `network ${names(a).join(', ')} ${a.state}${a.mode === undefined ? '' : ` (${a.mode})`}`,
}

const names = (a: NetworkArgs): readonly string[] => a.devices ?? [a.device!]
