// What libraries draw for themselves, by the seed of the run: Math.random (the first packet id of an aedes client),
// and ids and keys of node:crypto (client ids that a broker assigns).

import crypto from 'node:crypto'
import type { World } from './world.ts'

type Drawn = (error: null, drawn: number) => void

export function virtualChance({ random }: World): readonly (readonly [object, Record<string, unknown>])[] {
  const ofMath = random.fork('Math.random')
  const ofCrypto = random.fork('crypto')
  const fill = (bytes: Uint8Array): void => {
    for (let k = 0; k < bytes.length; k++) bytes[k] = ofCrypto.int(0, 255)
  }
  const randomBytes = (size: number, done?: (error: null, bytes: Buffer) => void): Buffer | undefined => {
    const bytes = Buffer.alloc(size)
    fill(bytes)
    if (done === undefined) return bytes
    setImmediate(done, null, bytes)
    return undefined
  }
  const randomUUID = (): string => {
    const bytes = randomBytes(16)!
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }
  const randomInt = (low: number, high?: number | Drawn, done?: Drawn): number | undefined => {
    const [from, to] = typeof high === 'number' ? [low, high] : [0, low]
    const answer = typeof high === 'function' ? high : done
    const drawn = ofCrypto.int(from, to - 1)
    if (answer === undefined) return drawn
    setImmediate(() => answer(null, drawn))
    return undefined
  }
  return [
    [Math, { random: () => ofMath.next() }],
    [crypto, { randomBytes, randomUUID, randomInt }],
  ]
}
