// IPv4 or IPv6, and TCP, around bytes that once travelled so. The numbers are made up where the link did not
// see them (sequence numbers, window, time to live), and right: Wireshark finds nothing to complain of.

import { isIPv4, isIPv6 } from 'node:net'

export interface Endpoint {
  /** As Node has it: IPv4, IPv6, with a zone or not, or IPv4 mapped into IPv6. */
  readonly address: string
  readonly port: number
}

export type Flag = 'FIN' | 'SYN' | 'RST' | 'PSH' | 'ACK'

const FLAGS: Readonly<Record<Flag, number>> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 }

export interface Segment {
  readonly from: Endpoint
  readonly to: Endpoint
  /** 32 bits; what is above is cut off, as sequence numbers wrap. */
  readonly seq: number
  readonly ack: number
  readonly flags: readonly Flag[]
  readonly payload: Uint8Array
}

const IPV4_HEADER = 20
const IPV6_HEADER = 40
const TCP_HEADER = 20
/** A SYN says the largest segment that it takes. */
const MSS_OPTION = 4
/** Bytes of payload in one segment, as on Ethernet. */
export const MSS = 1460
const TCP = 6
const HOPS = 64

/** One IP packet. */
export function frame(segment: Segment, id: number): Buffer {
  const [from, to] = addressesOf(segment)
  const { flags, payload } = segment
  const options = flags.includes('SYN') ? MSS_OPTION : 0
  const tcpLength = TCP_HEADER + options + payload.length
  const header = from.length === 4 ? ipv4(from, to, tcpLength, id) : ipv6(from, to, tcpLength)
  const out = Buffer.alloc(header.length + tcpLength)
  out.set(header)

  const tcp = out.subarray(header.length)
  tcp.writeUInt16BE(segment.from.port, 0)
  tcp.writeUInt16BE(segment.to.port, 2)
  tcp.writeUInt32BE(segment.seq >>> 0, 4)
  tcp.writeUInt32BE(flags.includes('ACK') ? segment.ack >>> 0 : 0, 8)
  tcp[12] = ((TCP_HEADER + options) / 4) << 4
  tcp[13] = flags.reduce((bits, flag) => bits | FLAGS[flag], 0)
  tcp.writeUInt16BE(0xffff, 14) // window
  if (options > 0) {
    tcp[20] = 2
    tcp[21] = MSS_OPTION
    tcp.writeUInt16BE(MSS, 22)
  }
  tcp.set(payload, TCP_HEADER + options)
  tcp.writeUInt16BE(tcpChecksum(from, to, tcp), 16)
  return out
}

function ipv4(from: Uint8Array, to: Uint8Array, length: number, id: number): Buffer {
  const header = Buffer.alloc(IPV4_HEADER)
  header[0] = 0x45 // version 4, header of five words
  header.writeUInt16BE(IPV4_HEADER + length, 2)
  header.writeUInt16BE(id & 0xffff, 4)
  header.writeUInt16BE(0x4000, 6) // not to be fragmented
  header[8] = HOPS
  header[9] = TCP
  header.set(from, 12)
  header.set(to, 16)
  header.writeUInt16BE(checksum(header), 10)
  return header
}

/** RFC 8200, 3. */
function ipv6(from: Uint8Array, to: Uint8Array, length: number): Buffer {
  const header = Buffer.alloc(IPV6_HEADER)
  header[0] = 0x60 // version 6
  header.writeUInt16BE(length, 4)
  header[6] = TCP
  header[7] = HOPS
  header.set(from, 8)
  header.set(to, 24)
  return header
}

/** Over the addresses, the protocol and the length, too: the pseudo headers of RFC 9293, 3.1, and RFC 8200, 8.1. */
function tcpChecksum(from: Uint8Array, to: Uint8Array, tcp: Buffer): number {
  const rest = Buffer.alloc(8)
  rest.writeUInt32BE(tcp.length, 0)
  rest[7] = TCP
  return checksum(Buffer.concat([from, to, rest, tcp]))
}

/** The ones' complement sum of RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let k = 0; k + 1 < bytes.length; k += 2) sum += bytes.readUInt16BE(k)
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1]! << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Both of four bytes, or both of sixteen. */
function addressesOf({ from, to }: Segment): readonly [Uint8Array, Uint8Array] {
  const [a, b] = [addressBytes(from.address), addressBytes(to.address)]
  return a.length === b.length ? [a, b] : [mapped(a), mapped(b)]
}

const mapped = (address: Uint8Array): Uint8Array =>
  address.length === 16 ? address : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...address)

/** What is no address is shown as 0.0.0.0. */
function addressBytes(text: string): Uint8Array {
  const address = text.split('%')[0]!.replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  if (!isIPv6(address)) return new Uint8Array(4)
  // The last four bytes may be written as IPv4.
  const plain = address.replace(/[\d.]+$/, (end) => {
    if (!end.includes('.')) return end
    const [a, b, c, d] = end.split('.').map(Number)
    return `${((a! << 8) | b!).toString(16)}:${((c! << 8) | d!).toString(16)}`
  })
  const [first, second] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const missing = 8 - first!.length - (second?.length ?? 0)
  const groups = [
    ...first!,
    ...Array.from({ length: second === undefined ? 0 : missing }, () => '0'),
    ...(second ?? []),
  ]
  return Uint8Array.from(groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]))
}
