// Values as Python source text, for what is typed at a REPL.

import { PyFloat, PyTuple, type PyValue } from '../board.ts'

export function literal(value: PyValue | Readonly<Record<string, PyValue>>): string {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return textLiteral(value)
  if (value instanceof PyFloat) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value)
  if (value instanceof Uint8Array) return `b'${[...value].map(byteLiteral).join('')}'`
  if (value instanceof PyTuple) return `(${value.map((v) => `${literal(v)},`).join(' ')})`
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  const entries = Object.entries(value as Readonly<Record<string, PyValue>>)
  return `{${entries.map(([key, v]) => `${textLiteral(key)}: ${literal(v)}`).join(', ')}}`
}

/** Only ASCII goes over the wire: consoles differ in what they make of the rest. */
const textLiteral = (text: string): string =>
  `'${[...text]
    .map((char) => {
      const code = char.codePointAt(0)!
      if (code > 0xffff) return `\\U${code.toString(16).padStart(8, '0')}`
      if (code > 0x7e) return `\\u${code.toString(16).padStart(4, '0')}`
      return byteLiteral(code)
    })
    .join('')}'`

function byteLiteral(byte: number): string {
  if (byte === 0x5c || byte === 0x27) return `\\${String.fromCharCode(byte)}`
  if (byte >= 0x20 && byte <= 0x7e) return String.fromCharCode(byte)
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
