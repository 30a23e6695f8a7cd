// The schema as the text of a file. What fits on a line is on one: half as large as with an entry on each, and a change still shows.

import { scenarioSchema } from './json-schema.ts'

const WIDTH = 120

/** JSON, ended by a line end. */
export const schemaText = (): string => `${shown(scenarioSchema(), '')}\n`

function shown(value: unknown, indent: string): string {
  const line = JSON.stringify(value) ?? 'null'
  if (value === null || typeof value !== 'object' || indent.length + line.length <= WIDTH) return line
  const deeper = `${indent} `
  const items = Array.isArray(value)
    ? value.map((item) => `${deeper}${shown(item, deeper)}`)
    : Object.entries(value).flatMap(([key, item]) =>
        item === undefined ? [] : [`${deeper}${JSON.stringify(key)}: ${shown(item, deeper)}`],
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${items.join(',\n')}\n${indent}${close}`
}
