// What is written into Redis can be neither read, nor made, nor used again without the key.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { queueKey, sealOf } from './seal.ts'

const KEY = '0123456789abcdef0123456789abcdef'
const seal = sealOf(KEY, 'run1')

it('comes back as it was, and cannot be read in between', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, purpose) => {
      expect(seal.open(purpose, seal.close(purpose, { value }))).toEqual(JSON.parse(JSON.stringify({ value })))
    }),
  )
  const password = 'correct horse battery staple'
  expect(seal.close('job', { password }).includes(password)).toBe(false)
})

it('is nothing when a byte of it was changed, for another purpose, run or key', () => {
  const bytes = seal.close('job', { shard: 1 })
  for (const other of [sealOf(KEY, 'run2'), sealOf(`${KEY}0`, 'run1')]) expect(other.open('job', bytes)).toBeNull()
  expect(seal.open('told', bytes)).toBeNull()
  for (let k = 0; k < bytes.length; k++) {
    const changed = Buffer.from(bytes)
    changed[k]! ^= 1
    expect(seal.open('job', changed)).toBeNull()
  }
})

it('is nothing when anybody made it up', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void expect(seal.open('job', bytes)).toBeNull()))
})

it('a key must be there, and long', () => {
  expect(() => queueKey({})).toThrow(/HIL_QUEUE_KEY is not set/)
  expect(() => queueKey({ HIL_QUEUE_KEY: 'secret' })).toThrow(/shorter than 32/)
  expect(queueKey({ HIL_QUEUE_KEY: KEY })).toBe(KEY)
})
