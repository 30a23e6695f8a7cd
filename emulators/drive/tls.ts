// TLS as a board's ssl module speaks it: version 1.2, no server name unless the program gives one, and no
// verification unless it asks for that. One thing is not as on a board: a certificate that will not do is noticed
// when the handshake is over, so the peer sees a closed connection and no alert.

import { isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { osError, PythonError, type TlsRequest } from '../board.ts'

/** What the board has in its flash, as PEM. */
export interface Trust {
  /** The authorities that a verifying program has loaded. */
  readonly ca?: string | undefined
  /** Its own certificate, for servers that ask for one. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

interface Where {
  readonly host: string
  readonly port: number
  readonly noDelay: boolean
  readonly allowHalfOpen: boolean
}

export const connectTls = (where: Where, request: TlsRequest, trust: Trust): TLSSocket =>
  connect({ ...where, ...optionsOf(request, trust) })

/** Over a connection that stands already, as MicroPython's `wrap_socket` does it. */
export const startTls = (socket: Socket, request: TlsRequest, trust: Trust): TLSSocket =>
  connect({ socket, ...optionsOf(request, trust) })

function optionsOf({ serverName = '', verify }: TlsRequest, trust: Trust): ConnectionOptions {
  return {
    maxVersion: 'TLSv1.2', // mbedTLS as MicroPython and CircuitPython build it
    servername: isIP(serverName) === 0 ? serverName : '', // an empty one is not sent
    rejectUnauthorized: verify !== undefined,
    // mbedTLS compares names only when it was told one.
    ...(serverName === '' ? { checkServerIdentity: () => undefined } : {}),
    ...(trust.ca === undefined ? {} : { ca: trust.ca }),
    ...(trust.cert === undefined ? {} : { cert: trust.cert, key: trust.key }),
  }
}

/** mbedTLS's numbers, as an OSError has them on a board. */
const CERT_VERIFY_FAILED = -0x2700
const FATAL_ALERT = -0x7780
const CONN_EOF = -0x7280
const INVALID_RECORD = -0x7200

/** What MicroPython's ValueError says of a certificate: mbedtls_x509_crt_verify_info. */
const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate validity has expired',
  CERT_NOT_YET_VALID: 'The certificate validity starts in the future',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate Common Name (CN) does not match with the expected CN',
}
const UNTRUSTED = 'The certificate is not correctly signed by the trusted CA'
const UNTRUSTED_CODES = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]

/** The exception of a handshake that failed; undefined when it was the network that did. */
export function handshakeError(error: Error, { verify }: TlsRequest): PythonError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  const reason = REASONS[code] ?? (UNTRUSTED_CODES.includes(code) ? UNTRUSTED : undefined)
  if (reason !== undefined)
    return verify === 'ValueError' ? new PythonError('ValueError', `\n${reason}\n`) : osError(CERT_VERIFY_FAILED)
  if (/before secure TLS connection/.test(error.message)) return osError(CONN_EOF)
  if (/ALERT/.test(code)) return osError(FATAL_ALERT)
  return code.startsWith('ERR_SSL') || code === 'EPROTO' ? osError(INVALID_RECORD) : undefined
}
