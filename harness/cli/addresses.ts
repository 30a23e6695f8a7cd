// Addresses as flags have them: `1884`, `0.0.0.0:1884`, `[::]:1884`. One reader, so that what is an address for one flag is one for each.

import { Problem } from '../../emulators/core/problem.ts'

export interface Address {
  /** Without the brackets of IPv6; null: none was given. */
  readonly host: string | null
  /** null: none was given. */
  readonly port: number | null
}

export interface AddressRules {
  /** As messages name it: `--listen 1884`. */
  readonly flag: string
  /** What must be there. `port`: PORT or HOST:PORT; `host`: HOST or HOST:PORT. */
  readonly needs: 'port' | 'host'
  /** The least port; 0 means: any that is free. Default: 1. */
  readonly least?: 0 | 1
  readonly hint?: string
}

/** Throws Problem `cli/bad-address`. */
export function addressOf(text: string, { flag, needs, least = 1, hint }: AddressRules): Address {
  const address = needs === 'port' ? withPort(text) : withHost(text)
  const { port } = address ?? {}
  if (address !== null && (port === null || (port! >= least && port! <= 65_535))) return address
  const shape = needs === 'port' ? 'PORT or HOST:PORT' : 'HOST or HOST:PORT'
  throw new Problem('cli/bad-address', `${flag}: expected ${shape}, with a port from ${least} to 65535`, { hint })
}

function withPort(text: string): Address | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]:|([^:[\]]+):)?(\d+)$/.exec(text) ?? []
  return digits === undefined ? null : { host: bracketed ?? plain ?? null, port: Number(digits) }
}

function withHost(text: string): Address | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  return host === undefined ? null : { host, port: digits === undefined ? null : Number(digits) }
}

/** As a URL has a host: an address of IPv6 in brackets. */
export const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host)
