// What the functions of the package are given, held against a schema before anything is done: a misspelt option would change
// nothing, silently, and a value of a wrong type would fail somewhere inside, in words that are not the caller's.

import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { parseOptions } from '../config/index.ts'
import { explainSettings } from '../scenario/index.ts'

export { callable, OPTIONS } from '../config/index.ts'

export const count = (least: number) => z.number().int().min(least)

/** Milliseconds, as a number. */
export const span = z.number().min(0)

/** Text with its unit, or milliseconds; what is no time is told by who reads it. */
export const spanOrText = z.union([z.string(), z.number()], { message: 'expected text with a unit, or milliseconds' })

export const oneOrMore = z.union([z.string(), z.array(z.string())], { message: 'expected text or a list of texts' })

/** Any object, which is not looked into. `what`: as it is called in the message. */
export const anObject = <T>(what: string) =>
  z.custom<T>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    message: `expected ${what}`,
  })

/** How to get in at a broker that is named by its URL. */
export const ACCESS = {
  cafile: z.string(),
  cert: z.string(),
  key: z.string(),
  insecure: z.boolean(),
  username: z.string(),
  pw: z.string(),
} as const

/** Options of which each may be left out. */
export const optional = <S extends z.ZodRawShape>(shape: S) => z.strictObject(shape).partial()

/** Throws Problem `config/bad-option` with each option that is unknown, with the nearest there is, or of a wrong type. */
export function checkOptions(schema: z.ZodObject, given: unknown, door: string): void {
  parseOptions(schema, given, door)
}

/** Of what stands in the parentheses, by its names. Throws Problem `config/bad-option`. */
export function checkArguments(shape: z.ZodRawShape, given: Readonly<Record<string, unknown>>, door: string): void {
  const schema = z.strictObject(shape)
  const parsed = schema.safeParse(given)
  if (parsed.success) return
  const lines = explainSettings(parsed.error, given, schema, 'argument')
  throw new Problem('config/bad-option', `${door}: ${lines.join('\n')}`, {
    hint: `it is called as ${door}(${Object.keys(shape).join(', ')})`,
  })
}

export const aTerminal = anObject<object>('an object with print, color, live and width')
