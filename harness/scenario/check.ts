// Holds a part of the tree against a zod schema; every issue becomes a diagnostic at its place.
// Of values that are known only later, or that were reported as broken, nothing is said: `undefined`
// without a new diagnostic means "not yet".

import type { z } from 'zod'
import type { Place } from '../../emulators/index.ts'
import type { Diagnostics } from './diagnostic.ts'
import { type Explained, explain } from './explain.ts'
import { isDeferred } from './expression/template.ts'
import { keysAt } from './schema-keys.ts'
import { entryOf, headPlace, type Node, nodeAt, type ScalarNode, toPlain } from './tree.ts'

export interface ValidateOptions {
  /** Further words that an unknown key at the top may have meant. */
  readonly known?: readonly string[]
}

/** What fitted a schema. Rows of a matrix share all nodes that no expression changed, and need not be read again. */
const fitting = new WeakMap<Node, Map<z.ZodType, unknown>>()

export function validate<S extends z.ZodType>(
  schema: S,
  node: Node,
  diagnostics: Diagnostics,
  options: ValidateOptions = {},
): z.output<S> | undefined {
  const known = fitting.get(node)
  if (known?.has(schema)) return known.get(schema) as z.output<S>
  const value = read(schema, node, diagnostics, options)
  if (value === undefined) return undefined
  if (known === undefined) fitting.set(node, new Map([[schema, value]]))
  else known.set(schema, value)
  return value
}

/** A program made of a schema reads faster, and making it costs as much as reading by the schema so often. */
const WORTH_COMPILING = 40
const reads = new WeakMap<z.ZodType, number>()

function safeParse<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  const before = reads.get(schema) ?? 0
  reads.set(schema, before + 1)
  return schema.safeParse(value, { jitless: before < WORTH_COMPILING })
}

function read<S extends z.ZodType>(
  schema: S,
  node: Node,
  diagnostics: Diagnostics,
  options: ValidateOptions,
): z.output<S> | undefined {
  let result = safeParse(schema, toPlain(node))
  if (result.success) return result.data
  const explainAll = (error: z.ZodError): Explained[] =>
    error.issues.flatMap((issue) =>
      explain(issue, [], {
        root: node,
        isOpen: (one) => one.kind === 'scalar' && (one.broken === true || isDeferred(one)),
        keysAt: (path) => [...keysAt(schema, node, path), ...(path.length === 0 ? (options.known ?? []) : [])],
      }),
    )
  let found = explainAll(result.error)
  // `payload: "${{ i }}"` is a number that an expression put where text belongs: its text is meant.
  const texts = new Map<ScalarNode, unknown>()
  for (const one of found) {
    const at = nodeAt(node, one.path).node
    if (
      one.code === 'scenario/bare-number' &&
      one.expected?.split(' or ').includes('text') &&
      at.kind === 'scalar' &&
      at.computed
    )
      texts.set(at, at.text)
  }
  if (texts.size > 0) {
    result = safeParse(schema, toPlain(node, texts))
    if (result.success) return result.data
    found = explainAll(result.error)
  }
  const meant = found.map(({ code, hint }) => (code === 'scenario/unknown-key' ? hint : undefined))
  for (const { code, message, hint, path, key } of found) {
    // A key that is missing because it is misspelt is one mistake, not two.
    if (code === 'scenario/missing-key' && meant.includes(`did you mean ${message.replace(/ is missing$/, '')}?`))
      continue

    diagnostics.add({ code, message, at: placeAt(node, path, key), hint })
  }
  return undefined
}

function placeAt(root: Node, path: readonly PropertyKey[], key: string | undefined): Place {
  const { node } = nodeAt(root, path)
  return (key === undefined ? undefined : entryOf(node, key)?.keyPlace) ?? headPlace(node)
}
