// What each disturbance does, and what some do together, on a virtual clock: bytes, times, record.

import { describe, expect, it } from 'vitest'
import { Pipe } from './testing.ts'

const PUBLISH = '3004000161 78' // topic a, payload x
const PUBACK = '40020007'
const PINGREQ = 'c000'

/** The writes, as hex, a comma between two. */
const writes = ({ writes }: Pipe): string => writes.map((bytes) => Buffer.from(bytes).toString('hex')).join()

describe('drop', () => {
  it('the packet is recorded where it arrived, as not delivered, and nowhere else', () => {
    const pipe = new Pipe()
    pipe.disturb('drop', {}, { packet: ['publish'] })
    pipe.come(PUBLISH + PUBACK)
    expect(writes(pipe)).toBe(PUBACK)
    expect(pipe.record).toEqual(['publish at the device, lost', 'puback'])
    expect(pipe.faults.map((f) => f.what)).toEqual(['drop (drop) hits PUBLISH'])
  })
})

describe('which packets', () => {
  it('nth and times', () => {
    const pipe = new Pipe()
    const rule = pipe.disturb('drop', {}, { packet: ['puback'], nth: 2, times: 2 })
    pipe.come(`${PUBACK}40020001 ${PINGREQ} 40020002 40020003`)
    expect(pipe.hex).toBe(`${PUBACK}${PINGREQ}40020003`)
    expect(rule.spent).toBe(true)
    expect(pipe.faults.at(-1)?.what).toBe('drop (drop) is used up')
  })

  it('chance is the seed’s: the same again, about the share that was asked for', () => {
    const lost = (seed: number): string => {
      const pipe = new Pipe()
      pipe.disturb('drop', {}, { chance: 0.25, seed })
      for (let k = 0; k < 400; k++) pipe.come(PINGREQ)
      return pipe.record.map((line) => (line.endsWith('lost') ? 'x' : '.')).join('')
    }
    expect(lost(7)).toBe(lost(7))
    expect(lost(7)).not.toBe(lost(8))
    expect(lost(7).replaceAll('.', '').length).toBeGreaterThan(60)
    expect(lost(7).replaceAll('.', '').length).toBeLessThan(140)
  })
})

describe('delay', () => {
  it('packets are late by the delay, those behind them too, and none by more', () => {
    const pipe = new Pipe()
    pipe.disturb('delay', '100ms', { packet: ['publish'] })
    pipe.come(PUBLISH)
    pipe.pass(40)
    pipe.come(PUBLISH)
    pipe.come(PINGREQ)
    pipe.pass(59)
    expect(writes(pipe)).toBe('')
    pipe.pass(1)
    expect(writes(pipe)).toBe('300400016178')
    pipe.pass(39)
    expect(pipe.writes).toHaveLength(1)
    pipe.pass(1)
    expect(writes(pipe)).toBe('300400016178,300400016178,c000')
    expect(pipe.record).toEqual([
      'publish at the device',
      'publish at the device',
      'pingreq at the device',
      'publish at the broker',
      'publish at the broker',
      'pingreq at the broker',
    ])
  })

  it('a range is drawn by the seed and keeps the order', () => {
    const times = (seed: number): number[] => {
      const pipe = new Pipe()
      pipe.disturb('delay', { min: '10ms', max: '50ms' }, { seed })
      for (let k = 0; k < 20; k++) pipe.come(`4002000${(k % 9) + 1}`)
      return Array.from({ length: 60 }, () => {
        pipe.pass(1)
        return pipe.writes.length
      })
    }
    expect(times(1)[8]).toBe(0)
    expect(times(1)[50]).toBe(20)
    expect(times(1)).toEqual(times(1))
    expect(times(1)).not.toEqual(times(2))
  })
})

describe('duplicate', () => {
  it('the copies come behind the packet, and are the link’s', () => {
    const pipe = new Pipe()
    pipe.disturb('duplicate', { copies: 2 }, { times: 1 })
    pipe.come(PUBACK + PINGREQ)
    expect(pipe.hex).toBe(PUBACK.repeat(3) + PINGREQ)
    expect(pipe.record).toEqual([
      'puback at the device',
      'puback at the broker',
      'puback at the broker by link',
      'puback at the broker by link',
      'pingreq',
    ])
  })
})

describe('hold', () => {
  it('later packets pass; release lets all go, in order', () => {
    const pipe = new Pipe()
    const rule = pipe.disturb('hold', {}, { packet: ['puback'] })
    pipe.come(`${PUBACK}40020008 ${PINGREQ}`)
    expect(pipe.hex).toBe(PINGREQ)
    expect(rule.held).toBe(2)
    pipe.flow.release(rule)
    expect(pipe.hex).toBe(`${PINGREQ}${PUBACK}40020008`)
    expect(rule.held).toBe(0)
  })

  it('holding tells when there are so many', async () => {
    const pipe = new Pipe()
    const rule = pipe.disturb('hold', {}, { packet: ['puback'] })
    let two = false
    const waited = rule.holding(2).then(() => {
      two = true
    })
    pipe.come(PUBACK)
    await new Promise((resolve) => setImmediate(resolve))
    expect(two).toBe(false)
    pipe.come(PUBACK)
    await waited
    await rule.holding(1)
  })

  it('one that has hit enough still holds what it has, and passes the rest', () => {
    const pipe = new Pipe()
    const rule = pipe.disturb('hold', {}, { times: 1 })
    pipe.come(PUBACK + PINGREQ)
    expect(pipe.hex).toBe(PINGREQ)
    pipe.flow.release(rule)
    expect(pipe.hex).toBe(PINGREQ + PUBACK)
  })

  it('what is held when the connection is over is lost, and said to be', () => {
    const pipe = new Pipe()
    const rule = pipe.disturb('hold')
    pipe.come(PUBACK + PUBACK)
    pipe.flow.stop()
    expect(pipe.faults.at(-1)?.what).toBe('hold (hold) loses 2 held: the connection is over')
    expect(rule.held).toBe(0)
    pipe.flow.release(rule)
    expect(pipe.hex).toBe('')
  })
})

describe('rewrite', () => {
  it('what leaves is recorded as it left', () => {
    const pipe = new Pipe()
    pipe.disturb('rewrite', { packetId: 0 })
    pipe.come(PUBACK)
    expect(pipe.hex).toBe('40020000')
    expect(pipe.seen.map(({ decoded }) => 'packetId' in decoded.packet && decoded.packet.packetId)).toEqual([7, 0])
  })

  it('what cannot be rewritten goes on as it is, and that is said', () => {
    const pipe = new Pipe()
    pipe.disturb('rewrite', { packetId: 0 })
    pipe.come(PINGREQ)
    expect(pipe.hex).toBe(PINGREQ)
    expect(pipe.faults.at(-1)?.what).toBe('rewrite packetId (rewrite) not rewritten: pingreq has no field "packetId"')
  })
})

describe('corrupt', () => {
  it.each([
    [{ at: 0, xor: 0x20 }, '60020007'],
    [{ at: -1, xor: 1 }, '40020006'],
    [{ at: 2, bytes: 2, xor: 255 }, '4002fff8'],
  ])('%j', (settings, hex) => {
    const pipe = new Pipe()
    pipe.disturb('corrupt', settings)
    pipe.come(PUBACK)
    expect(pipe.hex).toBe(hex)
  })

  it('where and what is drawn, and never nothing', () => {
    const damaged = new Set<string>()
    for (let seed = 0; seed < 50; seed++) {
      const pipe = new Pipe()
      pipe.disturb('corrupt', {}, { seed })
      pipe.come(PUBACK)
      const came = Buffer.from(PUBACK, 'hex')
      const left = Buffer.from(pipe.hex, 'hex')
      expect([...left].filter((byte, k) => byte !== came[k])).toHaveLength(1)
      damaged.add(pipe.hex)
    }
    expect(damaged.size).toBeGreaterThan(20)
  })

  it('a place that the packet has not is left alone, and that is said', () => {
    const pipe = new Pipe()
    pipe.disturb('corrupt', { at: 9 })
    pipe.come(PUBACK)
    expect(pipe.hex).toBe(PUBACK)
    expect(pipe.faults.at(-1)?.what).toContain('it has only 4 bytes')
  })
})

describe('truncate', () => {
  it('the receiver is out of step for the rest of the connection, and the record with it', () => {
    const pipe = new Pipe()
    const rule = pipe.disturb('truncate', { after: 'last-byte' }, { times: 1 })
    pipe.come(PUBACK)
    pipe.flow.release(rule)
    pipe.come(PINGREQ)
    pipe.come('d000')
    expect(pipe.hex).toBe(`400200${PINGREQ}d000`)
    expect(pipe.record).toEqual([
      'puback at the device',
      'pingreq at the device',
      'puback at the broker', // 40 02 00 c0
      'pingresp at the device',
    ])
    pipe.flow.stop()
    expect(pipe.seen.at(-1)).toMatchObject({ decoded: { packet: { claims: 'reserved' } }, fate: { end: 'broker' } })
  })

  it('what the receiver was left with is told at the end', () => {
    const pipe = new Pipe()
    pipe.disturb('truncate', { after: 2 })
    pipe.come(PUBACK)
    pipe.flow.stop()
    expect(pipe.record).toEqual(['puback at the device', 'malformed at the broker'])
  })
})

describe('cut', () => {
  it.each([
    [{ after: 0 }, '', 'cut close'],
    [{ after: 3 }, '400200', 'cut close'],
    [{ after: 'last-byte', mode: 'reset' }, '400200', 'cut reset'],
    [{ after: 99 }, PUBACK, 'cut close'],
  ])('%j', (settings, hex, told) => {
    const pipe = new Pipe()
    pipe.disturb('cut', settings, { packet: ['puback'] })
    pipe.come(PINGREQ + PUBACK + PINGREQ)
    expect(pipe.hex).toBe(PINGREQ + hex)
    expect(pipe.told).toContain(told)
  })
})

describe('split', () => {
  it('each segment is a write', () => {
    const pipe = new Pipe()
    pipe.disturb('split', { bytes: 3 })
    pipe.come(PUBACK + PINGREQ)
    expect(writes(pipe)).toBe('400200,07,c000')
  })

  it('with a gap, and what is behind waits', () => {
    const pipe = new Pipe()
    pipe.disturb('split', { bytes: 1, gap: '10ms' }, { packet: ['puback'] })
    pipe.come(PUBACK + PINGREQ)
    expect(writes(pipe)).toBe('40')
    pipe.pass(29)
    expect(writes(pipe)).toBe('40,02,00')
    pipe.pass(1)
    expect(writes(pipe)).toBe('40,02,00,07,c000')
  })
})

describe('join', () => {
  it('leave in one write when there are enough, what is between them too', () => {
    const pipe = new Pipe()
    pipe.disturb('join', { packets: 2 }, { packet: ['puback'] })
    pipe.come(PUBACK)
    pipe.come(PINGREQ)
    expect(writes(pipe)).toBe('')
    pipe.come(PUBACK)
    expect(writes(pipe)).toBe(PUBACK + PINGREQ + PUBACK)
  })

  it('leave when the time is up, or the stream ends', () => {
    const pipe = new Pipe()
    pipe.disturb('join', { packets: 3, within: '50ms' })
    pipe.come(PUBACK)
    pipe.pass(49)
    expect(writes(pipe)).toBe('')
    pipe.pass(1)
    expect(writes(pipe)).toBe(PUBACK)
    pipe.come(PUBACK + PINGREQ)
    pipe.flow.end()
    expect(writes(pipe)).toBe(`${PUBACK},${PUBACK}${PINGREQ}`)
  })
})

describe('throttle', () => {
  it('bytes per second, whatever the size of packets', () => {
    const pipe = new Pipe()
    pipe.disturb('throttle', '100B/s')
    pipe.come(PUBACK.repeat(5) + PINGREQ.repeat(10))
    expect(writes(pipe)).toBe('')
    pipe.pass(200)
    expect(pipe.hex).toHaveLength(40)
    pipe.pass(199)
    expect(pipe.hex.length).toBeLessThan(80)
    pipe.pass(1)
    expect(pipe.hex).toHaveLength(80)
  })

  it('a sender that is faster is stopped, and goes on later', () => {
    const pipe = new Pipe()
    pipe.disturb('throttle', '100kB/s')
    const big = `30${'80801f'}0001 61${'78'.repeat(507901)}`
    pipe.come(big)
    expect(pipe.told).toEqual(['pause'])
    pipe.pass(6000)
    expect(pipe.told).toEqual(['pause', 'resume'])
    expect(pipe.hex).toBe(big.replaceAll(' ', ''))
  })
})

describe('several', () => {
  it('work in their order: the second one sees what the first one made', () => {
    const pipe = new Pipe()
    pipe.disturb('rewrite', { type: 'pubrec' })
    pipe.disturb('drop', {}, { packet: ['pubrec'] })
    pipe.come(PUBACK)
    expect(pipe.hex).toBe('')
    const other = new Pipe()
    other.disturb('drop', {}, { packet: ['pubrec'] })
    other.disturb('rewrite', { type: 'pubrec' })
    other.come(PUBACK)
    expect(other.hex).toBe('50020007')
  })

  it('what is released goes through those behind it', () => {
    const pipe = new Pipe()
    const held = pipe.disturb('hold')
    pipe.disturb('delay', '100ms')
    pipe.disturb('split', { bytes: 2 })
    pipe.come(PUBACK)
    pipe.pass(1000)
    pipe.flow.release(held)
    pipe.pass(99)
    expect(writes(pipe)).toBe('')
    pipe.pass(1)
    expect(writes(pipe)).toBe('4002,0007')
  })

  it('one that ends while another goes on', () => {
    const pipe = new Pipe()
    const first = pipe.disturb('drop', {}, { packet: ['puback'] })
    pipe.disturb('duplicate', {}, { packet: ['pingreq'] })
    pipe.come(PUBACK + PINGREQ)
    pipe.flow.release(first)
    pipe.come(PUBACK + PINGREQ)
    expect(pipe.hex).toBe(PINGREQ.repeat(2) + PUBACK + PINGREQ.repeat(2))
  })
})

describe('inject', () => {
  it('goes out between two packets, never into one', () => {
    const pipe = new Pipe()
    pipe.come('4002')
    expect(pipe.flow.inject(Buffer.from(PINGREQ, 'hex'))).toBe(true)
    pipe.come('00')
    pipe.come('07')
    expect(pipe.hex).toBe(PUBACK + PINGREQ)
    expect(pipe.record).toEqual(['puback', 'pingreq at the broker by link'])
    const chunk = pipe.come(PUBACK)
    expect(pipe.writes.at(-1)).toBe(chunk)
  })

  it('before what is delayed, behind a packet that is on its way', () => {
    const pipe = new Pipe()
    pipe.disturb('split', { bytes: 2, gap: '10ms' }, { packet: ['puback'] })
    pipe.come(PUBACK + PINGREQ)
    pipe.flow.inject(Buffer.from('d000', 'hex'))
    pipe.pass(10)
    expect(pipe.hex).toBe(`${PUBACK}d000${PINGREQ}`)
  })

  it('half a packet puts the receiver out of step', () => {
    const pipe = new Pipe()
    pipe.flow.inject(Buffer.from('4002', 'hex'))
    pipe.come(PINGREQ)
    expect(pipe.record).toEqual(['pingreq at the device', 'puback at the broker by link'])
  })

  it('not when nothing passes any more', () => {
    const pipe = new Pipe()
    pipe.flow.swallow()
    expect(pipe.flow.inject(Buffer.from(PINGREQ, 'hex'))).toBe(false)
  })
})

describe('the end', () => {
  it('comes behind what is late', () => {
    const pipe = new Pipe()
    pipe.disturb('delay', '100ms')
    pipe.come(`${PUBACK}30`)
    let ended = false
    pipe.flow.end(() => {
      ended = true
    })
    pipe.pass(99)
    expect([ended, pipe.hex]).toEqual([false, ''])
    pipe.pass(1)
    expect([ended, pipe.hex]).toEqual([true, `${PUBACK}30`])
  })

  it('a network that goes down loses what was on its way, and that is said', () => {
    const pipe = new Pipe()
    pipe.disturb('delay', '100ms')
    pipe.come(PUBACK + PUBACK)
    pipe.flow.swallow()
    pipe.pass(1000)
    expect(pipe.hex).toBe('')
    expect(pipe.told).toContain('lost 2')
    pipe.come(PUBACK)
    expect(pipe.record.at(-1)).toBe('puback, lost')
  })
})
