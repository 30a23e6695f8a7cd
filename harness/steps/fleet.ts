// `fleet`: something happens to a group of the fleet, or to a share of it. Which devices a share means
// is not left to chance: every third one is every third one in each run.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { identifier, percent } from '../scenario/index.ts'
import { FLEET_DOWN_MODES, type FleetStep } from './fleet-step.ts'
import type { Action } from './step.ts'

const DOES = ['power', 'network', 'publishing'] as const

const args = z
  .strictObject({
    group: identifier().describe('the group'),
    share: percent().optional().describe('of how much of it, spread evenly; default: 100%'),
    power: z
      .enum(['on', 'off', 'cycle'])
      .optional()
      .describe('off: gone without a byte, the broker keeps half a connection; on: boots those that are off'),
    network: z.enum(['up', 'down']).optional().describe('the network of these devices'),
    mode: z
      .enum(FLEET_DOWN_MODES)
      .optional()
      .describe(
        'what becomes of connections when it goes down: FIN, RST, silence, or (refuse) only of new ones; default: blackhole',
      ),
    publishing: z.enum(['on', 'off']).optional().describe('whether they publish what is due'),
  })
  .superRefine((a, ctx) => {
    const given = DOES.filter((name) => a[name] !== undefined)
    if (given.length !== 1)
      ctx.addIssue({
        code: 'custom',
        message:
          given.length === 0
            ? 'name one action (power, network, publishing)'
            : `one thing a step, here are ${given.join(' and ')}`,
        params: { diagnostic: 'scenario/fleet-does', hint: 'give one of power, network, publishing' },
      })
    if (a.mode !== undefined && a.network !== 'down')
      ctx.addIssue({
        code: 'custom',
        path: ['mode'],
        message: 'a mode is how the network is down',
        params: { diagnostic: 'scenario/network-mode', hint: 'remove mode:, or write network: down' },
      })
  })

export type FleetArgs = z.output<typeof args>

export const fleet: Action<FleetArgs> = {
  kind: 'action',
  name: 'fleet',
  summary: 'power, network or publishing of a group of the fleet, or of a share of it',
  args,
  devices: () => [],
  async run(a, stage) {
    const { fleet: crew } = stage
    if (crew === null) throw new Problem('run/no-fleet', 'this run has no fleet', { hint: 'hil load runs fleets' })
    stage.recorder.record({ kind: 'fault', what: show(a) })
    await crew.order(orderOf(a))
  },
  show,
}

function orderOf(a: FleetArgs): FleetStep {
  const { group, share = 1 } = a
  if (a.power !== undefined) return { group, share, what: { kind: 'power', state: a.power } }
  if (a.publishing !== undefined) return { group, share, what: { kind: 'publishing', on: a.publishing === 'on' } }
  if (a.network === 'up') return { group, share, what: { kind: 'network', state: 'up' } }
  return { group, share, what: { kind: 'network', state: 'down', mode: a.mode ?? 'blackhole' } }
}

function show(a: FleetArgs): string {
  const what = DOES.map((name) => (a[name] === undefined ? '' : `${name} ${a[name]}`)).filter((part) => part !== '')
  const share = a.share === undefined ? '' : `${Number((a.share * 100).toFixed(6))}% of `
  return `fleet ${share}${a.group}: ${what.join(', ')}${a.mode === undefined ? '' : ` (${a.mode})`}`
}
