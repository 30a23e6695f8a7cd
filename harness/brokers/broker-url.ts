// A broker's URL taken apart. Nothing that is said about a wrong one shows the URL itself: it may hold a password.

import { z } from 'zod'
import type { Credentials } from './broker.ts'

const PORTS = { mqtt: 1883, tcp: 1883, mqtts: 8883, tls: 8883, ws: 80, wss: 443 } as const
type Scheme = keyof typeof PORTS

export interface BrokerAddress {
  readonly host: string
  readonly port: number
  readonly credentials: Credentials | null
  readonly secure: boolean
  /** For WebSocket: the URL without user and password. */
  readonly web: string | null
}

export const SHAPES = 'mqtt://HOST, mqtts://USER:PASSWORD@HOST:PORT or ws://HOST:PORT/PATH'

export const brokerUrl = z.string().transform((text, context): BrokerAddress => {
  const address = addressOf(text)
  if (address !== null) return address
  context.addIssue({ code: 'custom', message: `not a broker URL: ${whatIsWrong(text)}` })
  return z.NEVER
})

/** Schemes of other programs, and ours in their place. */
const OTHERS: Readonly<Record<string, string>> = {
  ssl: 'mqtts',
  'mqtt+ssl': 'mqtts',
  'mqtt+tls': 'mqtts',
  secure: 'mqtts',
  http: 'ws',
  https: 'wss',
}

/** In words that show nothing of it but its scheme and its port. */
function whatIsWrong(text: string): string {
  const [, scheme, rest] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(text) ?? []
  if (scheme === undefined || rest === undefined) return SHAPES
  const known = Object.hasOwn(PORTS, scheme.toLowerCase())
  if (!known) {
    const ours = OTHERS[scheme.toLowerCase()]
    return ours === undefined
      ? `the scheme ${scheme} is none of ${Object.keys(PORTS).join(', ')}`
      : `write ${ours}:// in place of ${scheme}://`
  }
  const login = rest.slice(0, Math.max(0, rest.lastIndexOf('@')))
  if (/[/?#@]/.test(login) || /%(?![\da-f]{2})/i.test(login))
    return 'in the user name and the password write %40 for @, %2F for /, %3F for ?, %23 for #, and %25 for %'
  const port = /:(\d+)(?:[/?#]|$)/.exec(rest.slice(login.length))?.[1]
  if (port !== undefined && Number(port) > 65_535) return `port ${port} is too large: the last is 65535`
  return SHAPES
}

function addressOf(text: string): BrokerAddress | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const scheme = url.protocol.slice(0, -1) as Scheme
  if (!Object.hasOwn(PORTS, scheme) || url.hostname === '') return null
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1') // an IPv6 address without the URL's brackets
  const port = url.port === '' ? PORTS[scheme] : Number(url.port)
  const secure = scheme === 'mqtts' || scheme === 'tls' || scheme === 'wss'
  const web = scheme === 'ws' || scheme === 'wss' ? `${scheme}://${url.host}${url.pathname}${url.search}` : null
  const credentials = credentialsOf(url)
  return credentials === undefined ? null : { host, port, credentials, secure, web }
}

/** undefined: a percent sign that escapes nothing. */
function credentialsOf({ username, password }: URL): Credentials | null | undefined {
  if (username === '') return null
  try {
    const name = { username: decodeURIComponent(username) }
    return password === '' ? name : { ...name, password: decodeURIComponent(password) }
  } catch {
    return undefined
  }
}
