import { expect, it } from 'vitest'
import { Channel } from './channel.ts'

it('tells how long an answer lay there before its thread went on', () => {
  const channel = new Channel()
  channel.expect()
  channel.reply({ kind: 'number', value: 7 })
  const begun = performance.now()
  while (performance.now() - begun < 30);
  expect(channel.wait()).toEqual({ kind: 'number', value: 7 })
  const late = channel.late()
  expect(late).toBeGreaterThanOrEqual(30)
  expect(late).toBeLessThan(performance.now() - begun + 5)
})
