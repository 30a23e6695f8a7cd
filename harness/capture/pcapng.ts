// The blocks of a pcapng file that we need, little-endian: one section, one interface of raw IP
// packets with times in nanoseconds, and packets with comments. Every block is padded to 32 bits and
// says its length at both ends. https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html

const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const ENHANCED_PACKET = 6
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
/** The packet begins with its IP header. */
const LINKTYPE_RAW = 101
/** Times count 10^-9 s. */
const NANOSECONDS = 9

const OPTION = {
  end: 0,
  comment: 1,
  /** Of a section: the program that wrote it. */
  userAppl: 4,
  /** Of an interface. */
  name: 2,
  description: 3,
  tsresol: 9,
  /** Of a packet. */
  flags: 2,
} as const

/** An option's text is at most this long: its length is 16 bits. */
const LONGEST_TEXT = 0xffff

export interface CapturedPacket {
  /** Nanoseconds since 1970, UTC. */
  readonly at: bigint
  /** As the device sees it: `out` is what it sends. */
  readonly way: 'in' | 'out'
  readonly bytes: Buffer
  readonly comments: readonly string[]
}

export function sectionHeader(writtenBy: string, comment: string): Buffer {
  const body = Buffer.alloc(16)
  body.writeUInt32LE(BYTE_ORDER_MAGIC, 0)
  body.writeUInt16LE(1, 4) // version 1.0
  body.writeBigInt64LE(-1n, 8) // how long the section is: not said
  return block(SECTION_HEADER, body, [text(OPTION.comment, comment), text(OPTION.userAppl, writtenBy)])
}

export function interfaceDescription(name: string, description: string): Buffer {
  const body = Buffer.alloc(8)
  body.writeUInt16LE(LINKTYPE_RAW, 0)
  const options = [
    text(OPTION.name, name),
    text(OPTION.description, description),
    option(OPTION.tsresol, Buffer.from([NANOSECONDS])),
  ]
  return block(INTERFACE_DESCRIPTION, body, options)
}

export function enhancedPacket({ at, way, bytes, comments }: CapturedPacket): Buffer {
  const body = Buffer.alloc(20 + padded(bytes.length))
  body.writeUInt32LE(0, 0) // the first interface
  body.writeUInt32LE(Number(at >> 32n), 4)
  body.writeUInt32LE(Number(at & 0xffff_ffffn), 8)
  body.writeUInt32LE(bytes.length, 12)
  body.writeUInt32LE(bytes.length, 16)
  bytes.copy(body, 20)
  const flags = Buffer.alloc(4)
  flags.writeUInt32LE(way === 'in' ? 1 : 2)
  return block(ENHANCED_PACKET, body, [...comments.map((c) => text(OPTION.comment, c)), option(OPTION.flags, flags)])
}

function block(type: number, body: Buffer, options: readonly Buffer[]): Buffer {
  const end = Buffer.alloc(4) // code 0, length 0
  const length = 12 + body.length + options.reduce((sum, o) => sum + o.length, 0) + end.length
  const head = Buffer.alloc(8)
  head.writeUInt32LE(type, 0)
  head.writeUInt32LE(length, 4)
  return Buffer.concat([head, body, ...options, end, head.subarray(4, 8)])
}

function option(code: number, value: Buffer): Buffer {
  const out = Buffer.alloc(4 + padded(value.length))
  out.writeUInt16LE(code, 0)
  out.writeUInt16LE(value.length, 2)
  value.copy(out, 4)
  return out
}

/** Cut where a character ends, when it is too long. */
function text(code: number, value: string): Buffer {
  let bytes = Buffer.from(value)
  if (bytes.length > LONGEST_TEXT) {
    let end = LONGEST_TEXT
    while ((bytes[end]! & 0xc0) === 0x80) end--
    bytes = bytes.subarray(0, end)
  }
  return option(code, bytes)
}

const padded = (length: number): number => Math.ceil(length / 4) * 4
