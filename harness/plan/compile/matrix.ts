// `matrix`: every combination of the listed values, the last name varying fastest.

import {
  childOf,
  type Diagnostic,
  type Node,
  Quantity,
  type ScopeMap,
  type ScopeValue,
  scalarsOf,
} from '../../scenario/index.ts'

export interface Combination {
  readonly values: Readonly<Record<string, ScopeValue>>
  /** `qos=1, retain=true`, `bind blue=mqttjs`; empty without a matrix. */
  readonly label: string
}

export function combinations(matrix: Readonly<Record<string, readonly ScopeValue[]>>): Combination[] {
  let rows: Record<string, ScopeValue>[] = [{}]
  for (const [name, values] of Object.entries(matrix))
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })))
  return rows.map((values) => ({
    values,
    label: Object.entries(values)
      .map(([name, value]) => (name === BIND ? bound(value) : `${name}=${show(value)}`))
      .join(', '),
  }))
}

/** The axis that binds devices; it is used by being there. */
const BIND = 'bind'

/** As on the command line: `bind blue=mqttjs green=minimqtt`. */
function bound(value: ScopeValue): string {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Quantity)
  if (!isMap) return `${BIND}=${show(value)}`
  return [BIND, ...Object.entries(value).map(([device, word]) => `${device}=${show(word ?? null)}`)].join(' ')
}

/** A map with a `name` is called by it. */
function show(value: ScopeValue): string {
  if (value instanceof Quantity || typeof value !== 'object' || value === null) return String(value)
  if (!Array.isArray(value) && typeof (value as ScopeMap).name === 'string') return (value as ScopeMap).name as string
  return JSON.stringify(value)
}

/** Warnings of axes that no expression of the scenario uses: its runs would be the same, several times over. */
export function unusedAxes(root: Node): readonly Diagnostic[] {
  const matrix = childOf(root, 'matrix')
  if (matrix?.kind !== 'map') return []
  const used = new Set(scalarsOf(root).flatMap(({ text }) => axesIn(text)))
  if (used.has(ANY)) return []
  return matrix.entries
    .filter(({ key }) => key !== BIND && !used.has(key))
    .map(({ key, keyPlace }) => ({
      code: 'scenario/unused-axis',
      message: `no expression uses matrix.${key}: its runs are all the same`,
      at: keyPlace,
      hint: `write $\{{ matrix.${key} }} where its values belong; hil run --repeat-each N runs a scenario several times`,
      severity: 'warning',
    }))
}

/** In place of a name: an expression takes the matrix as a whole, or an axis by a computed name. */
const ANY = ''

function axesIn(text: string): readonly string[] {
  if (!text.includes('${{')) return []
  return [...text.matchAll(/\bmatrix\b(?:\s*\.\s*([\w-]+))?/g)].map(([, name = ANY]) => name)
}
