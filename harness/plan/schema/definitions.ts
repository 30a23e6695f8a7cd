// The `definitions` of a JSON Schema: what stands in many places is written once and referred to.
// Schemas are the same when all but their descriptions is; each place keeps its own description.

export type Schema = Record<string, unknown>

export class Definitions {
  readonly #named = new Map<string, string>()
  readonly #all: Record<string, Schema> = {}

  get all(): Readonly<Record<string, Schema>> {
    return this.#all
  }

  add(name: string, schema: Schema): void {
    this.#named.set(shapeOf(schema), name)
    this.#all[name] = schema
  }

  /** Without definitions of its own, which a recursive part has: they become some of these. */
  takeFrom({ definitions: own, ...schema }: Schema): Schema {
    if (own === undefined) return schema
    const text = JSON.stringify({ own, schema })
    const named = Object.keys(own as Schema).reduce((all, name) => {
      const fresh = `nested${Object.keys(this.#all).filter((known) => known.startsWith('nested')).length}`
      this.#all[fresh] = {}
      return all.replaceAll(`"${name}"`, `"${fresh}"`).replaceAll(`#/definitions/${name}"`, `#/definitions/${fresh}"`)
    }, text)
    const parts = JSON.parse(named) as { own: Record<string, Schema>; schema: Schema }
    Object.assign(this.#all, parts.own)
    return parts.schema
  }

  /** With references wherever a schema stands that was added before. */
  replaceIn(schema: Schema): Schema {
    return this.#replace(schema) as Schema
  }

  #replace(part: unknown): unknown {
    if (Array.isArray(part)) return part.map((item) => this.#replace(item))
    if (typeof part !== 'object' || part === null) return part
    const entries = Object.entries(part).map(([key, value]) => [key, this.#replace(value)] as const)
    const schema: Schema = Object.fromEntries(entries)
    const name = this.#named.get(shapeOf(schema))
    if (name === undefined) return schema
    const reference = { $ref: `#/definitions/${name}` }
    // In draft-07 nothing beside a $ref counts.
    return schema.description === undefined || schema.description === this.#all[name]?.description
      ? reference
      : { description: schema.description, allOf: [reference] }
  }
}

const shapeOf = ({ description: _, ...shape }: Schema): string => JSON.stringify(shape)
