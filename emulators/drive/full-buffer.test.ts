import { expect, it } from 'vitest'
import * as board from '../board.ts'
import { seeded } from '../core/random.ts'
import { milliseconds, realClock, seconds } from '../core/time.ts'
import { MemoryNetwork } from './memory.ts'
import { startBoard } from './single-board.ts'

const text = (words: string): Uint8Array => new TextEncoder().encode(words)

it('a send that does not wait says null when there is no room, and can be made again', async () => {
  const network = new MemoryNetwork()
  const lines: string[] = []
  const arrived = network.next()
  const ended = new Promise<void>((resolve, reject) => {
    startBoard(
      function* () {
        const sock = yield* board.openSocket()
        yield* board.connectSocket(sock, 'h', 1883)
        yield* board.setBlocking(sock, false)
        yield* board.sleep(milliseconds(20)) // the peer has stalled
        yield* board.print(`first ${yield* board.send(sock, text('one'))}`)
        yield* board.print(`full ${yield* board.send(sock, text('two'))}`)
        yield* board.poll(sock, 'writable', seconds(600))
        yield* board.print(`again ${yield* board.send(sock, text('two'))}`)
      },
      {
        ...{ network, clock: realClock(), random: seeded(1), onPrint: (line) => lines.push(line) },
        ...{ onPin() {}, onOutcome() {}, onReset() {}, onSocket() {}, onBug: reject, onEnd: () => resolve() },
      },
    )
  })
  const peer = await arrived
  peer.stalled = true
  setTimeout(() => peer.drain(), 100)
  await ended
  expect(lines).toEqual(['first 3', 'full null', 'again 3'])
  expect(peer.writes.map((bytes) => new TextDecoder().decode(bytes))).toEqual(['one', 'two'])
})
