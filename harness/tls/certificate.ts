// An X.509 certificate for tests, written in DER by hand: it is some hundred bytes, and a library for it takes nine megabytes.
// Keys are of P-256, signatures ECDSA with SHA-256. [RFC 5280; X.690 for DER]

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { promisify } from 'node:util'

/** A certificate and its private key, as PEM. */
export interface CertificateKeyPair {
  readonly cert: string
  readonly key: string
}

export interface CertificateSettings {
  readonly notBefore: Date
  readonly notAfter: Date
  /** Who signs; absent: it signs itself. */
  readonly issuer?: CertificateKeyPair | undefined
  readonly usage: 'authority' | 'server' | 'client'
  /** What a server's is for. */
  readonly names?: readonly string[]
  readonly addresses?: readonly (readonly number[])[]
}

/** @param name its common name */
export async function makeCertificate(name: string, settings: CertificateSettings): Promise<CertificateKeyPair> {
  const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'prime256v1' })
  const { issuer } = settings
  const signer = issuer === undefined ? pair.privateKey : createPrivateKey(issuer.key)
  const issuerName = issuer === undefined ? name : commonNameOf(issuer.cert)
  const signed = sequence(
    explicit(0, integer([2])), // version 3
    integer([1 + (randomBytes(1)[0]! >> 2), ...randomBytes(15)]),
    ECDSA_SHA256,
    nameOf(issuerName),
    sequence(time(settings.notBefore), time(settings.notAfter)),
    nameOf(name),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensionsOf(settings, pair.publicKey, createPublicKey(signer)))),
  )
  const whole = sequence(signed, ECDSA_SHA256, bits(sign('sha256', signed, signer)))
  return { cert: pem(whole), key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
}

function extensionsOf(
  { usage, names = [], addresses = [] }: CertificateSettings,
  own: KeyObject,
  issuer: KeyObject,
): readonly Buffer[] {
  const isAuthority = usage === 'authority'
  const purpose = usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'
  const alternatives = [
    ...names.map((name) => tagged(0x82, Buffer.from(name, 'latin1'))),
    ...addresses.map((address) => tagged(0x87, Buffer.from(address))),
  ]
  return [
    extension('2.5.29.19', true, isAuthority ? sequence(TRUE) : sequence()),
    // keyCertSign and cRLSign, or digitalSignature; and the bits that are not used.
    extension('2.5.29.15', true, tagged(0x03, Buffer.from(isAuthority ? [1, 0x06] : [7, 0x80]))),
    ...(isAuthority ? [] : [extension('2.5.29.37', false, sequence(oid(purpose)))]),
    ...(alternatives.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...alternatives))]),
    extension('2.5.29.14', false, tagged(0x04, identifierOf(own))),
    extension('2.5.29.35', false, sequence(tagged(0x80, identifierOf(issuer)))),
  ]
}

/** RFC 5280, 4.2.1.2 (1): SHA-1 of the key's bits, which are the last 65 bytes of a P-256 key. */
const identifierOf = (key: KeyObject): Buffer =>
  createHash('sha1')
    .update((key.export({ type: 'spki', format: 'der' }) as Buffer).subarray(-65))
    .digest()

const commonNameOf = (cert: string): string => /^CN=(.*)$/m.exec(new X509Certificate(cert).subject)?.[1] ?? ''

function tagged(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(parts))
const explicit = (number: number, part: Buffer): Buffer => tagged(0xa0 | number, part)
const integer = (bytes: readonly number[]): Buffer => tagged(0x02, Buffer.from(bytes))
const bits = (bytes: Uint8Array): Buffer => tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]))
const TRUE = tagged(0x01, Buffer.from([0xff]))

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const groups = (n: number): number[] => (n < 128 ? [n] : [...groups(n >> 7).map((b) => b | 0x80), n & 0x7f])
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(groups)]))
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))

/** One common name. */
const nameOf = (name: string): Buffer =>
  sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(name)))))

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [TRUE] : []), tagged(0x04, value))

/** UTCTime, for years up to 2049. */
const time = (when: Date): Buffer =>
  tagged(0x17, Buffer.from(`${when.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`, 'latin1'))

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')}\n-----END CERTIFICATE-----\n`
