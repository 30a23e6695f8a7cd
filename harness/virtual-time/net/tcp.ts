// One end of a TCP connection in memory: segments, FIN and RST, Nagle's algorithm and delayed acknowledgements, as two
// programs on one Linux machine have them. What is sent is with the other kernel at once, and its program hears of it
// a little later; a write after a RST fails although nobody has heard of that yet.

import type { Timer } from '../../../emulators/index.ts'
import type { World } from '../world.ts'
import type { Poll, Pollable } from './poll.ts'

/** How long Linux holds back an acknowledgement, hoping that data will carry it. */
const DELAYED_ACK_MS = 40
/** The loopback's. */
const SEGMENT_BYTES = 65_483
/** What libuv reads at once. */
const READ_BYTES = 65_536
/** What is on its way and unread before the sender has to wait. */
const WINDOW_BYTES = 1024 * 1024

/** What the program at this end hears. */
export interface TcpListener {
  /** It may keep the bytes and say `taken` later. */
  data(bytes: Buffer): void
  fin(): void
  reset(errno: 'ECONNRESET' | 'EPIPE'): void
  /** There is room in the window again. */
  room(): void
}

export class TcpEnd implements Pollable {
  readonly #world: World
  readonly #poll: Poll
  readonly #listener: TcpListener
  /** Each write is a segment at once. */
  noDelay = false
  #peer: TcpEnd | null = null
  /** The program has closed it: what comes is answered by RST. */
  #closed = false
  #finSent = false
  #finCame = false
  #dead = false
  #errno: 'ECONNRESET' | 'EPIPE' | null = null
  /** What the program will hear of after the bytes. */
  #ending: 'fin' | 'ECONNRESET' | 'EPIPE' | null = null
  /** Of which the program has not been told. */
  #unread: Buffer[] = []
  /** Sent and not taken by the other program. */
  #outstanding = 0
  /** Nagle: what waits for an acknowledgement. */
  #held: Buffer[] = []
  #finHeld = false
  #flush: Timer | null = null
  /** When all that was sent is acknowledged, as far as is known. */
  #ackedAt = 0
  /** This end has answered data by data: its acknowledgements wait for the next. */
  #answers = false
  #heardAt = Number.NEGATIVE_INFINITY
  /** When an acknowledgement leaves that is held back. */
  #ackDue: number | null = null

  constructor(world: World, poll: Poll, listener: TcpListener) {
    this.#world = world
    this.#poll = poll
    this.#listener = listener
  }

  static join(a: TcpEnd, b: TcpEnd): void {
    a.#peer = b
    b.#peer = a
  }

  get isFull(): boolean {
    return this.#outstanding >= WINDOW_BYTES
  }

  /** Why nothing can be sent any more; null while it can. */
  get errno(): 'ECONNRESET' | 'EPIPE' | null {
    return this.#errno
  }

  send(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#outstanding += bytes.length
    if (!this.noDelay && bytes.length < SEGMENT_BYTES && this.#ackedAt > this.#world.now) {
      this.#held.push(bytes)
      this.#arm()
      return
    }
    this.#transmit(bytes)
  }

  /** The other end hears of it after all bytes. */
  fin(): void {
    if (this.#finSent) return
    this.#finSent = true
    if (this.#held.length > 0) this.#finHeld = true
    else this.#with((peer) => peer.#finArrives())
  }

  /** As `close` of the descriptor. `unread`: something came that the program has not taken, which makes it a RST. */
  close(how: 'fin' | 'reset'): void {
    if (this.#closed) return
    if (how === 'reset') this.#reset()
    else {
      this.fin()
      this.#closed = true
    }
  }

  /** The program has taken so many bytes. */
  taken(bytes: number): void {
    const peer = this.#peer
    if (peer === null) return
    const wasFull = peer.isFull
    peer.#outstanding -= bytes
    if (wasFull && !peer.isFull) peer.#listener.room()
  }

  #reset(): void {
    this.#closed = true
    this.#held = []
    this.#flush?.cancel()
    if (!this.#dead) this.#with((peer) => peer.#resetArrives())
    this.#dead = true
  }

  #transmit(bytes: Buffer): void {
    if (this.#world.now - this.#heardAt < DELAYED_ACK_MS) this.#answers = true
    if (this.#ackDue !== null && this.#ackDue > this.#world.now) this.#acknowledge()
    this.#ackedAt = Number.POSITIVE_INFINITY
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES)
      this.#with((peer) => peer.#dataArrives(bytes.subarray(at, at + SEGMENT_BYTES)))
  }

  #with(arrive: (peer: TcpEnd) => void): void {
    if (this.#peer !== null) arrive(this.#peer)
  }

  #dataArrives(bytes: Buffer): void {
    if (this.#dead) return
    if (this.#closed) return this.#reset()
    if (this.#peer?.noDelay === false) this.#owe()
    this.#heardAt = this.#world.now
    this.#unread.push(bytes)
    this.#poll.wake(this)
  }

  get isReady(): boolean {
    return !this.#closed && (this.#unread.length > 0 || this.#ending !== null)
  }

  /** What came within one turn is read at once, as far as it fits into one read; then the end. */
  serve(): void {
    const all = this.#unread.length === 1 ? this.#unread[0]! : Buffer.concat(this.#unread)
    this.#unread = []
    for (let at = 0; at < all.length && !this.#closed; at += READ_BYTES)
      this.#listener.data(all.subarray(at, at + READ_BYTES))
    const ending = this.#ending
    this.#ending = null
    if (ending === null || this.#closed) return
    if (ending === 'fin') this.#listener.fin()
    else this.#listener.reset(ending)
  }

  /** The acknowledgement leaves at once, or with the next data, or late; after a late one the next leave at once. */
  #owe(): void {
    const { now } = this.#world
    if (this.#ackDue !== null && this.#ackDue <= now) {
      this.#ackDue = null
      this.#answers = false
    }
    if (!this.#answers || this.#ackDue !== null) return this.#acknowledge()
    this.#ackDue = now + DELAYED_ACK_MS
    this.#with((peer) => peer.#acknowledgedAt(now + DELAYED_ACK_MS))
  }

  #acknowledge(): void {
    this.#ackDue = null
    this.#with((peer) => peer.#acknowledgedAt(this.#world.now))
  }

  #acknowledgedAt(when: number): void {
    this.#ackedAt = when
    this.#arm()
  }

  #arm(): void {
    this.#flush?.cancel()
    if (this.#held.length === 0 || this.#ackedAt === Number.POSITIVE_INFINITY) return
    this.#flush = this.#world.at(this.#ackedAt, () => {
      const bytes = Buffer.concat(this.#held.splice(0))
      if (this.#dead) return
      this.#transmit(bytes)
      if (this.#finHeld) this.#with((peer) => peer.#finArrives())
    })
  }

  #finArrives(): void {
    if (this.#dead || this.#closed) return
    this.#finCame = true
    this.#ending = 'fin'
    this.#poll.wake(this)
  }

  #resetArrives(): void {
    if (this.#dead) return
    this.#dead = true
    this.#held = []
    this.#flush?.cancel()
    const errno = this.#finCame ? 'EPIPE' : 'ECONNRESET'
    this.#errno = errno
    if (this.#closed) return
    // After the peer's FIN only a write meets it.
    if (!this.#finCame) this.#ending = errno
    this.#poll.wake(this)
  }
}
