// The bits of MicroPython that the libraries lean on. The one to know: `len()` of a str counts code
// points while a socket writes its UTF-8, so a library that adds up `len()`s announces too few
// bytes for non-ASCII text. Exceptions carry Python's type; their texts are our own.

import { PyFloat, PyTuple, PythonError, type PyValue } from '../../board.ts'
import { floatText } from './number.ts'

const UTF8 = new TextEncoder()

/** A parameter of a method; without a default it must be given. */
export interface Parameter {
  readonly name: string
  /** Absent: must be given. */
  readonly default?: PyValue
}

/** A method's parameters in positional order, without `self`. */
export type Signature = readonly Parameter[]

export const typeError = (text: string): PythonError => new PythonError('TypeError', text)
export const attributeError = (owner: string, name: string): PythonError =>
  new PythonError('AttributeError', `'${owner}' object has no attribute '${name}'`)

/** The name of a value's Python type. A number that is whole counts as int. */
export function typeName(value: PyValue): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (value instanceof PyFloat) return 'float'
  if (value instanceof PyTuple) return 'tuple'
  return value instanceof Uint8Array ? 'bytes' : 'list'
}

/** `len(value)`; TypeError for what has no length. */
export function len(value: PyValue): number {
  if (typeof value === 'string') return [...value].length
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value instanceof PyFloat)
    throw typeError(`object of type '${typeName(value)}' has no len()`)
  return value.length
}

/** What a socket sends of a value: bytes as they are, str as UTF-8; TypeError for anything else. */
export function bufferOf(value: PyValue): Uint8Array {
  if (typeof value === 'string') return UTF8.encode(value)
  if (value instanceof Uint8Array) return value
  throw typeError('object with buffer protocol required')
}

/** `bool(value)`. */
export function truthy(value: PyValue): boolean {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return Boolean(value)
  return value instanceof PyFloat ? value.value !== 0 : value.length > 0
}

/** An operand of an integer operation; True is 1. TypeError for what is no integer. */
export function integer(value: PyValue): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw typeError(`unsupported type for operation: '${typeName(value)}'`)
}

/** `struct.pack('!H', n)`: MicroPython keeps the low 16 bits and does not complain. */
export function packUint16(n: number): Uint8Array {
  return Uint8Array.of(n >> 8, n)
}

/** `bytes[i]`: IndexError past the end; TypeError on the None of a read that found nothing. */
export function byteAt(bytes: Uint8Array | null, i: number): number {
  if (bytes === null) throw typeError("'NoneType' object isn't subscriptable")
  const byte = bytes[i]
  if (byte === undefined) throw new PythonError('IndexError', 'bytes index out of range')
  return byte
}

/** `n.to_bytes(1, 'little')`. */
export function oneByte(n: PyValue): Uint8Array {
  if (typeof n !== 'number' && typeof n !== 'boolean') throw attributeError(typeName(n), 'to_bytes')
  const value = integer(n)
  if (value < 0 || value > 255) throw new PythonError('ValueError', 'buffer too small')
  return Uint8Array.of(value)
}

/** Arguments bound to parameters, in the signature's order. TypeError for wrong, doubled or missing ones. */
export function bind(
  method: string,
  signature: Signature,
  args: readonly PyValue[],
  kwargs: Readonly<Record<string, PyValue>>,
): PyValue[] {
  if (args.length > signature.length)
    throw typeError(`${method}() takes ${signature.length} positional arguments but ${args.length} were given`)
  const names = Object.keys(kwargs)
  // Everything is given by its place: nothing to look up, which is how fleets call.
  if (names.length === 0 && args.length === signature.length) return args as PyValue[]
  for (const [i, name] of names.entries()) {
    const at = signature.findIndex((p) => p.name === name)
    if (at < 0) throw typeError(`${method}() has no argument '${name}' (keyword ${i + 1})`)
    if (at < args.length) throw typeError(`${method}() got multiple values for argument '${name}'`)
  }
  return signature.map((parameter, i) => {
    if (i < args.length) return args[i]!
    if (Object.hasOwn(kwargs, parameter.name)) return kwargs[parameter.name]!
    if (parameter.default === undefined) throw typeError(`${method}() is missing argument '${parameter.name}'`)
    return parameter.default
  })
}

/** `repr(value)`, as a console would show it. */
export function repr(value: PyValue): string {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return `'${value}'`
  if (value instanceof PyFloat) return floatText(value.value)
  if (value instanceof Uint8Array) return `b'${[...value].map(showByte).join('')}'`
  return `(${value.map(repr).join(', ')}${value.length === 1 ? ',' : ''})`
}

/** The last line of a traceback: `OSError: ECONNRESET`, `AssertionError: `. */
export function showException(error: PythonError): string {
  const [first, ...more] = error.args
  if (first === undefined) return `${error.type}: `
  return `${error.type}: ${more.length > 0 ? repr(error.args) : typeof first === 'string' ? first : repr(first)}`
}

/** Bytes for a console line: UTF-8 text, and `\xNN` for each byte that is none or does not print. */
export function printable(bytes: Uint8Array): string {
  let line = ''
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes, at)
    if (size > 0) line += Buffer.from(bytes.subarray(at, at + size)).toString('utf8')
    else line += escaped(bytes[at]!)
    at += Math.max(size, 1)
  }
  return line
}

const showByte = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c ? String.fromCharCode(byte) : escaped(byte)
const escaped = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes of the printable character that starts here; 0 when none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return lead >= 0x20 && lead !== 0x7f ? 1 : 0
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  try {
    return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(STRICT.decode(bytes.subarray(at, at + size))) ? 0 : size
  } catch {
    return 0
  }
}
