import { expect, test } from 'vitest'
import { LocalShards } from './local.ts'

test('many fleets at once have one listener for the end of this process, and none when they are over', async () => {
  const before = process.listenerCount('exit')
  const fleets = Array.from({ length: 20 }, () => new LocalShards())
  expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1)
  for (const fleet of fleets) await fleet[Symbol.asyncDispose]()
  expect(process.listenerCount('exit')).toBeLessThanOrEqual(before)
})
