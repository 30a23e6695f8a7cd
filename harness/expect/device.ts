// `device`: the life of a device: a board that started again, a program whose power was cut, a port that went away.

import { z } from 'zod'
import { DEVICE_CHANGES, RESTART_CAUSES } from '../evidence/index.ts'
import { identifier } from '../scenario/index.ts'
import { differences } from './compare.ts'
import type { Matcher } from './matcher.ts'

const fields = z.strictObject({
  device: identifier().describe('which device'),
  change: z
    .enum(DEVICE_CHANGES)
    .describe('what happened to it; restarted: it started again, and no step had asked for that'),
  cause: z.enum(RESTART_CAUSES).optional().describe('of restarted: why, as far as a real board says'),
})

type DeviceFields = z.output<typeof fields>

export const device: Matcher<DeviceFields> = {
  name: 'device',
  summary: 'a change in the life of a device: it booted, was reset, started again by itself, went away',
  kind: 'device',
  fields,
  devices: (f) => [f.device],
  stream: (f) => `device:${f.device}`,
  compare(f, event) {
    if (event.kind !== 'device' || event.device !== f.device || event.change !== f.change) return null
    return differences({ cause: f.cause }, event as never)
  },
  impossible(f, { device }) {
    if (f.cause !== undefined && f.change !== 'restarted')
      return { message: `${f.change} has no cause`, hint: 'only change: restarted has one', word: 'cause' }
    const about = device(f.device)
    const changes = about?.changes ?? null
    if (about === undefined || changes === null || changes.has(f.change)) return null
    return {
      message: `${f.device} (use: ${about.use}) is never ${f.change}`,
      hint: `what becomes of it is ${[...changes].join(', ')}`,
      word: f.change,
    }
  },
  show: (f) => `${f.device} ${f.change}${f.cause === undefined ? '' : ` by ${f.cause}`}`,
}
