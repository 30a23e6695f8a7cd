// The opening handshake of WebSocket (RFC 6455, section 4): two heads of HTTP. Header names are compared without
// regard to case, and a header may come in several lines.

import { createHash, randomBytes } from 'node:crypto'

export interface Head {
  /** `GET /mqtt HTTP/1.1`, `HTTP/1.1 101 Switching Protocols`. */
  readonly start: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

const END = '\r\n\r\n'
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** More is no head. */
const MAX_HEAD_BYTES = 64 * 1024

/** Collects bytes up to the empty line that ends a head. */
export class HeadReader {
  #bytes: Buffer = Buffer.alloc(0)

  /** null: its end has not come. `none`: what comes is no head of HTTP. Else the head, and the bytes behind it. */
  push(chunk: Uint8Array): { readonly head: Head; readonly behind: Uint8Array } | null | 'none' {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const end = this.#bytes.indexOf(END)
    if (end < 0) return this.#bytes.length > MAX_HEAD_BYTES || !looksLikeHttp(this.#bytes) ? 'none' : null
    const head = parseHead(this.#bytes.toString('latin1', 0, end))
    return head === null ? 'none' : { head, behind: this.#bytes.subarray(end + END.length) }
  }

  /** All that has come; for what turned out to be no head. */
  get bytes(): Uint8Array {
    return this.#bytes
  }
}

/** A head begins with a word in ASCII, which no packet of MQTT does that may come first. */
const looksLikeHttp = (bytes: Buffer): boolean => bytes.length === 0 || /^[A-Z]/.test(bytes.toString('latin1', 0, 1))

function parseHead(text: string): Head | null {
  const [start = '', ...lines] = text.split('\r\n')
  if (!/(^HTTP\/1\.[01] \d{3}( |$))|( HTTP\/1\.[01]$)/.test(start)) return null
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return { start, headers }
}

export const headBytes = ({ start, headers }: Head): Uint8Array =>
  Buffer.from([start, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n') + END, 'latin1')

/** All values of a header, those of its lines and those between commas. */
export const valuesOf = ({ headers }: Head, name: string): readonly string[] =>
  headers
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value.split(',').map((one) => one.trim()))
    .filter((one) => one !== '')

/** The head without a header, or with one value in its place; a header that is not there is not added. */
export const withHeader = ({ start, headers }: Head, name: string, value: string | null): Head => ({
  start,
  headers: headers.flatMap(([key, old]) =>
    key.toLowerCase() !== name ? [[key, old] as const] : value === null ? [] : [[key, value] as const],
  ),
})

export const subprotocolsOf = (head: Head): readonly string[] => valuesOf(head, 'sec-websocket-protocol')

/** Of a request, without its query, which may be a secret. */
export const pathOf = ({ start }: Head): string => (start.split(' ')[1] ?? '').split('?')[0]!

/** Of an answer; NaN when it is none. */
export const statusOf = ({ start }: Head): number => Number.parseInt(start.split(' ')[1] ?? '', 10)

export const newKey = (): string => randomBytes(16).toString('base64')

/** What the answer to this key must be. */
export const acceptOf = (key: string): string => createHash('sha1').update(`${key}${GUID}`).digest('base64')

export interface UpgradeRequest {
  /** `host:port`. */
  readonly host: string
  readonly path: string
  readonly subprotocols: readonly string[]
  readonly key: string
}

export const upgradeRequest = ({ host, path, subprotocols, key }: UpgradeRequest): Uint8Array =>
  headBytes({
    start: `GET ${path} HTTP/1.1`,
    headers: [
      ['Host', host],
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Key', key],
      ['Sec-WebSocket-Version', '13'],
      ...(subprotocols.length === 0 ? [] : [['Sec-WebSocket-Protocol', subprotocols.join(', ')] as const]),
    ],
  })

/** Why an answer opens no WebSocket; null when it does. */
export function refusal(answer: Head, key: string): string | null {
  if (statusOf(answer) !== 101) return `the server answers the upgrade with ${answer.start}`
  const [accept] = valuesOf(answer, 'sec-websocket-accept')
  return accept === acceptOf(key) ? null : 'the server answers the upgrade with another Sec-WebSocket-Accept'
}
