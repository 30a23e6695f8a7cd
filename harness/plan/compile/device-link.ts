// `link:` of a device: where it listens, who may connect, and how it shows itself by TLS. Certificates are read when the
// scenario is compiled, so that a wrong one is a mistake of the scenario and not of the run.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import type { Duration } from '../../../emulators/index.ts'
import { childOf, type Diagnostics, type Node } from '../../scenario/index.ts'
import type { LinkLatency, LinkPlace, TlsPlan } from '../model/plan.ts'
import type { deviceLink } from '../schema/device-link.ts'

type LinkWords = z.output<typeof deviceLink> | undefined

/** Null: any free port of the usual address. */
export function placeOf(link: LinkWords): LinkPlace | null {
  const { port, host, from: peers } = link ?? {}
  const from = peers === 'any' ? undefined : peers
  return port === undefined && host === undefined && from === undefined ? null : { port, host, from }
}

/** One time for both directions, or each its own. */
export function latencyOf(link: LinkWords): LinkLatency | undefined {
  const latency = link?.latency
  if (latency === undefined) return undefined
  if (typeof latency === 'number') return { up: latency, down: latency }
  return { up: latency.up ?? ZERO, down: latency.down ?? ZERO }
}

const ZERO = 0 as Duration

/** A warning where any machine of a network may pass for the device. `isRemote`: the kind's link is in a network. */
export function warnOfStrangers(link: LinkWords, node: Node, isRemote: boolean, diagnostics: Diagnostics): void {
  if (link === undefined || link.from !== undefined) return
  const { host } = link
  if (host === undefined ? !isRemote : isLoopback(host)) return
  const entry = childOf(node, 'link')!
  diagnostics.add({
    code: 'scenario/open-link',
    message: `every machine that reaches ${host ?? 'the address of this link'} may connect in place of the device`,
    at: (childOf(entry, 'host') ?? entry).place,
    hint: 'from: [ADDRESS] lets in that of the device alone; from: any says that all may',
    severity: 'warning',
  })
}

const isLoopback = (address: string): boolean => /^127\.|^(::ffff:)?127\.|^(0*:)+0*1$/i.test(address)

/** What is wrong with its files is added to the diagnostics. */
export function tlsOf(link: LinkWords, node: Node, file: string, diagnostics: Diagnostics): TlsPlan | null {
  const tls = link?.tls ?? false
  if (tls === false) return null
  if (tls === true) return { certificate: 'valid', mutual: false }
  const { certificate = 'valid', mutual = false, cert, key, ca, alpn } = tls
  const plan = { certificate, mutual, ...(alpn === undefined ? {} : { alpn }) }
  if (cert === undefined || key === undefined) return plan
  const at = childOf(childOf(node, 'link')!, 'tls')!
  const read = (name: string, given: string): string | null => {
    try {
      return readFileSync(resolve(dirname(file), given), 'utf8')
    } catch (error) {
      diagnostics.add({
        code: 'scenario/no-such-file',
        message: `${given} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
        at: childOf(at, name)!.place,
        hint: 'certificates and keys are looked for from the folder of the scenario',
      })
      return null
    }
  }
  const texts = { cert: read('cert', cert), key: read('key', key), ca: ca === undefined ? undefined : read('ca', ca) }
  if (texts.cert === null || texts.key === null || texts.ca === null) return plan
  const why = whyNoPair(texts.cert, texts.key)
  if (why !== null)
    diagnostics.add({
      code: 'scenario/link-certificate',
      message: why,
      at: childOf(at, 'cert')!.place,
      hint: 'PEM files: openssl x509 -in cert.pem -noout -text shows a certificate, openssl pkey -in key.pem -check a key',
    })
  // A certificate that signed itself is its own root.
  return { ...plan, own: { cert: texts.cert, key: texts.key, ca: texts.ca ?? texts.cert } }
}

function whyNoPair(cert: string, key: string): string | null {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
      ? null
      : 'the key is not that of the certificate'
  } catch (error) {
    return `not a certificate with its key: ${(error as Error).message}`
  }
}
