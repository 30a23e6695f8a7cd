import { expect, test, vi } from 'vitest'
import { milliseconds, realClock, VirtualClock } from '../../emulators/index.ts'
import { LagMeter, STALL } from './lag.ts'

function bench() {
  const clock = new VirtualClock()
  const stalls: number[] = []
  let waited = 0
  const meter = new LagMeter({ clock, onStall: (ms) => stalls.push(ms), runDelay: () => waited })
  const pass = (ms: number) => clock.advance(milliseconds(ms))
  meter.reset()
  /** The thread waits for the processor. */
  const wait = (ms: number) => {
    waited += ms
  }
  return { meter, stalls, pass, wait }
}

test('nothing is late between beats that are on time', () => {
  const { meter, stalls, pass } = bench()
  for (let i = 0; i < 5; i++) {
    pass(10)
    expect(meter.lag()).toBe(0)
    meter.beat()
  }
  expect(stalls).toEqual([])
})

test('while a beat is overdue, the bound is how much, and one period that it may have begun before', () => {
  const { meter, pass } = bench()
  pass(45)
  expect(meter.lag()).toBe(45)
})

test('what was waiting behind a late beat is as late as the beat was and one period, until the next one', () => {
  const { meter, stalls, pass } = bench()
  pass(60)
  meter.beat()
  expect(stalls).toEqual([60])
  pass(8)
  expect(meter.lag()).toBe(60)
  pass(6)
  expect(meter.lag()).toBe(64) // working off the pile takes longer than a period
  meter.beat()
  pass(10)
  meter.beat()
  expect(meter.lag()).toBe(0)
})

test('a beat that is a little late is no stall', () => {
  const { meter, stalls, pass } = bench()
  pass(10 + STALL)
  meter.beat()
  expect(stalls).toEqual([])
  expect(meter.lag()).toBe(STALL)
})

test('several beats in a row that are a little late come to a stall, and beats on time make it less', () => {
  const { meter, stalls, pass } = bench()
  for (const late of [8, 9, 0, 3, 8, 8, 0, 2, 0]) {
    pass(10 + late)
    meter.beat()
  }
  expect(stalls).toEqual([8 + 9 - 4 - 4 + 8 + 8])
  for (let k = 0; k < 100; k++) {
    pass(13) // a timer that is as late as timers are
    meter.beat()
  }
  expect(stalls).toHaveLength(1)
})

test('what the thread waited for the processor between beats on time is as late, and comes to a stall', () => {
  const { meter, stalls, pass, wait } = bench()
  for (let k = 0; k < 3; k++) {
    pass(10)
    wait(8)
    meter.beat()
    expect(meter.lag()).toBe(8)
  }
  expect(stalls).toEqual([])
  for (let k = 0; k < 3; k++) {
    pass(10)
    wait(8)
    meter.beat()
  }
  expect(stalls).toEqual([6 * (8 - 4)])
  pass(10)
  meter.beat()
  expect(meter.lag()).toBe(0)
})

test('no event may have happened before a moment that was told of an earlier one', () => {
  const { meter, pass, wait } = bench()
  pass(8)
  expect(meter.lag()).toBe(0)
  pass(1)
  wait(5)
  expect(meter.lag()).toBe(1) // it was not deaf at 8, whatever it has waited since the beat
  pass(22)
  expect(meter.lag()).toBe(23) // overdue by 21, a stall may have begun one period before, and not before 8
})

test('before the start and after the stop there is no lag', () => {
  const clock = new VirtualClock()
  const meter = new LagMeter({ clock, runDelay: () => 0 })
  clock.advance(milliseconds(500))
  expect(meter.lag()).toBe(0)
  meter.start()
  clock.advance(milliseconds(500))
  expect(meter.lag()).toBe(500)
  meter.stop()
  expect(meter.lag()).toBe(0)
})

test('sees a real event loop stand still', async () => {
  const stalled = vi.fn()
  const clock = realClock()
  const meter = new LagMeter({ clock, onStall: stalled })
  meter.start()
  const until = clock.now() + 100
  while (clock.now() < until);
  expect(meter.lag()).toBeGreaterThanOrEqual(89)
  await vi.waitFor(() => expect(stalled).toHaveBeenCalled())
  expect(stalled.mock.calls[0]![0]).toBeGreaterThanOrEqual(89)
  meter.stop()
})
