import { expect, test } from 'vitest'
import { truncated } from './truncated.ts'

test.each([
  ['30', 'publish', 0, 0, '1 byte came, its length is not complete'],
  ['3280', 'publish', 2, 0, '2 bytes came, its length is not complete'],
  ['320c0001', 'publish', 2, 12, '4 bytes came, its header announced 14'],
  ['10c10200', 'connect', 0, 321, '4 bytes came, its header announced 324'],
  ['00', 'reserved', 0, 0, '1 byte came, its length is not complete'],
  ['f105', 'reserved', 1, 5, '2 bytes came, its header announced 7'],
])('%s', (hex, claims, flags, length, reason) => {
  const { packet, raw, offset } = truncated(Buffer.from(hex, 'hex'), 7, 4)
  expect(packet).toMatchObject({ type: 'malformed', claims, flags, length })
  expect(packet).toHaveProperty('reason', `truncated at the end of the connection: ${reason}`)
  expect(Buffer.from(raw).toString('hex')).toBe(hex)
  expect(offset).toBe(7)
})
