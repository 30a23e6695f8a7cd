// What is wrong in a config or in options, a line for each setting: its path, what is expected there, and what stands there.

import { z } from 'zod'
import { didYouMean } from './suggest.ts'

/** Types of plain data, as zod names them, in words. */
export const PLAIN_TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
}

/** `what` a setting is called where it was said. */
export function explainSettings(
  error: z.ZodError,
  settings: unknown,
  schema: z.ZodType,
  what = 'setting',
): readonly string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => {
        const near = didYouMean(key, keysAt(schema, issue.path))
        return `unknown ${what} "${[...issue.path, key].join('.')}"${near === undefined ? '' : `; ${near}`}`
      })
    const where = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
    return `${where}${wrong(issue, valueAt(settings, issue.path))}`
  })
}

function wrong(issue: z.core.$ZodIssue, got: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (PLAIN_TYPES[issue.expected] === undefined) return issue.message
      return `expected ${PLAIN_TYPES[issue.expected]}, got ${shown(got)}`
    case 'too_small':
      return `expected at least ${issue.minimum}, got ${shown(got)}`
    case 'too_big':
      return `expected at most ${issue.maximum}, got ${shown(got)}`
    case 'invalid_value':
      return notOneOf(issue.values.map(String), got)
    default:
      return issue.message
  }
}

function notOneOf(values: readonly string[], got: unknown): string {
  const near = typeof got === 'string' ? didYouMean(got, values) : undefined
  return `${shown(got)} is not one of ${values.join(', ')}${near === undefined ? '' : `; ${near}`}`
}

/** No value of a map or a list is shown: there may be a password in it. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return `the text "${value}"`
  return typeof value === 'function' ? 'a function' : String(value)
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key], value)

/** The settings that there are at a path; none where the schema has no names of its own. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = schema
  for (const key of [...path, undefined]) {
    while (at instanceof z.ZodOptional) at = at.unwrap()
    if (!(at instanceof z.ZodObject)) return []
    if (key === undefined) return Object.keys(at.shape)
    at = (at.shape as Readonly<Record<PropertyKey, unknown>>)[key]
  }
  return []
}
