// How the library takes properties of MQTT 5 apart: up to the end that they announce, or, before 1.1.0, on and on.

export type UserProperties = readonly (readonly [Uint8Array, Uint8Array])[]

/** A variable length at `at` of a buffer of which so many bytes count. */
export function variable(
  buffer: Uint8Array,
  at: number,
  end: number,
): { readonly length: number; readonly size: number } {
  let length = 0
  let k = at
  while (k < end) {
    const byte = buffer[k] ?? 0
    length += (byte & 0x7f) * 128 ** (k - at)
    k++
    if ((byte & 0x80) === 0) break
  }
  return { length, size: k - at }
}

/** A property goes beyond what was announced. */
class BeyondProperties extends Error {}

/** The longest string that a bounded reader takes. */
const LONGEST_STRING = 16 * 1024

/** Reads on and on, also beyond what was announced: zeros beyond the buffer. Since 1.1.0 most properties are bounded. */
export class Cursor {
  readonly #buffer: Uint8Array
  at: number
  /** Where the properties end; null: nobody looks. */
  end: number | null = null

  constructor(buffer: Uint8Array, at: number) {
    this.#buffer = buffer
    this.at = at
  }

  number(size: number): number {
    this.#mustFit(size)
    return this.unbounded(size)
  }

  /** The few that are read without a look at the end. */
  unbounded(size: number): number {
    let value = 0
    for (let k = 0; k < size; k++) value = value * 256 + (this.#buffer[this.at++] ?? 0)
    return value
  }

  string(): Uint8Array {
    const length = this.number(2)
    if (this.end !== null && length > LONGEST_STRING) throw new BeyondProperties()
    this.#mustFit(length)
    return this.#slice(length)
  }

  unboundedString(): Uint8Array {
    return this.#slice(this.unbounded(2))
  }

  #slice(length: number): Uint8Array {
    this.at += length
    return this.#buffer.slice(this.at - length, this.at)
  }

  #mustFit(count: number): void {
    if (this.end !== null && count > this.end - this.at) throw new BeyondProperties()
  }

  variable(end: number): number {
    const { length, size } = variable(this.#buffer, this.at, end)
    this.at += size
    return length
  }
}

/** False: it came to what it cannot read. */
export function within(read: () => boolean): boolean {
  try {
    return read()
  } catch (e) {
    if (e instanceof BeyondProperties) return false
    throw e
  }
}

/** The bytes before the first NUL. */
export const asCString = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}
