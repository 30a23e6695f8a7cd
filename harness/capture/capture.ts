// What one device said and heard, as a capture file that Wireshark and tshark read: TCP around the
// packets that its link recorded, and the run's steps and faults as comments on the packet that came
// next. The broker's end is shown at port 1883, whatever the link's port was, because that is where
// MQTT is recognised; the true port stands in the comments.

import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BytesEvent, Event, PacketEvent, SocketEvent } from '../evidence/index.ts'
import { withoutPassword } from '../evidence/index.ts'
import { describe } from '../expect/index.ts'
import { throughTemporary } from '../outside/index.ts'
import { Conversation, type FlowDirection, type Spoken } from './conversation.ts'
import { type CapturedPacket, enhancedPacket, interfaceDescription, sectionHeader } from './pcapng.ts'
import { type Endpoint, frame } from './tcp.ts'

export interface CaptureSettings {
  readonly device: string
  /** The scenario's name, for the file's own comment. */
  readonly scenario: string
  readonly startedAt: Date
  /** Gone through twice. */
  readonly events: Iterable<Event>
  /** What a step is called, by its path in the record. */
  readonly titleOf: (step: string) => string
}

const MQTT_PORT = 1883
/** Where the record has no port: attempts that reached nobody. */
const MADE_UP_PORT = 49_152

/** Writes as it goes, so that a long run takes no more memory than a short one. Throws what the disk says. */
export async function writeCapture(file: string, settings: CaptureSettings): Promise<void> {
  await throughTemporary(file, (temporary) =>
    pipeline(
      Readable.from(inChunks(captureOf(settings)), { objectMode: false }),
      createWriteStream(temporary, { flags: 'wx' }),
    ),
  )
}

/** The blocks of the file, in order. */
export function* captureOf(settings: CaptureSettings): Generator<Buffer> {
  const { device, scenario } = settings
  const about = `${device} in "${scenario}", as its link recorded it. TCP is drawn around the recorded packets.`
  yield sectionHeader('mqtt-hil', about)
  yield interfaceDescription(device, `the link of ${device}; the broker's end is shown at port ${MQTT_PORT}`)
  // One packet behind, so that what came after the last one can still be its comment.
  let held: CapturedPacket | null = null
  const capture = new Capture(settings)
  for (const event of settings.events)
    for (const packet of capture.observe(event)) {
      if (held !== null) yield enhancedPacket(held)
      held = packet
    }
  if (held === null) return
  const rest = capture.comments.splice(0).map((comment) => `after this: ${comment}`)
  yield enhancedPacket({ ...held, comments: [...held.comments, ...rest] })
}

class Capture {
  /** For the next packet. */
  readonly comments: string[] = []
  readonly #settings: CaptureSettings
  readonly #conversations = new Map<number, Conversation>()
  /** What becomes of each attempt, by the seq of its `connecting`. */
  readonly #attempts: ReadonlyMap<number, Event & SocketEvent>
  /** The SYN of an attempt stands already. */
  readonly #begun = new Map<number, Conversation>()
  readonly #epoch: bigint
  #last = 0n
  #packets = 0
  #unheard = 0

  constructor(settings: CaptureSettings) {
    this.#settings = settings
    this.#attempts = outcomes(settings.device, settings.events)
    this.#epoch = BigInt(settings.startedAt.getTime()) * 1_000_000n
  }

  observe(event: Event): CapturedPacket[] {
    const comment = this.#commentOf(event)
    if (comment !== null) this.comments.push(comment)
    if (event.kind === 'packet' && event.device === this.#settings.device) return this.#packet(event)
    if (event.kind === 'bytes' && event.device === this.#settings.device) return this.#bytes(event)
    if (event.kind === 'socket' && event.device === this.#settings.device) return this.#socket(event)
    return []
  }

  #packet(event: Event & PacketEvent): CapturedPacket[] {
    const conversation = this.#conversations.get(event.connection)
    if (conversation === undefined) return []
    const { direction, delivered, packet, end, by } = event
    if (end === 'broker') {
      this.comments.push(`at the broker's end: ${describe(event)}`)
      return []
    }
    const bytes = withoutPassword(event)
    if (!delivered && direction === 'down') {
      this.comments.push(`${describe(event)}: ${bytes.length} bytes that never reached ${event.device}`)
      return []
    }
    if (event.held) this.comments.push('a disturbance holds this')
    else if (!delivered) this.comments.push('the link swallowed this: the broker never got it')
    if (by === 'link') this.comments.push('the link made this up, or repeated it')
    if (packet.type === 'malformed') this.comments.push(`malformed: ${packet.reason}`)
    return this.#spoken(event, conversation.data(direction === 'up' ? 'out' : 'in', bytes))
  }

  /** What comes after a length that no packet can have. */
  #bytes(event: Event & BytesEvent): CapturedPacket[] {
    const conversation = this.#conversations.get(event.connection)
    const { direction, delivered, raw } = event
    if (conversation === undefined || (!delivered && direction === 'down')) return []
    if (!delivered) this.comments.push('the link swallowed this: the broker never got it')
    return this.#spoken(event, conversation.data(direction === 'up' ? 'out' : 'in', raw))
  }

  #socket(event: Event & SocketEvent): CapturedPacket[] {
    const { change, by, connection } = event
    const way: FlowDirection = by === 'device' ? 'out' : 'in'
    const conversation = connection === undefined ? undefined : this.#conversations.get(connection)
    switch (change) {
      case 'connecting':
        return this.#attempt(event)
      case 'connected':
        return this.#connected(event)
      case 'refused': {
        if (conversation !== undefined) return this.#spoken(event, [conversation.rst('in')])
        const begun = this.#beginning(event)
        return this.#spoken(event, [...begun.spoken, begun.conversation.refused()])
      }
      case 'closed':
      case 'both-closed':
        return conversation === undefined ? [] : this.#spoken(event, conversation.fin(way))
      case 'reset':
        return conversation === undefined ? [] : this.#spoken(event, [conversation.rst(way)])
      case 'secured':
      case 'handshake-failed':
      case 'timeout':
        this.comments.push(describe(event))
        return []
    }
  }

  #attempt(event: Event & SocketEvent): CapturedPacket[] {
    const outcome = this.#attempts.get(event.seq)
    const conversation = this.#conversation(outcome ?? event)
    if (outcome !== undefined) this.#begun.set(outcome.seq, conversation)
    if (outcome === undefined || outcome.change === 'timeout')
      this.comments.push('no answer was recorded, and its port is made up')
    return this.#spoken(event, [conversation.syn()])
  }

  #connected(event: Event & SocketEvent): CapturedPacket[] {
    const { conversation, spoken } = this.#beginning(event)
    if (event.connection !== undefined) this.#conversations.set(event.connection, conversation)
    const port = event.ends?.link.port
    this.comments.push(
      `connection ${event.connection} of ${event.device}${port === undefined ? '' : `, to port ${port}`}`,
    )
    return this.#spoken(event, [...spoken, ...conversation.accepted()])
  }

  /** The SYN, unless the attempt that led here has sent it. */
  #beginning(event: Event & SocketEvent): { conversation: Conversation; spoken: Spoken[] } {
    const begun = this.#begun.get(event.seq)
    if (begun !== undefined) return { conversation: begun, spoken: [] }
    const conversation = this.#conversation(event)
    return { conversation, spoken: [conversation.syn()] }
  }

  #conversation({ ends, connection }: SocketEvent): Conversation {
    const device: Endpoint = ends?.device ?? { address: '127.0.0.1', port: MADE_UP_PORT + (this.#unheard++ % 16_000) }
    const peer: Endpoint = { address: ends?.link.address ?? '127.0.0.1', port: MQTT_PORT }
    return new Conversation(device, peer, connection ?? 0)
  }

  #spoken(event: Event, spoken: readonly Spoken[]): CapturedPacket[] {
    return spoken.map(({ way, segment }) => {
      const at = this.#epoch + BigInt(Math.round(event.at * 1e6))
      // Packets of one event share its time; a capture that runs backwards would confuse.
      this.#last = at > this.#last ? at : this.#last
      return { at: this.#last, way, bytes: frame(segment, ++this.#packets), comments: this.comments.splice(0) }
    })
  }

  #commentOf(event: Event): string | null {
    const { device, titleOf } = this.#settings
    switch (event.kind) {
      case 'step':
        if (event.phase === 'started') return `step ${event.step}: ${titleOf(event.step)}`
        return event.outcome === 'passed' ? null : `step ${event.step} ${event.outcome}`
      case 'fault':
      case 'device':
        return event.device === undefined || event.device === device ? describe(event) : null
      case 'exit':
        return event.device === device ? describe(event) : null
      case 'broker':
      case 'lag':
        return describe(event)
      default:
        return null
    }
  }
}

/** For each `connecting`, in order, the event that ended the attempt. */
function outcomes(device: string, events: Iterable<Event>): ReadonlyMap<number, Event & SocketEvent> {
  const found = new Map<number, Event & SocketEvent>()
  const open: number[] = []
  for (const event of events) {
    if (event.kind === 'device' && event.device === device) open.length = 0 // gone with its board
    if (event.kind !== 'socket' || event.device !== device) continue
    const { change, connection } = event
    if (change === 'connecting') open.push(event.seq)
    const ends = change === 'connected' || change === 'timeout' || (change === 'refused' && connection === undefined)
    const attempt = ends ? open.shift() : undefined
    if (attempt !== undefined) found.set(attempt, event)
  }
  return found
}

const CHUNK = 64 * 1024

/** Many small blocks in few writes. */
function* inChunks(blocks: Iterable<Buffer>): Generator<Buffer> {
  let waiting: Buffer[] = []
  let size = 0
  for (const block of blocks) {
    waiting.push(block)
    size += block.length
    if (size < CHUNK) continue
    yield Buffer.concat(waiting)
    waiting = []
    size = 0
  }
  yield Buffer.concat(waiting)
}
