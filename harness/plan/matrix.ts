// `matrix`: every combination of the listed values, the last name varying fastest.

export interface Combination {
  readonly values: Readonly<Record<string, unknown>>
  /** `qos=1, retain=true`; empty without a matrix. */
  readonly label: string
}

export function combinations(matrix: Readonly<Record<string, readonly unknown[]>>): Combination[] {
  let rows: Record<string, unknown>[] = [{}]
  for (const [name, values] of Object.entries(matrix))
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })))
  return rows.map((values) => ({
    values,
    label: Object.entries(values)
      .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
      .join(', '),
  }))
}
