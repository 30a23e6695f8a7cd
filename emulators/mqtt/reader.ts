// Reads the fields inside one packet. Every reading function throws `Broken` with the rule that
// the bytes break; only the decoder catches it, and makes a `malformed` packet of it.

export class Broken extends Error {}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) // U+FEFF is never stripped [MQTT-1.5.3-3]

/** What MQTT 3.1.1 and 5 call the rules for texts. */
const TEXT_RULES = {
  4: { utf8: 'MQTT-1.5.3-1', nul: 'MQTT-1.5.3-2' },
  5: { utf8: 'MQTT-1.5.4-1', nul: 'MQTT-1.5.4-2' },
} as const

export class FieldReader {
  readonly #bytes: Uint8Array
  #at = 0
  #end: number
  /** What ends at `#end`. */
  #inside = 'packet'
  #rules: { readonly utf8: string; readonly nul: string }
  /** What a CONNECT has said; null: nothing. */
  level: number | null = null
  /** Where the field begins that was read last, or that cannot be read. */
  field = 0

  /** @param level 5: by the rules of MQTT 5 */
  constructor(bytes: Uint8Array, level = 4) {
    this.#bytes = bytes
    this.#end = bytes.length
    this.#rules = TEXT_RULES[level === 5 ? 5 : 4]
  }

  /** The CONNECT says only in its second field what it is. */
  speaks(level: number): void {
    this.level = level
    this.#rules = TEXT_RULES[level === 5 ? 5 : 4]
  }

  get left(): number {
    return this.#end - this.#at
  }

  byte(what: string): number {
    this.field = this.#at
    if (this.left < 1) throw new Broken(`the ${this.#inside} ${this.#ends} before its ${what}`)
    return this.#bytes[this.#at++]!
  }

  /** Two bytes, most significant first [MQTT-1.5.2]. */
  uint16(what: string): number {
    this.field = this.#at
    if (this.left < 2) throw new Broken(`the ${this.#inside} ${this.#ends} inside its ${what}`)
    this.#at += 2
    return (this.#bytes[this.#at - 2]! << 8) | this.#bytes[this.#at - 1]!
  }

  /** Four bytes, most significant first [MQTT 5.0, 1.5.3]. */
  uint32(what: string): number {
    this.field = this.#at
    if (this.left < 4) throw new Broken(`the ${this.#inside} ${this.#ends} inside its ${what}`)
    this.#at += 4
    const at = this.#at - 4
    const bytes = this.#bytes
    return bytes[at]! * 0x100_0000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!)
  }

  /** A variable byte integer [MQTT 5.0, 1.5.5], in as few bytes as it needs. */
  varint(what: string): number {
    this.field = this.#at
    // Most are one byte.
    const first = this.#at < this.#end ? this.#bytes[this.#at]! : 0x80
    if (first < 0x80) {
      this.#at++
      return first
    }
    let value = 0
    for (let i = 0, weight = 1; i < 4; i++, weight *= 128) {
      if (this.left < 1)
        throw new Broken(`the ${this.#inside} ${this.#ends} ${i === 0 ? 'before' : 'inside'} its ${what}`)
      const byte = this.#bytes[this.#at++]!
      value += (byte & 0x7f) * weight
      if (byte >= 0x80) continue
      if (byte === 0 && i > 0) throw new Broken(`the ${what} takes more bytes than it needs [MQTT-1.5.5-1]`)
      return value
    }
    throw new Broken(`the ${what} has more than four bytes [MQTT-1.5.5-1]`)
  }

  /** A two-byte length and as many bytes. */
  binary(what: string): Uint8Array {
    const begin = this.#at
    if (this.left < 2) {
      this.field = begin
      throw new Broken(`the ${this.#inside} ${this.#ends} inside its length of the ${what}`)
    }
    const length = (this.#bytes[begin]! << 8) | this.#bytes[begin + 1]!
    this.field = begin
    this.#at += 2
    if (this.left < length) throw new Broken(`the ${what} says ${length} bytes, only ${this.left} are left`)
    this.#at += length
    return this.#bytes.slice(this.#at - length, this.#at)
  }

  /** @param statement what ill-formed text breaks here; default: the rule for all texts */
  text(what: string, statement?: string): string {
    const bytes = this.binary(what)
    let text: string
    try {
      text = UTF8.decode(bytes)
    } catch {
      throw new Broken(`the ${what} is not well-formed UTF-8 [${statement ?? this.#rules.utf8}]`)
    }
    if (text.includes('\0')) throw new Broken(`the ${what} contains U+0000 [${statement ?? this.#rules.nul}]`)
    return text
  }

  /** All that is left; perhaps nothing. */
  rest(): Uint8Array {
    const rest = this.#bytes.slice(this.#at, this.#end)
    this.#at = this.#end
    return rest
  }

  /**
   * From here only the next `length` bytes are read, which are the `what` of the packet, until `leave`. One part is not
   * inside of another.
   */
  enter(length: number, what: string): void {
    if (this.left < length) throw new Broken(`the ${what} say ${length} bytes, only ${this.left} are left`)
    this.#end = this.#at + length
    this.#inside = what
  }

  leave(): void {
    this.#end = this.#bytes.length
    this.#inside = 'packet'
  }

  /** The next field begins here. */
  begin(): void {
    this.field = this.#at
  }

  /** The packet must be used up here. */
  end(): void {
    this.begin()
    if (this.left > 0)
      throw new Broken(`${this.left} more byte${this.left === 1 ? '' : 's'} than the packet has fields`)
  }

  get #ends(): string {
    return this.#inside === 'packet' ? 'ends' : 'end'
  }
}
