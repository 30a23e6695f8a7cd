// The JSON Schema (draft-7) of scenario files, for editors. It comes from the same zod schemas
// that files are checked with, so it cannot say something else; only what JSON Schema cannot
// express (one verb a step, ids that exist) is looser here.

import { z } from 'zod'
import { type AnyMatcher, matchers, packetMatch } from '../../expect/index.ts'
import { hexBytes, packetChanges, packetFields, payloadField, properties, stringField } from '../../packets/index.ts'
import {
  count,
  duration,
  identifier,
  qos,
  raisedMatcher,
  size,
  textMatcher,
  valueMatcher,
} from '../../scenario/index.ts'
import { type AnyStep, steps } from '../../steps/index.ts'
import { slo } from '../compile/slo.ts'
import { group } from '../fleet/grammar.ts'
import { Definitions, type Schema } from './definitions.ts'
import { device, expectation, pattern, prohibition, repeat, scenario, stepMeta } from './grammar.ts'

export function scenarioSchema(): Schema {
  const definitions = new Definitions()
  const jsonOf = (schema: z.ZodType): Schema => definitions.replaceIn(definitions.takeFrom(plain(schema)))
  for (const [name, schema] of Object.entries(shared())) definitions.add(name, jsonOf(schema))
  const properties = (schema: z.ZodType): Schema => jsonOf(schema).properties as Schema
  const verbs = verbSchemas(jsonOf)

  const meta = properties(z.strictObject(stepMeta))
  const step: Schema = {
    type: 'object',
    additionalProperties: false,
    properties: { ...meta, ...verbs },
    anyOf: Object.keys(verbs).map((verb) => ({ required: [verb] })),
  }
  const always: Schema = {
    type: 'object',
    additionalProperties: false,
    required: ['never'],
    properties: { id: meta.id, name: meta.name, verifies: meta.verifies, never: verbs.never },
  }
  const deviceSchema = jsonOf(device)
  const top = jsonOf(scenario)
  const topProperties = top.properties as Schema
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'mqtt-hil scenario',
    ...top,
    properties: {
      ...topProperties,
      devices: described(topProperties.devices, {
        type: 'object',
        additionalProperties: { $ref: '#/definitions/scenarioDevice' },
      }),
      fleet: described(topProperties.fleet, {
        type: 'object',
        additionalProperties: { $ref: '#/definitions/group' },
      }),
      slo: described(topProperties.slo, { type: 'array', items: { $ref: '#/definitions/slo' } }),
      always: described(topProperties.always, { type: 'array', items: { $ref: '#/definitions/always' } }),
      steps: described(topProperties.steps, {
        type: 'array',
        minItems: 1,
        items: { $ref: '#/definitions/step' },
      }),
    },
    definitions: {
      ...definitions.all,
      scenarioDevice: deviceSchema,
      group: jsonOf(group),
      slo: jsonOf(slo),
      step,
      always,
    },
  }
}

/** What stands in many places, small things first: each may use those before it. */
function shared(): Record<string, z.ZodType> {
  const events = Object.entries(matchers).map(([name, matcher]) => [name, (matcher as AnyMatcher).fields] as const)
  return {
    duration: duration(),
    size: size(),
    name: identifier(),
    qos: qos(),
    count: count(),
    matcher: valueMatcher(),
    textMatcher: textMatcher(),
    exception: raisedMatcher,
    hex: hexBytes(),
    field: stringField(),
    bytes: payloadField(),
    mqtt5Properties: properties,
    sentPacket: packetFields,
    packetChanges,
    packetMatch,
    ...Object.fromEntries(events),
    pattern,
  }
}

const described = (like: unknown, schema: Schema): Schema => ({
  description: (like as Schema).description,
  ...schema,
})

type Convert = (schema: z.ZodType) => Schema

function verbSchemas(jsonOf: Convert): Record<string, Schema> {
  const list: Schema = { type: 'array', items: { $ref: '#/definitions/step' } }
  const registered = Object.entries(steps).map(([name, verb]) => [name, verbSchema(verb, jsonOf)] as const)
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
      properties: { ...(jsonOf(repeat).properties as Schema), steps: described(jsonOf(repeat.shape.steps), list) },
    },
  }
}

function verbSchema(verb: AnyStep, jsonOf: Convert): Schema {
  const own = withoutRequiredDevice(jsonOf(verb.args))
  if (verb.bare === undefined) return { description: verb.summary, ...own }
  // `connect: blue`, or `device: blue` beside a bare `connect:`.
  return { description: verb.summary, anyOf: [own, { type: ['string', 'null'] }] }
}

/** The device may stand beside the verb, so its absence inside is no mistake. */
function withoutRequiredDevice(schema: Schema): Schema {
  if (!Array.isArray(schema.required)) return schema
  const required = schema.required.filter((name) => name !== 'device')
  return { ...schema, required }
}

function plain(schema: z.ZodType): Schema {
  const made = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any', reused: 'inline' })
  const { $schema: _, ...rest } = orExpression(made) as Schema
  return rest
}

const EXPRESSION: Schema = { type: 'string', pattern: '\\$\\{\\{' }

const EXPRESSIBLE: ReadonlySet<unknown> = new Set(['integer', 'number', 'boolean', 'array'])

/** Where a value, one of some words, a list, a map by names, a packet or its properties stand, an expression may. */
function orExpression(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(orExpression)
  if (typeof schema !== 'object' || schema === null) return schema
  const { type, description, ...rest } = schema as Schema
  const mapped = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, orExpression(value)]))
  const told = description === undefined ? {} : { description: orExpression(description) }
  const isWord = type === 'string' && mapped.enum !== undefined
  const isMap = type === 'object' && mapped.properties === undefined && mapped.propertyNames !== undefined
  const fields = type === 'object' ? Object.keys((mapped.properties ?? {}) as object) : []
  const isPacket = fields.includes('acknowledgeFlags') || fields.includes('topicAliasMaximum')
  if (EXPRESSIBLE.has(type) || isWord || isMap || isPacket) return { ...told, anyOf: [{ type, ...mapped }, EXPRESSION] }
  // Among properties, `type` and `description` are names like any other.
  return { ...(type === undefined ? {} : { type: orExpression(type) }), ...told, ...mapped }
}
