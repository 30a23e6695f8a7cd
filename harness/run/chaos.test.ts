// Chaos in virtual time: half a day of it, again and again.

import { describe, expect, it } from 'vitest'
import { type Event, writeTimeline } from '../evidence/index.ts'
import { planOf, run, stepsOf } from './testing.ts'

const HOUR = 3_600_000

const half = (faults: string): string =>
  `name: half a day\nversion: 1\ntimeout: 13h\nobserver: false\ndevices:\n  blue: { use: umqtt.robust, with: { keepalive: 30s }, poll: false }\n` +
  `steps:\n  - connect: blue\n  - chaos: { for: 12h, ${faults} }\n` +
  '  - reset: blue\n  - connect: blue\n  - publish: { device: blue, topic: t, payload: on, qos: 1, within: 1s }\n'

const whenOf = (events: readonly Event[], what: string): number[] =>
  events.flatMap((e) => (e.kind === 'fault' && e.what === what ? [e.at] : []))

describe('chaos', () => {
  it('comes about as often as was told, lasts as long, and leaves everything up', async () => {
    const plan = planOf(
      half('broker: { every: 20m, down-for: 3s }, networks: [{ device: blue, every: 1h, down-for: 10s }]'),
    )
    const { events, status } = await run(plan, { clock: 'virtual' })
    expect(status).toBe('passed')
    const [stops, starts] = [whenOf(events, 'broker stop'), whenOf(events, 'broker start')]
    // 36 on the average: fewer than 15 or more than 70 come once in many thousands of seeds, and this seed is fixed.
    expect(stops.length).toBeGreaterThan(15)
    expect(stops.length).toBeLessThan(70)
    expect(starts.map((at, k) => Math.round(at - stops[k]!))).toEqual(stops.map(() => 3000))
    const downs = whenOf(events, 'network down (blackhole)')
    expect(whenOf(events, 'network up').map((at, k) => Math.round(at - downs[k]!))).toEqual(downs.map(() => 10_000))
    const [begun, ended] = events.filter((e) => e.kind === 'step' && e.step === '1').map(({ at }) => at)
    expect(ended! - begun!).toBeCloseTo(12 * HOUR, -2)
  })

  it('is the seed’s: the same one each time, another for another, and no fault changes when others come', async () => {
    const plan = planOf(half('broker: { every: 1h }'))
    const both = planOf(half('broker: { every: 1h }, networks: [{ device: blue, every: 2h }]'))
    const [one, again, other, beside] = [
      await run(plan, { clock: 'virtual' }),
      await run(plan, { clock: 'virtual' }),
      await run(plan, { clock: 'virtual', seed: 2 }),
      await run(both, { clock: 'virtual' }),
    ]
    expect(writeTimeline({}, again.events)).toBe(writeTimeline({}, one.events))
    const stops = (events: readonly Event[]): number[] => whenOf(events, 'broker stop').map((at) => Math.round(at / 10))
    expect(stops(other.events)).not.toEqual(stops(one.events))
    expect(stops(beside.events)).toEqual(stops(one.events))
  })

  it('of nothing is a mistake', () => {
    expect(() => planOf(half('').replace('12h, ', '12h'))).toThrow('chaos of nothing')
  })

  it('ends with the run', async () => {
    const plan = planOf(half('broker: { every: 1m }').replace('timeout: 13h', 'timeout: 1h'))
    const { status, events } = await run(plan, { clock: 'virtual' })
    expect([status, stepsOf({ events }).at(-1)]).toEqual(['failed', '1 failed'])
  })
})
