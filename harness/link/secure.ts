// TLS at the two ends of a link. It terminates here, so that packets stay visible: a device speaks TLS to its link
// with a certificate of ours, and the link speaks TLS or not to the broker, whatever the device does.

import { X509Certificate } from 'node:crypto'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, createSecureContext, TLSSocket } from 'node:tls'
import { realDate } from '../virtual-time/index.ts'
import { carriedBy } from './sockets.ts'
import type { LinkTls, Upstream } from './state.ts'

/** What is told of a handshake. */
export interface Handshake {
  /** False: it failed, and the connection ends. */
  readonly secured: boolean
  /** `TLSv1.2 ECDHE-…`, or why it failed. */
  readonly detail: string
  /** As the client sent it; absent when it sent none. */
  readonly serverName?: string | undefined
}

/** The device's end. Its socket can be used at once; what is written waits for the handshake. */
export function acceptTls(
  raw: Socket,
  { cert, key, clientCa, alpn }: LinkTls,
  tell: (handshake: Handshake) => void,
): Socket {
  const socket = new TLSSocket(raw, {
    isServer: true,
    secureContext: createSecureContext({ cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    requestCert: clientCa !== undefined,
    rejectUnauthorized: false, // it would not be looked at without a tls.Server; see `refusal`
  })
  carriedBy(socket, raw)
  let told = false
  const once = (handshake: Handshake): void => {
    if (!told) tell(handshake)
    told = true
  }
  socket.once('error', (error: NodeJS.ErrnoException) => once({ secured: false, detail: error.code ?? error.message }))
  socket.once('close', () => once({ secured: false, detail: 'closed' }))
  socket.once('secure', () => {
    const serverName = nameOf(socket)
    const refused = clientCa === undefined ? null : refusal(socket, clientCa)
    if (refused === null) once({ secured: true, detail: detailOf(socket), serverName })
    else {
      once({ secured: false, detail: refused, serverName })
      socket.destroy()
    }
  })
  return socket
}

/** The broker's end. A broker whose certificate is not trusted ends it with an error, as one that resets. */
export function dial({ host, port, tls }: Upstream): Socket {
  const raw = connectTcp({ host, port, allowHalfOpen: true, noDelay: true })
  if (tls === undefined) return raw
  const name = tls.serverName ?? host
  const socket = connectTls({
    socket: raw,
    host: name, // what the certificate must be for
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert, key: tls.key }),
    rejectUnauthorized: tls.insecure !== true,
    allowHalfOpen: true,
  } as ConnectionOptions)
  carriedBy(socket, raw)
  return socket
}

/** Why a client's certificate will not do; null when it will. */
function refusal(socket: TLSSocket, ca: string): string | null {
  const { raw } = socket.getPeerCertificate()
  if (raw === undefined) return 'it showed no certificate'
  const given = new X509Certificate(raw)
  const root = new X509Certificate(ca)
  if (!given.checkIssued(root) || !given.verify(root.publicKey)) return 'its certificate is of another authority'
  const now = realDate()
  if (Date.parse(given.validTo) < now || Date.parse(given.validFrom) > now) return 'its certificate is not valid now'
  return null
}

const detailOf = (socket: TLSSocket): string => {
  const chosen = socket.alpnProtocol
  const alpn = typeof chosen === 'string' ? ` ALPN ${chosen}` : ''
  return `${socket.getProtocol()} ${socket.getCipher().name}${alpn}`
}

/** Node says false for none, and its types do not know the property. */
const nameOf = (socket: TLSSocket): string | undefined => {
  const { servername } = socket as TLSSocket & { readonly servername?: string | false | null }
  return typeof servername === 'string' ? servername : undefined
}
