import { expect, it } from 'vitest'
import { type Program, PythonError, type PyValue } from '../board.ts'
import { seconds } from '../core/time.ts'
import { ScriptedBoard } from '../drive/scripted.ts'
import { Sketch } from './sketch.ts'

const answering = (...values: PyValue[]) => {
  const calls: string[] = []
  return {
    calls,
    *call(method: string): Program<PyValue> {
      calls.push(method)
      return values.shift() ?? true
    },
  }
}

it('connects again and again, as long as the example waits in between', () => {
  const board = new ScriptedBoard()
  const library = answering(false, false, true)
  const end = board.run(new Sketch(library, 'connect', seconds(5)).call('connect', [], {}))
  expect(end).toEqual({ kind: 'returned', value: true })
  expect([library.calls.length, board.clock.now()]).toEqual([3, 10_000])
})

it.each(['connect', 'loop', 'publish', 'subscribe'])('a false %s is raised, where nobody tries again', (method) => {
  const end = new ScriptedBoard().run(new Sketch(answering(false), 'connect', null).call(method, [], {}))
  expect(end).toEqual({ kind: 'raised', error: new PythonError('false', method) })
})

it('a false connected is an answer', () => {
  const end = new ScriptedBoard().run(new Sketch(answering(false), 'connect', seconds(5)).call('connected', [], {}))
  expect(end).toEqual({ kind: 'returned', value: false })
})
