// One TCP connection of a device, at the device's end: what was recorded of it becomes segments whose
// sequence numbers follow from the bytes that this end sent and got. Bytes that the link swallowed on
// their way down never came here, so they take no numbers.

import { type Endpoint, type Flag, MSS, type Segment } from './tcp.ts'

export type FlowDirection = 'out' | 'in'

export interface Spoken {
  readonly way: FlowDirection
  readonly segment: Segment
}

const NOTHING = new Uint8Array()

export class Conversation {
  readonly #device: Endpoint
  readonly #peer: Endpoint
  /** The next sequence number of each way. */
  readonly #next: Record<FlowDirection, number>
  readonly #ended = new Set<FlowDirection>()
  #acknowledges = false

  constructor(device: Endpoint, peer: Endpoint, number: number) {
    this.#device = device
    this.#peer = peer
    // Connections that share their ports one after the other begin far apart.
    this.#next = { out: number * 0x10000, in: number * 0x10000 + 0x8000 }
  }

  syn(): Spoken {
    return this.#say('out', ['SYN'])
  }

  /** The peer's half of the handshake, and the device's last word of it. */
  accepted(): Spoken[] {
    const synAck = this.#say('in', ['SYN', 'ACK'])
    this.#acknowledges = true
    return [synAck, this.#say('out', ['ACK'])]
  }

  /** Nobody listens there. */
  refused(): Spoken {
    this.#acknowledges = true
    return this.#say('in', ['RST', 'ACK'])
  }

  data(way: FlowDirection, bytes: Uint8Array): Spoken[] {
    const spoken: Spoken[] = []
    for (let at = 0; at < bytes.length; at += MSS) {
      const last = at + MSS >= bytes.length
      spoken.push(this.#say(way, last ? ['PSH', 'ACK'] : ['ACK'], bytes.subarray(at, at + MSS)))
    }
    return spoken
  }

  /** No more bytes that way; the other end acknowledges that. */
  fin(way: FlowDirection): Spoken[] {
    if (this.#ended.has(way)) return []
    this.#ended.add(way)
    return [this.#say(way, ['FIN', 'ACK']), this.#say(way === 'out' ? 'in' : 'out', ['ACK'])]
  }

  rst(way: FlowDirection): Spoken {
    return this.#say(way, ['RST', 'ACK'])
  }

  #say(way: FlowDirection, flags: readonly Flag[], payload: Uint8Array = NOTHING): Spoken {
    const [from, to] = way === 'out' ? [this.#device, this.#peer] : [this.#peer, this.#device]
    const ack = this.#acknowledges || way === 'in' ? this.#next[way === 'out' ? 'in' : 'out'] : 0
    const segment: Segment = { from, to, seq: this.#next[way], ack, flags, payload }
    this.#next[way] += payload.length + (flags.includes('SYN') || flags.includes('FIN') ? 1 : 0)
    return { way, segment }
  }
}
