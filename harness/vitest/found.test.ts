// An event says in the words of matchers whose it is, and is otherwise what was recorded.

import { expect, it } from 'vitest'
import { stamped } from '../judge/testing.ts'
import { plainLines, readable } from './found.ts'

const of = (fact: object) => readable(stamped([[0, fact as never]])[0]!)
const pingreq = { kind: 'packet', device: 'blue', connection: 1, packet: { type: 'pingreq' }, raw: new Uint8Array(2) }

it('from and to, as a claim says them', () => {
  expect(of({ ...pingreq, direction: 'up' })).toMatchObject({ from: 'blue', to: undefined })
  expect(of({ ...pingreq, direction: 'down' })).toMatchObject({ from: undefined, to: 'blue' })
  const violation = { kind: 'violation', device: 'blue', statement: 'MQTT-2.3.1-1', what: '', of: 1 }
  expect(of({ ...violation, by: 'broker' })).toMatchObject({ from: undefined, to: 'blue' })
  expect(of({ ...violation, by: 'device' })).toMatchObject({ from: 'blue' })
  expect(of({ kind: 'lag' })).toMatchObject({ from: undefined, to: undefined, event: undefined })
})

it('what became of a connection', () => {
  const closed = of({ kind: 'socket', device: 'blue', change: 'closed', by: 'broker', connection: 1 })
  expect(closed).toMatchObject({ from: 'blue', event: 'closed', change: 'closed' })
})

it('equality and JSON see the recorded event alone', () => {
  const [event] = stamped([[0, { ...pingreq, direction: 'up' } as never]])
  expect(readable(event!)).toEqual(event)
  expect(Object.keys(readable(event!))).toEqual(Object.keys(event!))
})

it('packet ids in plain lines are counted for each side, so that a snapshot is the same in each run', () => {
  const packet = (direction: 'up' | 'down', type: string, packetId: number, device = 'blue') => {
    const publish = { topic: 't', payload: new Uint8Array(), qos: 1, dup: false, retain: false }
    return { ...pingreq, device, direction, packet: { type, packetId, ...(type === 'publish' ? publish : {}) } }
  }
  const lines = (offset: number): string[] =>
    plainLines(
      stamped([
        [0, packet('up', 'publish', offset) as never],
        [0, packet('down', 'puback', offset) as never],
        [0, packet('down', 'publish', offset) as never],
        [0, packet('up', 'puback', offset) as never],
        [0, packet('up', 'publish', offset + 1) as never],
        [0, packet('up', 'publish', offset + 1, 'green') as never],
      ]),
    )
  expect(lines(58_291)).toEqual(lines(1))
  expect(lines(7).map((line) => / packetId (\d+)/.exec(line)?.[1])).toEqual(['1', '1', '1', '1', '2', '1'])
})
