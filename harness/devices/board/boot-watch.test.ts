import { expect, test } from 'vitest'
import { BootWatch, saysStart } from './boot-watch.ts'

function heard(...pieces: readonly string[]): readonly string[] {
  const causes: string[] = []
  const watch = new BootWatch((cause) => causes.push(cause))
  for (const piece of pieces) watch.feed(Buffer.from(piece))
  return causes
}

test.each([
  ['power', 'rst:0x1 (POWERON_RESET),boot:0x13'],
  ['brownout', '\r\nBrownout detector was triggered\r\n\r\nrst:0xf (RTCWDT_BROWN_OUT_RESET),boot:0x13'],
  ['panic', "Guru Meditation Error: Core  0 panic'ed (LoadProhibited)\r\nBacktrace: 0x1:0x2\r\nrst:0xc (SW_CPU_RESET)"],
  ['watchdog', 'rst:0x8 (TG1WDT_SYS_RESET),boot:0x13'],
  ['software', 'rst:0xc (SW_CPU_RESET),boot:0x13'],
  ['sleep', 'rst:0x5 (DEEPSLEEP_RESET),boot:0x13'],
])('a chip that starts says why: %s', (cause, text) => {
  expect(heard(text)).toEqual([cause])
  expect(heard(...text)).toEqual([cause])
})

test('each start counts once, and what came before one says nothing of the next', () => {
  expect(heard('Guru Meditation\r\nrst:0xc (SW_CPU_RESET)\r\nready\r\nrst:0xc (SW_CPU_RESET)')).toEqual([
    'panic',
    'software',
  ])
})

test('what a program prints is no start', () => {
  expect(heard('temp=21.5 rst:0 (x)\r\n')).toEqual([])
  expect(saysStart('temp=21.5\r\nresetting sensor')).toBe(false)
  expect(saysStart('ets Jul 29 2019 12:21:46')).toBe(true)
})
