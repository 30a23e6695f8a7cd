// Reads the fields inside one packet. Every reading function throws `Broken` with the rule that
// the bytes break; only the decoder catches it, and makes a `malformed` packet of it.

export class Broken extends Error {}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }) // U+FEFF is never stripped [MQTT-1.5.3-3]

export class FieldReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  byte(what: string): number {
    if (this.left < 1) throw new Broken(`the packet ends before its ${what}`)
    return this.#bytes[this.#at++]!
  }

  /** Two bytes, most significant first [MQTT-1.5.2]. */
  uint16(what: string): number {
    if (this.left < 2) throw new Broken(`the packet ends inside its ${what}`)
    this.#at += 2
    return (this.#bytes[this.#at - 2]! << 8) | this.#bytes[this.#at - 1]!
  }

  /** A two-byte length and as many bytes. */
  binary(what: string): Uint8Array {
    const length = this.uint16(`length of the ${what}`)
    if (this.left < length) throw new Broken(`the ${what} says ${length} bytes, only ${this.left} are left`)
    this.#at += length
    return this.#bytes.slice(this.#at - length, this.#at)
  }

  text(what: string): string {
    const bytes = this.binary(what)
    let text: string
    try {
      text = UTF8.decode(bytes)
    } catch {
      throw new Broken(`the ${what} is not well-formed UTF-8 [MQTT-1.5.3-1]`)
    }
    if (text.includes('\0')) throw new Broken(`the ${what} contains U+0000 [MQTT-1.5.3-2]`)
    return text
  }

  /** All that is left; perhaps nothing. */
  rest(): Uint8Array {
    const rest = this.#bytes.slice(this.#at)
    this.#at = this.#bytes.length
    return rest
  }

  /** Bytes that are of no interest; never more than are left. */
  skip(count: number): void {
    this.#at += count
  }

  /** The packet must be used up here. */
  end(): void {
    if (this.left > 0)
      throw new Broken(`${this.left} more byte${this.left === 1 ? '' : 's'} than the packet has fields`)
  }
}
