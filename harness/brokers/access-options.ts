// The keys by which the harness is told how to get into a broker: the same for every kind that has them.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import type { BrokerTls, Credentials } from './broker.ts'

export const accessOptions = {
  username: z.string().optional().describe('user name, also for devices that bring none'),
  password: z.string().optional().describe('password; ${process.env.…} in the config keeps it out of files'),
  cafile: z.string().optional().describe("PEM file of the authority that signed the broker's certificate"),
  cert: z.string().optional().describe('PEM file of the certificate to show to the broker'),
  key: z.string().optional().describe('PEM file of its private key'),
  insecure: z.boolean().default(false).describe('accept any broker certificate'),
} as const

export interface AccessSettings {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly cafile?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly insecure: boolean
}

export const credentialsOf = ({ username, password }: AccessSettings): Credentials | undefined =>
  username === undefined ? undefined : { username, ...(password === undefined ? {} : { password }) }

/** An authority without a certificate would be passed over, and the broker's own be blamed. */
function certificates(broker: string, file: string, text: string): string {
  if (/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(text)) return text
  throw new Problem('broker/bad-options', `broker ${broker}: ${file} holds no certificate`, {
    hint: 'it is text with -----BEGIN CERTIFICATE-----; openssl x509 -inform der -in FILE makes it of a DER file',
  })
}

function privateKey(broker: string, file: string, text: string): string {
  if (/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(text)) return text
  throw new Problem('broker/bad-options', `broker ${broker}: ${file} holds no private key`, {
    hint: 'it is text with -----BEGIN PRIVATE KEY-----, of the certificate that cert: names; one with a passphrase cannot be used',
  })
}

/** `folder`: where relative paths begin. Throws Problem `broker/bad-options`. */
export function tlsOf(broker: string, { cafile, cert, key, insecure }: AccessSettings, folder = '.'): BrokerTls {
  if ((cert === undefined) !== (key === undefined))
    throw new Problem('broker/bad-options', `broker ${broker}: cert and key go together`)
  const pem = (file: string): string => {
    try {
      return readFileSync(resolve(folder, file), 'utf8')
    } catch (cause) {
      throw new Problem('broker/bad-options', `broker ${broker}: ${file} cannot be read`, {
        hint: `${resolve(folder, file)} is looked for; a path of the command line counts from where hil runs, one of the config from its folder`,
        cause,
      })
    }
  }
  return {
    insecure,
    ...(cafile === undefined ? {} : { ca: certificates(broker, cafile, pem(cafile)) }),
    ...(cert === undefined
      ? {}
      : { cert: certificates(broker, cert, pem(cert)), key: privateKey(broker, key!, pem(key!)) }),
  }
}
