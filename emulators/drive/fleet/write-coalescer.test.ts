import { setImmediate as turnEnds } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { FleetSocket } from './socket.ts'
import { WriteCoalescer } from './write-coalescer.ts'

class Wire {
  readonly sent: string[] = []
  readonly socket = { send: (bytes: Uint8Array) => void this.sent.push(Buffer.from(bytes).toString()) } as FleetSocket
}
const text = (string: string): Uint8Array => Buffer.from(string)

describe('what tasks write', () => {
  it('leaves in a piece for each task, when the turn ends, in order', async () => {
    const out = new WriteCoalescer(true)
    const [a, b] = [new Wire(), new Wire()]
    out.write(a.socket, text('1'))
    out.write(a.socket, text('2'))
    out.part()
    out.write(b.socket, text('3'))
    out.part()
    out.write(a.socket, text('4'))
    out.part()
    expect([a.sent, b.sent]).toEqual([[], []])
    await turnEnds()
    expect([a.sent, b.sent]).toEqual([['12', '4'], ['3']])
  })

  it('leaves at once where nothing is held', () => {
    const out = new WriteCoalescer(false)
    const a = new Wire()
    out.write(a.socket, text('1'))
    out.part()
    expect(a.sent).toEqual(['1'])
  })

  it('leaves once there are many, and before what is too long for the buffer', () => {
    const out = new WriteCoalescer(true)
    const wires = Array.from({ length: 32 }, () => new Wire())
    for (const { socket } of wires) {
      out.write(socket, text('x'))
      out.part()
    }
    expect(wires.flatMap(({ sent }) => sent)).toHaveLength(32)
    const a = new Wire()
    out.write(a.socket, text('short'))
    out.write(a.socket, text('x'.repeat(100_000)))
    expect(a.sent.map(({ length }) => length)).toEqual([5, 100_000])
    out.write(a.socket, text('y'.repeat(40_000)))
    out.part()
    out.write(a.socket, text('z'.repeat(40_000)))
    out.flush()
    expect(a.sent.slice(2).map((piece) => piece[0]! + piece.length)).toEqual(['y40000', 'z40000'])
  })
})
