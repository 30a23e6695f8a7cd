// How a building block of the vocabulary is made: one function from what stands in the file to the
// value, plus the JSON Schema an editor sees. Complaints carry hint and code in `params`, where
// check.ts finds them; zod itself knows neither.

import { z } from 'zod'

export interface Complaint {
  readonly message: string
  /** `scenario/…`; default: scenario/bad-value. */
  readonly code?: string | undefined
  /** What to do; a function is given the value as written, which zod never sees: `1.10` is not 1.1. */
  readonly hint?: string | ((written: string) => string) | undefined
  /** What would have fitted ("a duration"), when it is the type that is wrong. */
  readonly expected?: string | undefined
  readonly path?: readonly PropertyKey[] | undefined
}

/** The `params` of a custom zod issue, as check.ts reads them. Schemas elsewhere may give them by hand. */
export interface ComplaintParams {
  readonly diagnostic?: string
  readonly hint?: string | ((written: string) => string)
  readonly expected?: string
}

type Context = z.core.$RefinementCtx

/** For `superRefine` and `transform`: an issue with code and hint. */
export function complain(ctx: Context, complaint: Complaint): void {
  const { message, code, hint, expected, path } = complaint
  const params: ComplaintParams = {
    diagnostic: code ?? 'scenario/bad-value',
    ...(hint === undefined ? {} : { hint }),
    ...(expected === undefined ? {} : { expected }),
  }
  ctx.addIssue({ code: 'custom', message, params: { ...params }, path: [...(path ?? [])], input: ctx.value })
}

export type ParseResult<T> = { readonly value: T } | { readonly wrong: Complaint | readonly Complaint[] }

export interface WordOptions {
  /** "a duration": for the message when it is missing. */
  readonly what: string
  readonly describe: string
  /** What an editor checks; beside it `${{ … }}` is always fine. */
  readonly schema: Readonly<Record<string, unknown>>
}

const EXPRESSION = { type: 'string', pattern: '\\$\\{\\{' }

/** A schema out of a function. `In` is only what a config in TypeScript may write. */
export function word<T, In>(options: WordOptions, read: (input: unknown) => ParseResult<T>): z.ZodType<T, In> {
  const schema = z
    .unknown()
    .transform((input, ctx): T => {
      if (input === undefined) {
        ctx.addIssue({ code: 'invalid_type', expected: 'custom', input, message: `expected ${options.what}` })
        return z.NEVER
      }
      const outcome = read(input)
      if ('value' in outcome) return outcome.value
      const wrong = Array.isArray(outcome.wrong) ? outcome.wrong : [outcome.wrong as Complaint]
      for (const complaint of wrong) complain(ctx, complaint)
      return z.NEVER
    })
    .meta({ description: options.describe, ...editorSchema(options.schema) })
  return schema as unknown as z.ZodType<T, In>
}

function editorSchema(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (schema.type === 'string' && schema.pattern === undefined) return schema
  const alternatives = Array.isArray(schema.anyOf) ? schema.anyOf : [schema]
  return { anyOf: [...alternatives, EXPRESSION] }
}

/** A value in the middle of a sentence: `text "a"`, `the number 5`, `a list`. */
export function nameOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return value.length > 40 ? 'text' : `"${value}"`
    case 'number':
      return `the number ${value}`
    case 'boolean':
      return String(value)
    default:
      return 'a map'
  }
}
