// What a program may ask for, at any door: `runScenario`, `mqttHil()` and its fixtures, a config file. One table of options, so
// that a word means the same at each, and what is misspelt or of a wrong type is refused where it is said.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { explainSettings, timeSpan } from '../scenario/index.ts'

const texts = z.record(z.string(), z.string())

/** An object of a class, which no schema looks into. */
const instance = <T>(type: abstract new (...args: never[]) => T, what: string) =>
  z.custom<T>((value) => value instanceof type, { message: `expected ${what}` })

/** A function of a program, of its type. */
export const callable = <F>() => z.custom<F>((value) => typeof value === 'function', { message: 'expected a function' })

/** Brokers by names of one's own; what is beside `use` are the kind's options. */
export const brokersOption = z.record(z.string(), z.looseObject({ use: z.string().describe('a kind of broker') }))

/** Every option that there is, by its name. A door takes those that it names. */
export const OPTIONS = {
  broker: z.string(),
  brokerOrBrokers: z.union([z.string(), z.array(z.string())], { message: 'expected text or a list of texts' }),
  brokers: brokersOption,
  vars: texts,
  bind: texts,
  tags: z.union([z.string(), z.array(z.string())], { message: 'expected text or a list of texts' }),
  include: z.array(z.string()),
  config: z.string(),
  // 5 is what somebody wrote who meant seconds.
  timeout: timeSpan(100),
  clock: z.enum(['real', 'virtual', 'auto']),
  seed: z.number().int().min(0),
  output: z.string(),
  observe: z.array(z.string()),
  scope: z.enum(['test', 'broker', 'file']),
  signal: instance(AbortSignal, 'an AbortSignal'),
} as const

/**
 * Options as they are meant: durations in milliseconds.
 * Throws Problem `config/bad-option` with a line for each that is unknown, with the nearest there is, or of a wrong type.
 * `door`: as it is called, for the message.
 */
export function parseOptions<S extends z.ZodObject>(schema: S, given: unknown, door: string): z.output<S> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const lines = explainSettings(parsed.error, given, schema, 'option')
  throw new Problem('config/bad-option', `${door}: ${lines.join('\n')}`, {
    hint: `its options are ${Object.keys(schema.shape).join(', ')}`,
  })
}
