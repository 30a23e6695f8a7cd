// What MiniMQTT checks and how it turns Python values into bytes. Which exception a wrong value
// raises is the library's (QoS 3 is NotImplementedError, QoS 1.0 ValueError); texts of Python's
// own exceptions are ours.

import { PythonError, type PyValue } from '../../board.ts'
import { isInteger, isNumber, numberText } from '../python/number.ts'
import { attributeError, integer, truthy, typeError, typeName } from '../python/python.ts'

export const TOPIC_LIMIT = 65_535
export const PACKET_LIMIT = 268_435_455

const UTF8 = new TextEncoder()
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const valueError = (text: string): PythonError => new PythonError('ValueError', text)

/** The library's own exception; always two arguments, the second mostly None. */
export const mmqttException = (text: string, code: number | null = null): PythonError =>
  new PythonError('MMQTTException', text, code)
export const stateError = (text: string): PythonError => new PythonError('MMQTTStateError', text, null)

/** `value.encode('utf-8')`. */
export function encodeStr(value: PyValue): Uint8Array {
  if (typeof value !== 'string') throw attributeError(typeName(value), 'encode')
  return UTF8.encode(value)
}

/** `str(bytes, 'utf-8')`. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes)
  } catch {
    throw new PythonError('UnicodeDecodeError', 'invalid UTF-8')
  }
}

/** `bytearray([n])`. */
export function byte(n: number): number {
  if (n < 0 || n > 255) throw valueError('byte must be in range(0, 256)')
  return n
}

/** `struct.pack('!H', n)` as CPython has it, which minds. */
export function uint16(n: number): Uint8Array {
  if (n > 0xffff) throw new PythonError('error', 'ushort format requires 0 <= number <= 65535')
  return Uint8Array.of(n >> 8, n)
}

/** `for t, q in …`, `topic, qos = …`. */
export function unpackPair(value: PyValue): readonly [PyValue, PyValue] {
  const items = itemsOf(value)
  if (items.length !== 2) throw valueError(`expected 2 values, got ${items.length}`)
  return [items[0]!, items[1]!]
}

/** What iterating over a value gives. */
export function itemsOf(value: PyValue): readonly PyValue[] {
  if (typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value)) return [...value]
  throw typeError(`'${typeName(value)}' object is not iterable`)
}

/** The topic's bytes. */
export function validTopic(topic: PyValue): Uint8Array {
  if (topic === null) throw valueError('the topic is None')
  if (!truthy(topic)) throw valueError('the topic is empty')
  const bytes = encodeStr(topic)
  if (bytes.length > TOPIC_LIMIT) throw valueError(`the topic is longer than ${TOPIC_LIMIT} bytes`)
  return bytes
}

/** The bytes of a topic to publish to. */
export function validTopicName(topic: PyValue): Uint8Array {
  const bytes = validTopic(topic)
  if (/[+#]/.test(topic as string)) throw valueError('the topic has wildcards')
  return bytes
}

/** `boolIsInt`: as CPython has it; on a board `isinstance(True, int)` is False. */
export function validQos(qos: PyValue, boolIsInt = false): number {
  if (!isInteger(qos) || (typeof qos === 'boolean' && !boolIsInt)) throw valueError('QoS is not an integer')
  const level = integer(qos)
  if (level < 0 || level > 2) throw new PythonError('NotImplementedError', 'QoS is 0, 1 or 2')
  return level
}

/** What is sent of a message: str(…) of a number, UTF-8 of a str, bytes as they are; on a board a bool is not a number. */
export function messageBytes(msg: PyValue, boolIsInt = false): Uint8Array {
  if (msg === null) throw valueError('the message is None')
  const bytes =
    isNumber(msg) && (typeof msg !== 'boolean' || boolIsInt)
      ? UTF8.encode(numberText(msg))
      : typeof msg === 'string'
        ? UTF8.encode(msg)
        : msg instanceof Uint8Array
          ? msg
          : null
  if (bytes === null) throw valueError('the message is of no type that can be sent')
  if (bytes.length > PACKET_LIMIT) throw valueError(`the message is longer than ${PACKET_LIMIT} bytes`)
  return bytes
}

/** The remaining length as MQTT writes it. */
export function remainingLength(length: number): readonly number[] {
  if (length > PACKET_LIMIT) throw mmqttException('invalid remaining length')
  const bytes: number[] = []
  let left = length
  for (; left > 0x7f; left >>= 7) bytes.push((left & 0x7f) | 0x80)
  return [...bytes, left]
}
