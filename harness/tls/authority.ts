// Certificates for tests: an authority that is made anew for each process and never written down, and what it
// signs. Each wrong certificate is wrong in one way only, so that a refusal tells what was checked.

import { type CertificateKeyPair, makeCertificate } from './certificate.ts'

/** What a server may show. */
export const CERTIFICATES = ['valid', 'expired', 'not-yet-valid', 'wrong-name', 'self-signed', 'unknown-ca'] as const
export type CertificateKind = (typeof CERTIFICATES)[number]

/** What valid certificates are for; devices connect by the name. */
export const SERVER_NAME = 'localhost'
/** 127.0.0.1 and ::1. */
const SERVER_ADDRESSES = [
  [127, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
]
/** Reserved for examples, so nobody has it. [RFC 6761] */
const WRONG_NAME = 'wrong.invalid'

const DAY = 86_400_000

export interface Authority {
  /** Its own certificate, which whoever verifies must trust. */
  readonly cert: string
  server(kind: CertificateKind): Promise<CertificateKeyPair>
  /** For mutual TLS. */
  client(name: string): Promise<CertificateKeyPair>
}

let ours: Promise<Authority> | undefined

/** The one of this process. */
export function testAuthority(): Promise<Authority> {
  ours ??= makeAuthority('mqtt-hil test authority')
  return ours
}

async function makeAuthority(name: string): Promise<Authority> {
  const root = await makeCertificate(name, { notBefore: days(-1), notAfter: days(30), usage: 'authority' })
  const made = new Map<string, Promise<CertificateKeyPair>>()
  const once = (what: string, make: () => Promise<CertificateKeyPair>): Promise<CertificateKeyPair> => {
    const identity = made.get(what) ?? make()
    made.set(what, identity)
    return identity
  }
  return {
    cert: root.cert,
    server: (kind) => once(`server ${kind}`, () => serverIdentity(kind, root)),
    client: (client) => once(`client ${client}`, () => clientIdentity(client, root)),
  }
}

async function serverIdentity(kind: CertificateKind, root: CertificateKeyPair): Promise<CertificateKeyPair> {
  if (kind === 'unknown-ca') return (await makeAuthority('mqtt-hil untrusted authority')).server('valid')
  const name = kind === 'wrong-name' ? WRONG_NAME : SERVER_NAME
  return makeCertificate(name, {
    notBefore: days(kind === 'expired' ? -3 : kind === 'not-yet-valid' ? 2 : -1),
    notAfter: days(kind === 'expired' ? -2 : 10),
    issuer: kind === 'self-signed' ? undefined : root,
    usage: 'server',
    names: [name],
    addresses: kind === 'wrong-name' ? [] : SERVER_ADDRESSES,
  })
}

const clientIdentity = (name: string, root: CertificateKeyPair): Promise<CertificateKeyPair> =>
  makeCertificate(name, { notBefore: days(-1), notAfter: days(10), issuer: root, usage: 'client' })

const days = (n: number): Date => new Date(Date.now() + n * DAY)
