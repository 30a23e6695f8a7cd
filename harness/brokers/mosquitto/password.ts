// Passwords as mosquitto's password file holds them, so that `mosquitto_passwd` need not be there.

import { pbkdf2Sync, randomBytes } from 'node:crypto'

const ITERATIONS = 101 // mosquitto_passwd's own default
const SALT_BYTES = 12
const HASH_BYTES = 64

/** A line for each user. `$7$iterations$salt$hash`: PBKDF2 with SHA-512, mosquitto 1.6 and later. */
export function passwordFile(users: Readonly<Record<string, string>>): string {
  return Object.entries(users)
    .map(([name, password]) => {
      const salt = randomBytes(SALT_BYTES)
      const hash = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, 'sha512')
      return `${name}:$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}\n`
    })
    .join('')
}

export const randomPassword = (): string => randomBytes(18).toString('base64url')
