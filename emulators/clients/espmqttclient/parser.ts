// espMqttClient's reader of packets: a machine that is given what one read brought, byte by byte, and tells of a
// PUBLISH's payload in the parts in which it came. It is strict where a packet's shape is concerned and blind where a
// topic's is: one that is empty or too long for its buffer loses the stream.

import { CONNACK, PINGRESP, PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL, SUBACK, UNSUBACK } from './packet.ts'

/** EMC_MAX_TOPIC_LENGTH. */
const MAX_TOPIC_LENGTH = 128
/** EMC_PAYLOAD_BUFFER_SIZE: codes of a SUBACK. */
const PAYLOAD_BUFFER_SIZE = 32
const NONE = new Uint8Array()

export type ParserResult = 'await data' | 'packet' | 'protocol error'

/** The packet being read; good until the next is begun. */
export interface IncomingPacket {
  /** The first byte. */
  header: number
  remainingLength: number
  sessionPresent: number
  returnCode: number
  packetId: number
  topicLength: number
  topic: Uint8Array
  payload: { data: Uint8Array; length: number; index: number; total: number }
}

export class Parser {
  readonly packet: IncomingPacket = {
    header: 0,
    remainingLength: 0,
    sessionPresent: 0,
    returnCode: 0,
    packetId: 0,
    topicLength: 0,
    topic: NONE,
    payload: { data: NONE, length: 0, index: 0, total: 0 },
  }
  #data: Uint8Array = NONE
  #bytesRead = 0
  #bytePos = 0
  #collected: number[] = []
  #parse: (this: Parser) => ParserResult = this.#fixedHeader

  reset(): void {
    this.#parse = this.#fixedHeader
    this.#bytePos = 0
    this.#forget()
  }

  /** Reads up to the end of a packet, of a part of a payload, or of `data`. */
  parse(data: Uint8Array): { readonly result: ParserResult; readonly bytesRead: number } {
    this.#data = data
    this.#bytesRead = 0
    let result: ParserResult = 'await data'
    while (result === 'await data' && this.#bytesRead < data.length) {
      result = this.#parse()
      this.#bytesRead++
    }
    this.#data = NONE
    return { result, bytesRead: this.#bytesRead }
  }

  #forget(): void {
    const { packet } = this
    packet.header = 0
    packet.topicLength = 0
    packet.packetId = 0
    packet.payload.index = 0
    packet.payload.length = 0
  }

  #byte(): number {
    return this.#data[this.#bytesRead]!
  }

  #fixedHeader(): ParserResult {
    this.#forget()
    const header = this.#byte()
    this.packet.header = header
    if ((header & 0xf0) === PUBLISH) {
      const flags = header & 0x0f
      // QoS 3 without DUP and DUP with QoS 0 are refused; QoS 3 with DUP gets through.
      if (flags > 0x05 && flags < 0x0a) return 'protocol error'
      return this.#awaitLength()
    }
    switch (header) {
      case CONNACK:
      case PUBACK:
      case PUBREC:
      case PUBREL | 0x02:
      case PUBCOMP:
      case UNSUBACK:
        this.#parse = this.#remainingLengthFixed
        return 'await data'
      case SUBACK:
        return this.#awaitLength()
      case PINGRESP:
        this.#parse = this.#remainingLengthNone
        return 'await data'
      default:
        return 'protocol error'
    }
  }

  #awaitLength(): ParserResult {
    this.#parse = this.#remainingLengthVariable
    this.#bytePos = 0
    this.packet.remainingLength = 0
    return 'await data'
  }

  #remainingLengthFixed(): ParserResult {
    this.packet.remainingLength = this.#byte()
    if (this.packet.remainingLength !== 2) return this.#refuse()
    this.#parse = (this.packet.header & 0xf0) === CONNACK ? this.#varHeaderConnack1 : this.#varHeaderPacketId1
    return 'await data'
  }

  #remainingLengthVariable(): ParserResult {
    const { packet } = this
    const byte = this.#byte()
    packet.remainingLength += (byte & 0x7f) * 128 ** this.#bytePos
    if ((byte & 0x80) !== 0) return ++this.#bytePos === 4 ? 'protocol error' : 'await data'
    if ((packet.header & 0xf0) === PUBLISH) {
      this.#parse = this.#varHeaderTopicLength1
      return 'await data'
    }
    const size = packet.remainingLength - 2
    if (size <= 0 || size >= PAYLOAD_BUFFER_SIZE) return this.#refuse()
    this.#bytePos = 0
    this.#collected = []
    packet.payload = { data: NONE, index: 0, length: size, total: size }
    this.#parse = this.#varHeaderPacketId1
    return 'await data'
  }

  #remainingLengthNone(): ParserResult {
    this.packet.remainingLength = this.#byte()
    this.#parse = this.#fixedHeader
    return this.packet.remainingLength === 0 ? 'packet' : 'protocol error'
  }

  #varHeaderConnack1(): ParserResult {
    if (this.#byte() > 1) return this.#refuse()
    this.packet.sessionPresent = this.#byte()
    this.#parse = this.#varHeaderConnack2
    return 'await data'
  }

  #varHeaderConnack2(): ParserResult {
    if (this.#byte() > 5) return this.#refuse()
    this.packet.returnCode = this.#byte()
    this.#parse = this.#fixedHeader
    return 'packet'
  }

  #varHeaderPacketId1(): ParserResult {
    this.packet.packetId |= this.#byte() << 8
    this.#parse = this.#varHeaderPacketId2
    return 'await data'
  }

  #varHeaderPacketId2(): ParserResult {
    const { packet } = this
    packet.packetId |= this.#byte()
    this.#parse = this.#fixedHeader
    if (packet.packetId === 0) return 'protocol error'
    switch (packet.header & 0xf0) {
      case SUBACK:
        this.#parse = this.#payloadSuback
        return 'await data'
      case PUBLISH:
        packet.payload.total = (packet.payload.total - 2) >>> 0
        return this.#awaitPayload()
      default:
        return 'packet'
    }
  }

  #varHeaderTopicLength1(): ParserResult {
    this.packet.topicLength = this.#byte() << 8
    this.#parse = this.#varHeaderTopicLength2
    return 'await data'
  }

  #varHeaderTopicLength2(): ParserResult {
    const { packet } = this
    packet.topicLength |= this.#byte()
    // Lengths are unsigned: a packet that is too short for a topic has room for any.
    const maxTopicLength = (packet.remainingLength - 2 - (this.#hasPacketId() ? 2 : 0)) >>> 0
    if (packet.topicLength > maxTopicLength) return this.#refuse()
    packet.payload.total = (packet.remainingLength - 2 - packet.topicLength) >>> 0
    this.#parse = this.#varHeaderTopic
    this.#bytePos = 0
    this.#collected = []
    return 'await data'
  }

  /** Ends at the topic's length, which an empty topic has passed already, or when the buffer is full. */
  #varHeaderTopic(): ParserResult {
    const { packet } = this
    this.#collected.push(this.#byte())
    this.#bytePos++
    if (this.#bytePos !== packet.topicLength && this.#bytePos !== MAX_TOPIC_LENGTH) return 'await data'
    packet.topic = Uint8Array.from(this.#collected)
    if (!this.#hasPacketId()) return this.#awaitPayload()
    this.#parse = this.#varHeaderPacketId1
    return 'await data'
  }

  #awaitPayload(): ParserResult {
    this.packet.payload.data = NONE
    const empty = this.packet.payload.total === 0
    this.#parse = empty ? this.#fixedHeader : this.#payloadPublish
    return empty ? 'packet' : 'await data'
  }

  #payloadSuback(): ParserResult {
    const code = this.#byte()
    if (code > 2 && code !== 0x80) return this.#refuse()
    this.#collected.push(code)
    if (++this.#bytePos !== this.packet.payload.total) return 'await data'
    this.packet.payload.data = Uint8Array.from(this.#collected)
    this.#parse = this.#fixedHeader
    return 'packet'
  }

  /** As much of the payload as there is. */
  #payloadPublish(): ParserResult {
    const { payload } = this.packet
    payload.index += payload.length
    const end = Math.min(this.#data.length, this.#bytesRead + ((payload.total - payload.index) >>> 0))
    payload.data = this.#data.subarray(this.#bytesRead, end)
    payload.length = payload.data.length
    this.#bytesRead = end - 1
    if (payload.index + payload.length === payload.total) this.#parse = this.#fixedHeader
    return 'packet'
  }

  #hasPacketId(): boolean {
    return (this.packet.header & 0x06) !== 0
  }

  #refuse(): ParserResult {
    this.#parse = this.#fixedHeader
    return 'protocol error'
  }
}
