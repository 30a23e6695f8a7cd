// Certificates for tests: an authority that is made anew for each process and never written down, and what it
// signs. Each wrong certificate is wrong in one way only, so that a refusal tells what was checked.

import { optionalPackage } from '../../emulators/index.ts'
import { realDate } from '../virtual-time/index.ts'

/** A certificate and its private key, as PEM. */
export interface CertificateKeyPair {
  readonly cert: string
  readonly key: string
}

/** What a server may show. */
export const CERTIFICATES = ['valid', 'expired', 'not-yet-valid', 'wrong-name', 'self-signed', 'unknown-ca'] as const
export type CertificateKind = (typeof CERTIFICATES)[number]

/** What valid certificates are for; devices connect by the name. */
export const SERVER_NAME = 'localhost'
const SERVER_ADDRESSES = ['127.0.0.1', '::1']
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
  const root = await generate(name, {
    notBeforeDate: days(-1),
    notAfterDate: days(30),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
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
  return generate(name, {
    notBeforeDate: days(kind === 'expired' ? -3 : kind === 'not-yet-valid' ? 2 : -1),
    notAfterDate: days(kind === 'expired' ? -2 : 10),
    ...(kind === 'self-signed' ? {} : { ca: root }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: name },
          ...(kind === 'wrong-name' ? [] : SERVER_ADDRESSES.map((ip) => ({ type: 7 as const, ip }))),
        ],
      },
    ],
  })
}

const clientIdentity = (name: string, root: CertificateKeyPair): Promise<CertificateKeyPair> =>
  generate(name, {
    notBeforeDate: days(-1),
    notAfterDate: days(10),
    ca: root,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', clientAuth: true },
    ],
  })

type Options = NonNullable<Parameters<typeof import('selfsigned')['generate']>[1]>

async function generate(name: string, options: Options & { ca?: CertificateKeyPair }): Promise<CertificateKeyPair> {
  const { generate: make } = await optionalPackage('selfsigned', 'TLS', () => import('selfsigned'))
  const { cert, private: key } = await make([{ name: 'commonName', value: name }], {
    algorithm: 'sha256', // its default is SHA-1, which OpenSSL refuses
    keyType: 'ec',
    ...options,
  })
  return { cert, key }
}

const days = (n: number): Date => new Date(realDate() + n * DAY)
