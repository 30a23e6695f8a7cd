import { describe, expect, it } from 'vitest'
import { type AtOnce, offer, yieldingAll } from './at-once.ts'
import * as board from './board.ts'

/** A driver that knows the time alone. */
class Clock implements AtOnce {
  left: number

  constructor(left: number) {
    this.left = left
  }

  now(): number {
    return 42
  }
  self(): number {
    return 7
  }
  available(): number {
    return 0
  }
  socketState(): number {
    return -1
  }
  random(low: number): number {
    return low
  }
  takes(_: number, bytes: Uint8Array): boolean {
    return bytes.length < 3
  }
  read(): Uint8Array | undefined {
    return undefined
  }
  isReady(): boolean {
    return false
  }
  hasNothing(): boolean {
    return true
  }
  setTimeout(): boolean {
    return true
  }
}

/** The kinds of the calls that were yielded, and what the program returned; each yielded call is answered with 1. */
function run<T>(program: board.Program<T>, answers: AtOnce | null): { yielded: string[]; value: T } {
  const yielded: string[] = []
  const before = offer(answers)
  try {
    for (let step = program.next(); ; step = program.next(1)) {
      if (step.done === true) return { yielded, value: step.value }
      yielded.push(step.value.kind)
    }
  } finally {
    offer(before)
  }
}

describe('a call that never waits', () => {
  it('is answered in the program, and yielded where nobody offers answers', () => {
    const program = function* (): board.Program<number> {
      return (yield* board.now()) + (yield* board.currentThread())
    }
    expect(run(program(), new Clock(100))).toEqual({ yielded: [], value: 49 })
    expect(run(program(), null)).toEqual({ yielded: ['now', 'self'], value: 2 })
  })

  it('is yielded when it may have to wait', () => {
    const program = function* (): board.Program<unknown[]> {
      const socket = 1
      return [
        yield* board.send(socket, new Uint8Array(2)),
        yield* board.send(socket, new Uint8Array(4)),
        yield* board.recv(socket, 5),
        yield* board.poll(socket, 'readable', null),
      ]
    }
    expect(run(program(), new Clock(100))).toEqual({ yielded: ['send', 'recv', 'poll'], value: [2, 1, 1, 1] })
  })

  it('is yielded once there were enough of them', () => {
    const program = function* (): board.Program<void> {
      for (let k = 0; k < 5; k++) yield* board.now()
    }
    expect(run(program(), new Clock(3)).yielded).toEqual(['now', 'now'])
  })

  it('is yielded where somebody watches, and answered again after that', () => {
    const watched = (function* (): board.Program<number> {
      return (yield* board.now()) as number
    })()
    const program = function* (): board.Program<number> {
      expect(yieldingAll(() => watched.next()).value).toEqual({ kind: 'now' })
      return (yield* board.now()) as number
    }
    expect(run(program(), new Clock(100))).toEqual({ yielded: [], value: 42 })
  })
})
