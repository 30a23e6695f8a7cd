// IPv4 and TCP around bytes that once travelled so. The numbers are made up where the link did not
// see them (sequence numbers, window, time to live), and right: Wireshark finds nothing to complain of.

export interface Endpoint {
  /** Dotted; anything else is shown as 0.0.0.0. */
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

const IP_HEADER = 20
const TCP_HEADER = 20
/** A SYN says the largest segment that it takes. */
const MSS_OPTION = 4
/** Bytes of payload in one segment, as on Ethernet. */
export const MSS = 1460

/** One IP packet. */
export function frame(segment: Segment, id: number): Buffer {
  const { from, to, flags, payload } = segment
  const options = flags.includes('SYN') ? MSS_OPTION : 0
  const tcpLength = TCP_HEADER + options + payload.length
  const out = Buffer.alloc(IP_HEADER + tcpLength)
  out[0] = 0x45 // version 4, header of five words
  out.writeUInt16BE(out.length, 2)
  out.writeUInt16BE(id & 0xffff, 4)
  out.writeUInt16BE(0x4000, 6) // not to be fragmented
  out[8] = 64 // time to live
  out[9] = 6 // TCP
  writeAddress(out, 12, from.address)
  writeAddress(out, 16, to.address)
  out.writeUInt16BE(checksum(out.subarray(0, IP_HEADER)), 10)

  const tcp = out.subarray(IP_HEADER)
  tcp.writeUInt16BE(from.port, 0)
  tcp.writeUInt16BE(to.port, 2)
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
  tcp.writeUInt16BE(tcpChecksum(out, tcpLength), 16)
  return out
}

/** Over the addresses, the protocol and the length, too: the pseudo header of RFC 9293, 3.1. */
function tcpChecksum(packet: Buffer, tcpLength: number): number {
  const pseudo = Buffer.alloc(12)
  packet.copy(pseudo, 0, 12, 20)
  pseudo[9] = 6
  pseudo.writeUInt16BE(tcpLength, 10)
  return checksum(Buffer.concat([pseudo, packet.subarray(IP_HEADER)]))
}

/** The ones' complement sum of RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let k = 0; k + 1 < bytes.length; k += 2) sum += bytes.readUInt16BE(k)
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1]! << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

function writeAddress(out: Buffer, at: number, address: string): void {
  const parts = address
    .replace(/^::ffff:/i, '')
    .split('.')
    .map(Number)
  if (parts.length === 4 && parts.every((part) => part >= 0 && part <= 255)) out.set(parts, at)
}
