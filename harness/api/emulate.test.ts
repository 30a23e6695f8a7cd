// What `hil emulate` runs a firmware on.

import { expect, it } from 'vitest'
import { firmware } from '../../emulators/index.ts'
import { emulatedNamed } from './emulate.ts'

it('runs each firmware on the library that a fleet does, and its options fit', async () => {
  let known = 0
  for (const { name, inFleet } of Object.values(firmware)) {
    if (inFleet === undefined || !('library' in inFleet)) continue
    known++
    const { client, program, isPuppet } = await emulatedNamed(name)
    expect([name, client.name, program.name, isPuppet]).toEqual([name, inFleet.library, name, false])
  }
  expect(known).toBeGreaterThan(8)
  expect((await emulatedNamed('feed-walkthrough')).client.name).toBe('minimqtt')
})
