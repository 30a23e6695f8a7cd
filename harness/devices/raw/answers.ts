// What a raw device does by itself, and only because `auto:` says so: acknowledgements with the ids of what they
// answer, and pings. It reads no more of a packet than it needs, so a packet that breaks rules is answered, too.

import { after, type Clock, type Duration, scale, seconds, type Timer } from '../../../emulators/index.ts'

export const ANSWER_TYPES = ['puback', 'pubrec', 'pubrel', 'pubcomp', 'pingreq'] as const
export type AnswerType = (typeof ANSWER_TYPES)[number]

const CONNECT = 1
const PUBLISH = 3
const PUBREC = 5
const PUBREL = 6
const PINGREQ = Uint8Array.of(0xc0, 0)

/** Part of the keep alive after which a connection that was idle is pinged: early enough never to be late. */
const PING_AFTER = 0.75

/** The answer to a packet; null when there is none to give. */
export function answerTo(raw: Uint8Array, auto: ReadonlySet<AnswerType>): Uint8Array | null {
  const body = bodyOf(raw)
  const give = (name: AnswerType, first: number, id: Uint8Array): Uint8Array | null =>
    auto.has(name) && id.length === 2 ? Uint8Array.of(first, 2, ...id) : null
  switch (raw[0]! >> 4) {
    case PUBLISH: {
      const qos = (raw[0]! >> 1) & 3
      const at = 2 + ((body[0] ?? 0) << 8) + (body[1] ?? 0)
      const id = body.subarray(at, at + 2)
      return qos === 1 ? give('puback', 0x40, id) : qos === 2 ? give('pubrec', 0x50, id) : null
    }
    case PUBREC:
      // A reason code of failure ends it there [MQTT 5.0, 4.3.3].
      return (body[2] ?? 0) >= 0x80 ? null : give('pubrel', 0x62, body.subarray(0, 2))
    case PUBREL:
      return give('pubcomp', 0x70, body.subarray(0, 2))
    default:
      return null
  }
}

/** What follows the fixed header. */
export function bodyOf(raw: Uint8Array): Uint8Array {
  let at = 1
  while (at < raw.length && raw[at]! >= 0x80) at++
  return raw.subarray(at + 1)
}

/** The keep alive of a CONNECT, in seconds; null for other packets, and for one that ends before it. */
export function keepAliveOf(raw: Uint8Array): number | null {
  if (raw[0]! >> 4 !== CONNECT) return null
  const body = bodyOf(raw)
  const at = 2 + ((body[0] ?? 0) << 8) + (body[1] ?? 0) + 2
  return at + 2 > body.length ? null : (body[at]! << 8) | body[at + 1]!
}

/** Sends a PINGREQ whenever nothing else was sent for three quarters of the keep alive. */
export class Pinger {
  readonly #clock: Clock
  readonly #send: (ping: Uint8Array) => void
  #idle: Duration | null = null
  #timer: Timer | null = null

  constructor(clock: Clock, send: (ping: Uint8Array) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** From a CONNECT that was sent; 0 is no keep alive. */
  keepAlive(inSeconds: number): void {
    this.#idle = inSeconds === 0 ? null : scale(seconds(inSeconds), PING_AFTER)
    this.sent()
  }

  /** Something has just been sent. */
  sent(): void {
    this.#timer?.cancel()
    if (this.#idle === null) return
    this.#timer = this.#clock.at(after(this.#clock.now(), this.#idle), () => this.#send(PINGREQ))
  }

  stop(): void {
    this.#idle = null
    this.#timer?.cancel()
  }
}
