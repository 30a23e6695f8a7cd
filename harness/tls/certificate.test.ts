// Certificates that are written by hand, read by OpenSSL (in Node): each field, the signature and the identifiers.

import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { needs } from '../brokers/needs.testing.ts'
import { Scratch } from '../cli/testing.ts'
import { makeCertificate } from './certificate.ts'

const notBefore = new Date('2026-01-02T03:04:05Z')
const notAfter = new Date('2031-12-31T23:59:59Z')

const root = await makeCertificate('an authority', { notBefore, notAfter, usage: 'authority' })
const server = await makeCertificate('localhost', {
  notBefore,
  notAfter,
  issuer: root,
  usage: 'server',
  names: ['localhost', 'broker.test'],
  addresses: [
    [127, 0, 0, 1],
    [...Array<number>(15).fill(0), 1],
  ],
})
const client = await makeCertificate('blue-1', { notBefore, notAfter, issuer: root, usage: 'client' })

it('has its names, its times, its key and its use', () => {
  const read = new X509Certificate(server.cert)
  expect([read.subject, read.issuer]).toEqual(['CN=localhost', 'CN=an authority'])
  expect([new Date(read.validFrom), new Date(read.validTo)]).toEqual([notBefore, notAfter])
  expect(read.subjectAltName).toBe('DNS:localhost, DNS:broker.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
  expect(read.checkPrivateKey(createPrivateKey(server.key))).toBe(true)
  expect([read.ca, read.keyUsage]).toEqual([false, ['1.3.6.1.5.5.7.3.1']])
  expect(new X509Certificate(client.cert).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
})

it('is signed by its authority, and by nobody else', async () => {
  const other = await makeCertificate('an authority', { notBefore, notAfter, usage: 'authority' })
  for (const { cert } of [server, client, root]) {
    const read = new X509Certificate(cert)
    expect(read.checkIssued(new X509Certificate(root.cert))).toBe(true)
    expect(read.verify(createPublicKey(root.cert))).toBe(true)
    expect(read.verify(createPublicKey(other.cert))).toBe(false)
  }
  expect(new X509Certificate(root.cert).ca).toBe(true)
})

it('has a serial number of its own, which is positive', async () => {
  const numbers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const { cert } = await makeCertificate('x', { notBefore, notAfter, usage: 'server' })
      return new X509Certificate(cert).serialNumber
    }),
  )
  expect(new Set(numbers).size).toBe(20)
  for (const number of numbers) expect(number).toMatch(/^[0-7][0-9A-F]{31}$/)
})

const { skip, why } = await needs('openssl')

it.skipIf(skip)(`holds against the strict checks of RFC 5280${why}`, () => {
  using folder = new Scratch()
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder.path, name), text)
    return join(folder.path, name)
  }
  const args = ['verify', '-x509_strict', '-attime', '1780000000', '-CAfile', put('ca.pem', root.cert)]
  for (const [name, purpose] of [
    ['server', 'sslserver'],
    ['client', 'sslclient'],
  ] as const) {
    const file = put(`${name}.pem`, (name === 'server' ? server : client).cert)
    expect(execFileSync('openssl', [...args, '-purpose', purpose, file], { encoding: 'utf8' })).toContain(': OK')
  }
})
