import { expect, test } from 'vitest'
import { milliseconds, VirtualClock } from '../../emulators/index.ts'
import type { Fact } from './event.ts'
import { LagMeter } from './lag.ts'
import { Timeline } from './recorder.ts'

const fact = (what: string): Fact => ({ kind: 'fault', what })

test('stamps facts with time and a number from 0', () => {
  const clock = new VirtualClock()
  const timeline = new Timeline(clock)
  timeline.record(fact('a'))
  clock.advance(milliseconds(2.5))
  expect(timeline.record(fact('b'))).toEqual({ kind: 'fault', what: 'b', at: 2.5, seq: 1 })
  expect(timeline.events.map((e) => e.seq)).toEqual([0, 1])
  expect(timeline.now()).toBe(2.5)
})

test('a listener that records does not reorder what the others hear', () => {
  const timeline = new Timeline(new VirtualClock())
  const heard: string[] = []
  timeline.subscribe((event) => {
    heard.push(`first ${event.seq}`)
    if (event.seq === 0) {
      timeline.record(fact('b'))
      timeline.record(fact('c'))
    }
  })
  timeline.subscribe((event) => heard.push(`second ${event.seq}`))
  timeline.record(fact('a'))
  expect(heard).toEqual(['first 0', 'second 0', 'first 1', 'second 1', 'first 2', 'second 2'])
})

test('a listener hears what is recorded after it came and before it left', () => {
  const timeline = new Timeline(new VirtualClock())
  const heard: number[] = []
  timeline.record(fact('before'))
  const leave = timeline.subscribe((event) => {
    heard.push(event.seq)
    if (event.seq === 2) leave()
  })
  timeline.record(fact('b'))
  timeline.record(fact('c'))
  timeline.record(fact('d'))
  expect(heard).toEqual([1, 2])
})

test('one that subscribes while an event is being told does not hear that event', () => {
  const timeline = new Timeline(new VirtualClock())
  const heard: number[] = []
  const leave = timeline.subscribe(() => {
    leave()
    timeline.subscribe((event) => heard.push(event.seq))
  })
  timeline.record(fact('a'))
  timeline.record(fact('b'))
  expect(heard).toEqual([1])
})

test('a listener that throws is heard of, and costs the others nothing', () => {
  const timeline = new Timeline(new VirtualClock())
  const heard: number[] = []
  const leave = timeline.subscribe(() => {
    throw new Error('a bug')
  })
  timeline.subscribe((event) => heard.push(event.seq))
  expect(() => timeline.record(fact('a'))).toThrow('a bug')
  leave()
  timeline.record(fact('b'))
  expect(heard).toEqual([0, 1])
})

test('an event carries the lag when it is 1 ms or more', () => {
  const clock = new VirtualClock()
  const lag = new LagMeter({ clock })
  const timeline = new Timeline(clock, lag)
  lag.reset()
  clock.advance(milliseconds(10.5))
  expect(timeline.record(fact('on time'))).not.toHaveProperty('lag')
  clock.advance(milliseconds(0.5))
  expect(timeline.record(fact('late')).lag).toBe(1)
})
