// `fleet`: how many devices of a group are connected. A share is at least so much; a number, or a range,
// is of devices. An event tells how the group stood a moment ago, several times a second.

import { z } from 'zod'
import { identifier, percent } from '../scenario/index.ts'
import type { Impossible, Matcher } from './matcher.ts'

const share = (): z.ZodType<number, string> => percent()

const fields = z
  .strictObject({
    group: identifier().describe('the group of devices'),
    connected: share().optional().describe('at least this share of it is connected'),
    'at-most': share().optional().describe('at most this share of it is connected'),
    ended: share().optional().describe('at least this share of it has ended its program'),
  })
  .superRefine((f, ctx) => {
    if (f.connected !== undefined || f['at-most'] !== undefined || f.ended !== undefined) return
    ctx.addIssue({
      code: 'custom',
      message: 'name one state of the group',
      params: { diagnostic: 'scenario/fleet-what', hint: 'for instance connected: 99.9%' },
    })
  })

export type FleetFields = z.output<typeof fields>

export const fleet: Matcher<FleetFields> = {
  name: 'fleet',
  summary: 'how much of a group of the fleet is connected',
  kind: 'fleet',
  fields,
  devices: () => [],
  stream: (f) => `fleet:${f.group}`,
  compare(f, event) {
    if (event.kind !== 'fleet' || event.group !== f.group) return null
    const { devices } = event
    const off: string[] = []
    const least = (name: string, wanted: number | undefined, got: number): void => {
      if (wanted !== undefined && got < wanted * devices) off.push(`${name}: expected ${showShare(wanted)}, got ${got}`)
    }
    least('connected', f.connected, event.connected)
    least('ended', f.ended, event.ended)
    const most = f['at-most']
    if (most !== undefined && event.connected > most * devices)
      off.push(`connected: expected at most ${showShare(most)}, got ${event.connected}`)
    return off
  },
  impossible(f) {
    const most = f['at-most']
    const always = alwaysSo(f)
    if (always !== null) return always
    if ((f.connected ?? 0) + (f.ended ?? 0) > 1)
      return {
        message: 'what has ended its program is not connected, and these are more than all of the group',
        hint: 'connected and ended together are at most 100%',
        word: 'ended',
      }
    if (most === undefined || f.connected === undefined || f.connected <= most) return null
    return {
      message: `at least ${showShare(f.connected)} and at most ${showShare(most)} is never the case`,
      hint: 'at-most is not below connected; keep one of them',
      word: 'at-most',
    }
  },
  show(f) {
    const parts = [
      f.connected === undefined ? '' : `${showShare(f.connected)} connected`,
      f['at-most'] === undefined ? '' : `at most ${showShare(f['at-most'])} connected`,
      f.ended === undefined ? '' : `${showShare(f.ended)} ended`,
    ]
    return `${f.group}: ${parts.filter((part) => part !== '').join(', ')}`
  },
}

const showShare = (fraction: number): string => `${Number((fraction * 100).toFixed(6))}%`

/** At least none of it, and at most all of it, is always so. */
function alwaysSo({ connected = 0, ended = 0, 'at-most': most = 1 }: FleetFields): Impossible | null {
  if (connected > 0 || ended > 0 || most < 1) return null
  return {
    message: 'this is always so: connected and ended mean at least this share, and at-most no more than it',
    hint: 'to claim that none is connected, write at-most: 0%',
  }
}
