// An event says in the words of matchers whose it is, and is otherwise what was recorded.

import { expect, it } from 'vitest'
import { stamped } from '../judge/testing.ts'
import { readable } from './found.ts'

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
