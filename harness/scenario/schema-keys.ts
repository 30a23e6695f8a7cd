// The keys that a zod schema has at a path: what an unknown key may be a misspelling of.

import type { z } from 'zod'
import type { Node } from './tree.ts'
import { childOf, nodeAt } from './tree.ts'

interface Def {
  readonly type: string
  readonly shape?: Record<string, z.core.$ZodType>
  readonly innerType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly items?: readonly z.core.$ZodType[]
  readonly rest?: z.core.$ZodType | null
  readonly options?: readonly z.core.$ZodType[]
  readonly discriminator?: string
  readonly left?: z.core.$ZodType
  readonly right?: z.core.$ZodType
  readonly getter?: () => z.core.$ZodType
}

const defOf = (schema: z.core.$ZodType): Def => schema._zod.def as unknown as Def

export function keysAt(schema: z.core.$ZodType, root: Node, path: readonly PropertyKey[]): string[] {
  let reached = objects(schema, root)
  path.forEach((step, index) => {
    const below = nodeAt(root, path.slice(0, index + 1)).node
    reached = reached.flatMap((one) => stepInto(one, step)).flatMap((one) => objects(one, below))
  })
  return [...new Set(reached.flatMap((one) => Object.keys(defOf(one).shape ?? {})))]
}

/** The containers that a schema comes down to; of a discriminated union only those that fit `node`. */
function objects(schema: z.core.$ZodType, node: Node, depth = 0): z.core.$ZodType[] {
  if (depth > 50) return []
  const def = defOf(schema)
  const below = (inner: z.core.$ZodType): z.core.$ZodType[] => objects(inner, node, depth + 1)
  if (def.innerType !== undefined) return below(def.innerType)
  switch (def.type) {
    case 'pipe':
      return below(def.in!)
    case 'lazy':
      return below(def.getter!())
    case 'intersection':
      return [...below(def.left!), ...below(def.right!)]
    case 'union': {
      const all = def.options!.flatMap(below)
      const fitting = all.filter((one) => fits(one, def.discriminator, node))
      return fitting.length > 0 ? fitting : all
    }
    default:
      return [schema]
  }
}

function fits(schema: z.core.$ZodType, discriminator: string | undefined, node: Node): boolean {
  const word = discriminator === undefined ? undefined : defOf(schema).shape?.[discriminator]
  const given = childOf(node, discriminator ?? '')
  const values = word?._zod.values
  return given?.kind === 'scalar' && values !== undefined && values.has(given.value)
}

function stepInto(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType[] {
  const def = defOf(schema)
  const next = def.shape?.[String(step)] ?? def.items?.[Number(step)] ?? def.rest ?? def.element ?? def.valueType
  return next === undefined || next === null ? [] : [next]
}
