import { expect, it } from 'vitest'
import { describe } from './describe.ts'
import { showValue } from './show-value.ts'

it('of a long list the first elements are shown, and how many more there are', () => {
  const list = Array.from({ length: 60_000 }, (_, k) => `k${k}`)
  expect(showValue(list)).toBe('["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", … 59992 more]')
  expect(showValue(list.slice(0, 16))).toContain('"k15"')
})

it('a packet with sixty thousand user properties is a line that can be read', () => {
  const userProperty = Array.from({ length: 60_000 }, (_, k) => [`k${k}`, 'v'.repeat(65_535)] as const)
  const line = describe({
    kind: 'packet',
    device: 'blue',
    direction: 'down',
    packet: { type: 'connack', sessionPresent: false, returnCode: 0, properties: { userProperty } },
    raw: new Uint8Array(),
    level: 5,
    connection: 1,
    delivered: true,
    at: 1,
    seq: 1,
  } as never)
  expect(line).toContain('… 59992 more')
  expect(line.length).toBeLessThan(2500)
})
