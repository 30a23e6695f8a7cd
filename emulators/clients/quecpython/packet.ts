// QuecPython's CONNECT, which is one write, and the checked `struct.pack` that it is made with:
// unlike MicroPython's usual one, a number that does not fit is an error. An empty client id is left
// out altogether, which no broker understands.

import { PythonError, type PyValue } from '../../board.ts'
import { isInteger } from '../python/number.ts'
import { bufferOf, integer, len, truthy } from '../python/python.ts'
import { remainingLength } from '../umqtt/umqtt.ts'

export interface ConnectFields {
  readonly clientId: PyValue
  readonly user: PyValue
  readonly password: PyValue
  readonly keepalive: PyValue
  readonly version: PyValue
  readonly cleanSession: PyValue
  readonly willTopic: PyValue
  readonly willMsg: PyValue
  readonly willQos: number
  readonly willRetain: PyValue
}

const MQTT_3_1 = [0, 6, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70, 3]
const MQTT_3_1_1 = [0, 4, 0x4d, 0x51, 0x54, 0x54, 4]

export function connectPacket(fields: ConnectFields): Uint8Array {
  const { clientId, user, password, willTopic, willMsg } = fields
  const texts: PyValue[] = []
  let flags = integer(fields.cleanSession) << 1
  if (truthy(clientId)) texts.push(clientId)
  if (truthy(willTopic)) {
    flags |= 0x04 | ((fields.willQos & 3) << 3) | ((integer(fields.willRetain) & 1) << 5)
    texts.push(willTopic, willMsg)
  }
  // Neither asks for the other: a password without a user goes out, against the protocol.
  if (truthy(user)) {
    flags |= 0x80
    texts.push(user)
  }
  if (truthy(password)) {
    flags |= 0x40
    texts.push(password)
  }
  const head = [
    ...(fields.version === 3 ? MQTT_3_1 : MQTT_3_1_1),
    ...packByte(flags),
    ...packShort(integerOf(fields.keepalive)),
  ]
  const size = texts.reduce<number>((sum, text) => sum + 2 + len(text), head.length)
  return Buffer.concat([Uint8Array.of(0x10, ...remainingLength(size), ...head), ...texts.map(packText)])
}

const structError = (text: string): PythonError => new PythonError('error', text)

/** `struct.pack('!H', n)`, checked. */
export function packShort(n: number): Uint8Array {
  if (n < 0 || n > 0xffff) throw structError("'H' format requires 0 <= number <= 65535")
  return Uint8Array.of(n >> 8, n)
}

/** `struct.pack('!B', n)`, checked. */
export function packByte(n: number): Uint8Array {
  if (n < 0 || n > 0xff) throw structError('ubyte format requires 0 <= number <= 255')
  return Uint8Array.of(n)
}

function integerOf(value: PyValue): number {
  if (!isInteger(value)) throw structError('required argument is not an integer')
  return integer(value)
}

/** `struct.pack('!H%ds' % len(s), len(s), s)`: a str is cut after as many bytes as it has characters. */
function packText(text: PyValue): Uint8Array {
  const packed = new Uint8Array(2 + len(text))
  packed.set(packShort(len(text)))
  packed.set(bufferOf(text).subarray(0, len(text)), 2)
  return packed
}
