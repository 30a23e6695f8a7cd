// A message that a library gives to its program in parts, as its reads brought them.

import type { MessageProperties } from '../clients/client.ts'

export class MessageParts {
  #parts: Uint8Array[] = []

  /** The whole payload, when this part is its last; null: more are to come. */
  add(payload: Uint8Array, { index = 0, total = payload.length }: Partial<MessageProperties> = {}): Uint8Array | null {
    if (index === 0) this.#parts = []
    if (index === 0 && payload.length === total) return payload
    this.#parts.push(payload)
    return index + payload.length === total ? Buffer.concat(this.#parts) : null
  }
}
