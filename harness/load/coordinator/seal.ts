// What coordinator and workers write into Redis, where others can read and write: encrypted and signed (AES-256-GCM) with
// a key that only they have. Each text is bound to its purpose, so that it means nothing in another place.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Problem } from '../../../emulators/index.ts'

/** The variable of the environment that has the key. */
export const QUEUE_KEY = 'HIL_QUEUE_KEY'
/** Characters; 128 bits of hexadecimal digits. */
const SHORTEST_KEY = 32

const CIPHER = 'aes-256-gcm'
const NONCE = 12
const TAG = 16
/** What a text may unpack to; bytes. */
const MOST = 1 << 30

export interface Seal {
  /** A value as bytes for Redis. `purpose`: what it is for; `open` must name the same. */
  close(purpose: string, value: unknown): Buffer
  /** null: not made with this key, for another purpose, or changed since. */
  open(purpose: string, bytes: Uint8Array): unknown
}

/** Throws Problem `run/queue-key` when there is no key, or one that can be guessed. */
export function queueKey(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const key = env[QUEUE_KEY] ?? ''
  if (key.length >= SHORTEST_KEY) return key
  const why = key === '' ? `${QUEUE_KEY} is not set` : `${QUEUE_KEY} is shorter than ${SHORTEST_KEY} characters`
  throw new Problem('run/queue-key', `${why}: jobs of a queue are signed and encrypted with it`, {
    hint: `make one with openssl rand -hex 32, and set the same ${QUEUE_KEY} for hil load and all its workers`,
  })
}

/** Of one run: each has keys of its own, made of the shared one. */
export function sealOf(key: string, run: string): Seal {
  const secret = Buffer.from(hkdfSync('sha256', key, 'mqtt-hil queue', run, 32))
  return {
    close(purpose, value) {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv(CIPHER, secret, nonce).setAAD(Buffer.from(purpose))
      const text = cipher.update(gzipSync(JSON.stringify(value)))
      return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()])
    },
    open(purpose, bytes) {
      if (bytes.length < NONCE + TAG) return null
      const nonce = bytes.subarray(0, NONCE)
      const tag = bytes.subarray(bytes.length - TAG)
      const decipher = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG })
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag)
      try {
        const text = decipher.update(bytes.subarray(NONCE, bytes.length - TAG))
        const packed = Buffer.concat([text, decipher.final()])
        return JSON.parse(gunzipSync(packed, { maxOutputLength: MOST }).toString())
      } catch {
        return null
      }
    },
  }
}
