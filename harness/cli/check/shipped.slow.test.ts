import { expect, it } from 'vitest'
import { hil } from '../testing.ts'

it('check finds nothing wrong with what we ship', async () => {
  const { code, out } = await hil('check', 'scenarios')
  expect(out).toMatch(/\d+ files, \d+ scenarios: nothing wrong/)
  expect(code).toBe(0)
})
