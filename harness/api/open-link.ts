// A link by itself.

import { z } from 'zod'
import { type Link, type LinkSettings, openLink as open } from '../link/index.ts'
import { anObject, callable, checkOptions, optional } from './doors.ts'

const NEEDED = {
  device: z.string(),
  upstream: callable<LinkSettings['upstream']>(),
  recorder: anObject('a timeline, as openTimeline gives it').refine(
    (value) => typeof (value as { readonly record?: unknown }).record === 'function',
    { message: 'expected a timeline, as openTimeline gives it' },
  ),
}

const schema = optional({
  host: z.string(),
  listensAt: z.string(),
  from: z.array(z.string()),
  port: z.number().int().min(0).max(65_535),
  tls: anObject('an object with a certificate'),
  websocket: z.boolean(),
  limits: anObject('an object of limits'),
  onLimit: callable(),
  clock: anObject('a clock'),
  refusesByReset: z.boolean(),
} satisfies { readonly [K in Exclude<keyof LinkSettings, keyof typeof NEEDED>]-?: unknown }).extend(NEEDED)

/**
 * A port between any client and any broker: it records each packet and can be disturbed. It ends with `await using`.
 * Throws Problem `config/bad-option`, `link/…`.
 */
export async function openLink(settings: LinkSettings): Promise<Link> {
  checkOptions(schema, settings, 'openLink')
  return open(settings)
}
