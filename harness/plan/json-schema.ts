// The JSON Schema (draft-7) of scenario files, for editors. It comes from the same zod schemas
// that files are checked with, so it cannot say something else; only what JSON Schema cannot
// express (one verb a step, ids that exist) is looser here.

import { z } from 'zod'
import { type AnyStep, steps } from '../steps/index.ts'
import { device, expectation, prohibition, scenario, stepMeta } from './grammar.ts'

type Schema = Record<string, unknown>

export function scenarioSchema(): Schema {
  const meta = properties(z.strictObject(stepMeta))
  const step: Schema = {
    type: 'object',
    additionalProperties: false,
    properties: { ...meta, ...verbSchemas() },
    anyOf: Object.keys(verbSchemas()).map((verb) => ({ required: [verb] })),
  }
  const top = jsonOf(scenario)
  const topProperties = top.properties as Schema
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'mqtt-hil scenario',
    ...top,
    properties: {
      ...topProperties,
      devices: { type: 'object', additionalProperties: { $ref: '#/definitions/device' } },
      always: { type: 'array', items: { type: 'object', properties: { ...meta, never: jsonOf(prohibition) } } },
      steps: { type: 'array', minItems: 1, items: { $ref: '#/definitions/step' } },
    },
    definitions: { device: jsonOf(device), step },
  }
}

function verbSchemas(): Record<string, Schema> {
  const list: Schema = { type: 'array', items: { $ref: '#/definitions/step' } }
  const registered = Object.entries(steps).map(([name, verb]) => [name, verbSchema(verb)] as const)
  return {
    ...Object.fromEntries(registered),
    expect: { description: 'what must come, and when', ...jsonOf(expectation) },
    never: { description: 'what must not come', ...jsonOf(prohibition) },
    parallel: { description: 'steps side by side', ...list },
    repeat: {
      description: 'steps again and again',
      type: 'object',
      additionalProperties: false,
      required: ['times', 'steps'],
      properties: { times: { type: ['integer', 'string'] }, steps: list },
    },
  }
}

function verbSchema(verb: AnyStep): Schema {
  const own = withoutRequiredDevice(jsonOf(verb.args))
  return verb.bare === undefined
    ? { description: verb.summary, ...own }
    : { description: verb.summary, anyOf: [own, { type: 'string' }] }
}

/** The device may stand beside the verb, so its absence inside is no mistake. */
function withoutRequiredDevice(schema: Schema): Schema {
  if (!Array.isArray(schema.required)) return schema
  const required = schema.required.filter((name) => name !== 'device')
  return { ...schema, required }
}

const properties = (schema: z.ZodType): Schema => jsonOf(schema).properties as Schema

function jsonOf(schema: z.ZodType): Schema {
  const made = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any', reused: 'inline' })
  const { $schema: _, ...rest } = orExpression(made) as Schema
  return rest
}

const EXPRESSION: Schema = { type: 'string', pattern: '\\$\\{\\{' }

/** Where a number or a boolean stands, an expression may stand. */
function orExpression(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(orExpression)
  if (typeof schema !== 'object' || schema === null) return schema
  const { type, description, ...rest } = schema as Schema
  const mapped = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, orExpression(value)]))
  const told = description === undefined ? {} : { description }
  if (type === 'integer' || type === 'number' || type === 'boolean')
    return { ...told, anyOf: [{ type, ...mapped }, EXPRESSION] }
  return { ...(type === undefined ? {} : { type }), ...told, ...mapped }
}
