// Where credentials stand in the bytes of a packet: the password of a CONNECT [MQTT-3.1.3-1], and the authentication data of
// MQTT 5 (property 0x16 of CONNECT, CONNACK and AUTH). A packet that cannot be read to its end as its type has to be is masked
// from its first field of variable length: a broken CONNECT has a password all the same, and where is not known.

const ASTERISK = 0x2a

const CONNECT = 1
const CONNACK = 2
const AUTH = 15
const HAS_WILL = 0x04
const HAS_PASSWORD = 0x40
const HAS_USER = 0x80
const AUTHENTICATION_DATA = 0x16

/** Bytes of each property of MQTT 5 that has a fixed length; the others are `string`, `pair` or `varint`. */
const PROPERTIES: Readonly<Record<number, number | 'string' | 'pair' | 'varint'>> = {
  1: 1,
  2: 4,
  3: 'string',
  8: 'string',
  9: 'string',
  11: 'varint',
  17: 4,
  18: 'string',
  19: 2,
  21: 'string',
  22: 'string',
  23: 1,
  24: 4,
  25: 1,
  26: 'string',
  28: 'string',
  31: 'string',
  33: 2,
  34: 2,
  35: 2,
  36: 1,
  37: 1,
  38: 'pair',
  39: 4,
  40: 1,
  41: 1,
  42: 1,
}

/** The packet did not read on as it should. */
class Doubt {}

/** The bytes with asterisks in the place of credentials; the same array when it has none. */
export function maskCredentials(raw: Uint8Array): Uint8Array {
  const type = (raw[0] ?? 0) >> 4
  if (type !== CONNECT && type !== CONNACK && type !== AUTH) return raw
  const reader = new Reader(raw)
  try {
    if (type === CONNECT) readConnect(reader)
    else if (type === CONNACK) readConnack(reader)
    else readAuth(reader)
  } catch (doubt) {
    if (!(doubt instanceof Doubt)) throw doubt
    reader.mask(reader.known, raw.length)
  }
  return reader.masked
}

function readConnect(reader: Reader): void {
  reader.length()
  reader.trust()
  const name = reader.string()
  const level = reader.byte()
  const flags = reader.byte()
  if (!Object.hasOwn(LEVELS, name) || !LEVELS[name]!.includes(level)) throw new Doubt()
  reader.skip(2) // keep alive
  reader.trust()
  if (level === 5) reader.properties()
  reader.string() // client id
  if ((flags & HAS_WILL) !== 0) {
    if (level === 5) reader.properties()
    reader.string()
    reader.string()
  }
  if ((flags & HAS_USER) !== 0) reader.string()
  if ((flags & HAS_PASSWORD) !== 0) {
    const begin = reader.at + 2
    const end = begin + reader.short()
    // A length that leads beyond the end may be part of the password itself, so that its begin stands before.
    if (end > reader.end) throw new Doubt()
    reader.mask(begin, end)
    reader.at = end
  }
  if (reader.at < reader.end) throw new Doubt()
}

/** By protocol name [MQTT-3.1.2-1]. */
const LEVELS: Readonly<Record<string, readonly number[]>> = { MQTT: [4, 5], MQIsdp: [3] }

/** Of 3.1.1 it has two bytes; of 5 properties behind them. */
function readConnack(reader: Reader): void {
  reader.length()
  reader.skip(2)
  reader.trust()
  if (reader.at < reader.end) reader.properties()
}

function readAuth(reader: Reader): void {
  reader.length()
  if (reader.at < reader.end) reader.skip(1)
  if (reader.at < reader.end) reader.properties()
}

class Reader {
  at = 1
  /** Up to here nothing can be a credential. */
  known = 1
  readonly end: number
  maskedTo = 0
  readonly #raw: Uint8Array
  #masked: Uint8Array | null = null

  constructor(raw: Uint8Array) {
    this.#raw = raw
    this.end = raw.length
  }

  get masked(): Uint8Array {
    return this.#masked ?? this.#raw
  }

  mask(from: number, to: number): void {
    if (from >= to) return
    this.#masked ??= Uint8Array.from(this.#raw)
    this.#masked.fill(ASTERISK, from, to)
    this.maskedTo = to
  }

  trust(): void {
    this.known = this.at
  }

  byte(): number {
    if (this.at >= this.end) throw new Doubt()
    return this.#raw[this.at++]!
  }

  short(): number {
    return (this.byte() << 8) | this.byte()
  }

  skip(bytes: number): void {
    if (this.at + bytes > this.end) throw new Doubt()
    this.at += bytes
  }

  string(): string {
    const length = this.short()
    if (this.at + length > this.end) throw new Doubt()
    this.at += length
    return Buffer.from(this.#raw.subarray(this.at - length, this.at)).toString('latin1')
  }

  /** A variable byte integer [MQTT-2.2.3]. */
  length(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return value
    }
    throw new Doubt()
  }

  properties(): void {
    const length = this.length()
    const end = this.at + length
    if (end > this.end) throw new Doubt()
    while (this.at < end) {
      const id = this.byte()
      const kind = PROPERTIES[id]
      if (kind === undefined) throw new Doubt()
      const value = this.at
      if (kind === 'varint') this.length()
      else if (typeof kind === 'number') this.skip(kind)
      else this.string()
      if (kind === 'pair') this.string()
      if (this.at > end) throw new Doubt()
      if (id === AUTHENTICATION_DATA) this.mask(value + 2, this.at)
    }
  }
}
