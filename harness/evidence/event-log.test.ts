import { describe, expect, it } from 'vitest'
import type { Instant } from '../../emulators/index.ts'
import type { Event } from './event.ts'
import { EventLog } from './event-log.ts'
import { withBytesKept } from './lazy-bytes.ts'

const MOST = 2048
const MANY = 10_000

function eventOf(seq: number): Event {
  const stamp = { seq, at: (seq / 8) as Instant }
  if (seq % 3 === 0) return { kind: 'step', step: `0#${seq}.1`, phase: 'ended', outcome: 'passed', ...stamp }
  if (seq % 3 === 1) return { kind: 'fault', what: `é ${seq}`, device: 'blue', ...stamp }
  const payload = new Uint8Array(seq % 2 === 0 ? 3 : 5000).fill(seq)
  return { kind: 'message', topic: 't', payload, qos: 0, retain: false, dup: false, ...stamp }
}

/** A log of many events, and the same ones in an array. */
function filled(log: EventLog): readonly Event[] {
  const all = Array.from({ length: MANY }, (_, seq) => eventOf(seq))
  for (const event of all) log.push(withBytesKept(event, (bytes) => ({ length: bytes.length, bytes })))
  return all
}

describe('a log of events', () => {
  it('has all of them, also those that have left memory', () => {
    let left = 0
    const log = new EventLog(true, (events) => (left += events.length), MOST)
    const all = filled(log)
    expect(left).toBeGreaterThan(MANY - 2 * MOST)
    expect(log.bytesOnDisk).toBeGreaterThan(0)
    expect(log.length).toBe(MANY)
    expect([...log.snapshot()].map(plain)).toEqual(all.map(plain))
    for (const seq of [MANY - 1, 0, 5000, 1, 1023, 1024]) expect(plain(log.at(seq)!)).toEqual(plain(all[seq]!))
    expect(log.at(MANY)).toBeUndefined()
  })

  it('keeps all in memory when none may leave', () => {
    const log = new EventLog(false, undefined, MOST)
    filled(log)
    expect(log.bytesOnDisk).toBe(0)
    expect(log.snapshot()).toHaveLength(MANY)
  })

  it('shows itself as an array that nobody changes', () => {
    const log = new EventLog(true, undefined, MOST)
    const all = filled(log)
    const view = log.snapshot()
    const live = log.live()
    log.push(eventOf(MANY))
    expect(Array.isArray(view)).toBe(true)
    expect([view.length, live.length]).toEqual([MANY, MANY + 1])
    expect(view[MANY]).toBeUndefined()
    expect(live[MANY]!.seq).toBe(MANY)
    expect(view.filter(({ kind }) => kind === 'fault')).toHaveLength(all.filter(({ kind }) => kind === 'fault').length)
    expect(view.findLast(({ kind }) => kind === 'step')!.seq).toBe(9999)
    expect(view.slice(-2).map(({ seq }) => seq)).toEqual([9998, 9999])
    expect(view.some(({ seq }) => seq === 17)).toBe(true)
    expect(() => (view as Event[]).push(eventOf(0))).toThrow(TypeError)
  })
})

/** Without accessors, and whatever array the bytes are in. */
function plain(event: Event): object {
  return event.kind === 'message' ? { ...event, payload: Buffer.from(event.payload).toString('hex') } : event
}
