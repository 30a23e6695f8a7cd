// What `save` takes of a match: a field, a value inside of its JSON, or a group of a regular expression.

import { z } from 'zod'
import type { Event } from '../evidence/index.ts'
import { regexText, text } from '../scenario/index.ts'
import { eventFields, type FieldValue, fieldAt } from './fields.ts'
import { showValue } from './show-value.ts'

export interface SaveFrom {
  /** A dotted path into the fields of the event. */
  readonly field: string
  /** A path into the JSON that the field holds: `data.items[0].id`; null: the field itself. */
  readonly json: string | null
  /** The first group that took part is saved, or what the whole expression took; null: no expression. */
  readonly regex: RegExp | null
}

const JSON_PATH = /^\$?(?:\.?[\w$-]+|\[\d+\])(?:\.[\w$-]+|\[\d+\])*$/

const detailed = z
  .strictObject({
    field: text().describe('the field of the event, such as payload or line'),
    json: text().optional().describe('a path into the JSON that it holds: data.items[0].id'),
    regex: regexText().optional().describe('its first group is saved, or all that it takes'),
  })
  .superRefine(({ json, regex }, ctx) => {
    if (json !== undefined && !json.includes('${{') && !JSON_PATH.test(json))
      ctx.addIssue({
        code: 'custom',
        path: ['json'],
        message: `"${json}" is not a path into JSON`,
        params: { diagnostic: 'scenario/save-field', hint: 'write data.items[0].id' },
      })
    if ((json === undefined) === (regex === undefined))
      ctx.addIssue({
        code: 'custom',
        message: json === undefined ? 'json: or regex: is missing' : 'json and regex do not go together',
        params: { diagnostic: 'scenario/save-field', hint: 'to save the field itself, write NAME: FIELD' },
      })
  })

/** `FIELD`, `{ field, json }` or `{ field, regex }`. */
export const saveFrom = z
  .union([text(), detailed])
  .transform(
    (said): SaveFrom =>
      typeof said === 'string'
        ? { field: said, json: null, regex: null }
        : { field: said.field, json: said.json ?? null, regex: said.regex ?? null },
  )

export type Saved = { readonly value: FieldValue } | { readonly wrong: string }

/** What is saved of an event; `wrong`: why there is nothing, in words. */
export function savedOf({ field, json, regex }: SaveFrom, event: Event): Saved {
  const value = fieldAt(eventFields(event), field)
  if (json !== null) return fromJson(value, field, json)
  if (regex !== null) return fromRegex(value, field, regex)
  // A property that the packet has not: `saved.x == null`.
  return { value: value ?? null }
}

const textOf = (value: FieldValue): string | null =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : typeof value === 'string' ? value : null

function fromJson(value: FieldValue, field: string, path: string): Saved {
  let found: unknown
  try {
    found = JSON.parse(textOf(value) ?? '')
  } catch {
    return { wrong: `${field} is not JSON: ${showValue(value)}` }
  }
  for (const part of path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? []) {
    const inside = typeof found === 'object' && found !== null && Object.hasOwn(found, part)
    if (!inside) return { wrong: `the JSON of ${field} has no "${path}": ${showValue(value)}` }
    found = (found as Record<string, unknown>)[part]
  }
  return { value: found as FieldValue }
}

function fromRegex(value: FieldValue, field: string, regex: RegExp): Saved {
  const match = regex.exec(textOf(value) ?? String(value ?? ''))
  if (match === null) return { wrong: `${field} does not match ${regex}: ${showValue(value)}` }
  return { value: match.slice(1).find((group) => group !== undefined) ?? match[0] }
}
