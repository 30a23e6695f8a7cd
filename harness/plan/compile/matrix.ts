// `matrix`: every combination of the listed values, the last name varying fastest.

import { Quantity, type ScopeMap, type ScopeValue } from '../../scenario/index.ts'

export interface Combination {
  readonly values: Readonly<Record<string, ScopeValue>>
  /** `qos=1, retain=true`; empty without a matrix. */
  readonly label: string
}

export function combinations(matrix: Readonly<Record<string, readonly ScopeValue[]>>): Combination[] {
  let rows: Record<string, ScopeValue>[] = [{}]
  for (const [name, values] of Object.entries(matrix))
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })))
  return rows.map((values) => ({
    values,
    label: Object.entries(values)
      .map(([name, value]) => `${name}=${show(value)}`)
      .join(', '),
  }))
}

/** A map with a `name` is called by it. */
function show(value: ScopeValue): string {
  if (value instanceof Quantity || typeof value !== 'object' || value === null) return String(value)
  if (!Array.isArray(value) && typeof (value as ScopeMap).name === 'string') return (value as ScopeMap).name as string
  return JSON.stringify(value)
}
