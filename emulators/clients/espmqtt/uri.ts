// A broker's URI as the library's parser (http_parser) takes it apart, and percent-decoding of user and password.

export interface Uri {
  /** null, as the host: it is a path alone. */
  readonly scheme: string | null
  readonly host: string | null
  /** Path and query; null: none. */
  readonly path: string | null
  /** null: none is given. */
  readonly port: number | null
  /** As written; null: none, or an empty one. */
  readonly userInfo: string | null
}

const URI =
  /^([a-z]+):\/\/(?:([^/?#@]*)@)?(\[[0-9a-f:.%]+\]|[a-z0-9._-]+)(?::(\d+))?(\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i
const USER_INFO = /^[a-z0-9\-_.!~*'()%;:&=+$,]*$/i
/** What no part of a URI may contain. */
const NO_URL = /[\0-\x20\x7f]/

/** null: it cannot be parsed. A path alone is a URI without a host. */
export function parseUri(text: string): Uri | null {
  if (NO_URL.test(text)) return null
  if (text.startsWith('/'))
    return { scheme: null, host: null, path: text.replace(/#.*/, ''), port: null, userInfo: null }
  const found = URI.exec(text)
  if (found === null) return null
  const [, scheme, userInfo, host, port, path = '', query = ''] = found
  if (userInfo !== undefined && !USER_INFO.test(userInfo)) return null
  if (port !== undefined && Number(port) > 0xffff) return null
  const whole = query === '' ? path : `${path === '' ? '/' : path}?${query}`
  return {
    scheme: scheme!,
    host: host!.replace(/^\[|\]$/g, ''),
    path: whole === '' ? null : whole,
    port: port === undefined ? null : Number(port),
    userInfo: userInfo === undefined || userInfo === '' ? null : userInfo,
  }
}

/** null: a `%` without two hexadecimal digits behind it. */
export function percentDecoded(text: string): Uint8Array | null {
  if (/%(?![0-9a-f]{2})/i.test(text)) return null
  const bytes: number[] = []
  for (const part of text.match(/%[0-9a-f]{2}|[^%]+/gi) ?? []) {
    if (part.startsWith('%')) bytes.push(Number.parseInt(part.slice(1), 16))
    else bytes.push(...new TextEncoder().encode(part))
  }
  return Uint8Array.from(bytes)
}
