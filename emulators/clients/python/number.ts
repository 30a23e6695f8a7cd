// Python's numbers: int and float are two types there, one here. A float that is whole comes as
// PyFloat, every other one as a plain number. Texts are CPython's (`1e+16`, `1e-05`).

import { PyFloat, PythonError, type PyValue } from '../../board.ts'

export type PyNumber = number | PyFloat | boolean

/** `isinstance(value, (int, float))`; bool is an int. */
export function isNumber(value: PyValue): value is PyNumber {
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof PyFloat
}

/** `isinstance(value, int)`. */
export function isInteger(value: PyValue): value is number | boolean {
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isInteger(value))
}

/** An operand of a comparison or division; TypeError for what is not a number. */
export function real(value: PyValue): number {
  if (value instanceof PyFloat) return value.value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return value
  throw new PythonError('TypeError', 'a number is wanted')
}

/** `str(value)`. */
export function numberText(value: PyNumber): string {
  if (value instanceof PyFloat) return floatText(value.value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (!Number.isInteger(value)) return floatText(value)
  return BigInt(value).toString() // 1e21 is an int with all its digits
}

/** The shortest text that reads back as the same float; an exponent below 1e-4 and from 1e16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power >= -4 && power < 16) return Number.isInteger(value) ? `${value}.0` : String(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
