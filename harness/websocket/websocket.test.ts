import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  closeCode,
  FrameDecoder,
  frameBytes,
  HeadReader,
  headBytes,
  refusal,
  subprotocolsOf,
  upgradeRequest,
  withHeader,
} from './index.ts'

const opcode = fc.constantFrom('continuation', 'text', 'binary', 'close', 'ping', 'pong')
const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 65_535, 65_536, 70_000))

/** In chunks that end anywhere. */
function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

test('frames come out as they were made, in whatever chunks they come', () => {
  const made = fc.record({ opcode, final: fc.boolean(), masked: fc.boolean(), length })
  fc.assert(
    fc.property(fc.array(made, { maxLength: 6 }), fc.array(fc.integer({ min: 0, max: 40_000 })), (frames, sizes) => {
      const wanted = frames.map((frame) => ({ ...frame, payload: Buffer.alloc(frame.length, frame.length & 255) }))
      const raws = wanted.map(({ payload, ...frame }) => Buffer.from(frameBytes(frame.opcode, payload, frame)))
      const decoder = new FrameDecoder()
      const got = [...chunksOf(Buffer.concat(raws), sizes)].flatMap((chunk) => decoder.push(chunk))
      expect(got.map(({ opcode, final }) => ({ opcode, final }))).toEqual(
        wanted.map(({ opcode, final }) => ({ opcode, final })),
      )
      expect(got.every(({ payload }, k) => Buffer.compare(payload, wanted[k]!.payload) === 0)).toBe(true)
      expect(got.every(({ raw }, k) => Buffer.compare(raw, raws[k]!) === 0)).toBe(true)
      expect(decoder.rest()).toHaveLength(0)
    }),
  )
})

test('the examples of RFC 6455, section 5.7', () => {
  const decode = (hex: string) => new FrameDecoder().push(Buffer.from(hex, 'hex'))
  const hello = Buffer.from('Hello')
  expect(decode('810548656c6c6f')).toMatchObject([{ opcode: 'text', final: true, payload: hello }])
  expect(decode('818537fa213d7f9f4d5158')).toMatchObject([{ opcode: 'text', final: true, payload: hello }])
  expect(decode('010348656c80026c6f')).toMatchObject([
    { opcode: 'text', final: false },
    { opcode: 'continuation', final: true },
  ])
  expect(decode('890548656c6c6f')).toMatchObject([{ opcode: 'ping' }])
  expect(Buffer.from(frameBytes('text', hello, { masked: false })).toString('hex')).toBe('810548656c6c6f')
})

test('a length that no frame has ends the cutting, and nothing is lost', () => {
  const decoder = new FrameDecoder()
  const bytes = Buffer.from('827fffffffffffffffff0102', 'hex')
  expect(decoder.push(bytes)).toEqual([])
  expect(decoder.lost).toBe(true)
  expect(Buffer.from(decoder.rest())).toEqual(bytes)
})

test('the code of a close frame', () => {
  const code = (payload: string) =>
    closeCode(new FrameDecoder().push(frameBytes('close', Buffer.from(payload, 'hex'), { masked: true }))[0]!)
  expect([code('03eb'), code('03e86279'), code('')]).toEqual([1003, 1000, undefined])
})

describe('a head', () => {
  const read = (text: string) => new HeadReader().push(Buffer.from(text))
  const request = { host: 'h:1', path: '/mqtt', subprotocols: ['mqtt', 'x'], key: 'dGhlIHNhbXBsZSBub25jZQ==' }

  test('of a request, byte by byte', () => {
    const reader = new HeadReader()
    const bytes = Buffer.concat([upgradeRequest(request), Buffer.from([1, 2])])
    const found = [...bytes.subarray(0, -3)].map((byte) => reader.push(Uint8Array.of(byte)))
    expect(found.every((one) => one === null)).toBe(true)
    const last = reader.push(bytes.subarray(-3))
    if (last === null || last === 'none') throw new Error('no head')
    expect(last.head.start).toBe('GET /mqtt HTTP/1.1')
    expect(subprotocolsOf(last.head)).toEqual(['mqtt', 'x'])
    expect(Buffer.from(last.behind)).toEqual(Buffer.from([1, 2]))
    expect(Buffer.from(headBytes(last.head))).toEqual(Buffer.from(upgradeRequest(request)))
  })

  test('that offers subprotocols in two lines, and in any case', () => {
    const found = read('GET / HTTP/1.1\r\nsec-websocket-PROTOCOL: a\r\nSec-WebSocket-Protocol: b, c\r\n\r\n')
    if (found === null || found === 'none') throw new Error('no head')
    expect(subprotocolsOf(found.head)).toEqual(['a', 'b', 'c'])
    expect(subprotocolsOf(withHeader(found.head, 'sec-websocket-protocol', null))).toEqual([])
  })

  test('that is none: MQTT itself, TLS, a line of something else', () => {
    expect(read('\x10\x0c\x00\x04MQTT')).toBe('none')
    expect(read('\x16\x03\x01')).toBe('none')
    expect(read('EHLO there\r\n\r\n')).toBe('none')
  })

  test('that answers: refused, with another key, accepted', () => {
    const answer = (text: string) => {
      const found = read(`${text}\r\n\r\n`)
      if (found === null || found === 'none') throw new Error('no head')
      return refusal(found.head, request.key)
    }
    expect(answer('HTTP/1.1 404 Not Found')).toMatch(/404/)
    expect(answer('HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x')).toMatch(/Accept/)
    expect(answer('HTTP/1.1 101 X\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')).toBe(null)
  })
})
