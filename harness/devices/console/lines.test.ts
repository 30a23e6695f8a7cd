// Bytes of a console as lines: their ends, prompts without an end, and what must not grow without bound.

import { expect, test } from 'vitest'
import { milliseconds, VirtualClock } from '../../../emulators/index.ts'
import { type ConsoleLine, Lines } from './lines.ts'

function console(prompt: RegExp | null = null) {
  const clock = new VirtualClock()
  const told: ConsoleLine[] = []
  const lines = new Lines((line) => told.push(line), clock, prompt)
  return {
    told,
    lines,
    say: (text: string | Uint8Array) => lines.feed(Buffer.from(text as string)),
    /** A quiet moment; what has come meanwhile is read before it counts. */
    async quiet() {
      clock.advance(milliseconds(300))
      await new Promise((resolve) => setImmediate(resolve))
    },
    texts: () => told.map(({ line }) => line),
  }
}

test('lines end at LF, CR or CR LF, in whatever pieces they come', () => {
  const { say, texts } = console()
  for (const piece of ['one\r\ntw', 'o\n', 'three\r', '\nfour\rfive\r\r\nsix\n\nseven\n']) say(piece)
  expect(texts()).toEqual(['one', 'two', 'three', 'four', 'five', 'six', '', 'seven'])
})

test('text that is not UTF-8 is shown in hex, and a character that comes in two pieces is whole', () => {
  const { say, texts } = console()
  say(Uint8Array.of(0xff, 0x41, 10))
  say(Uint8Array.of(0x1b, 0x5b, 0x31, 0x6d, 0xe9, 10))
  const tick = Buffer.from('✓\n')
  say(tick.subarray(0, 1))
  say(tick.subarray(1))
  expect(texts()).toEqual(['\\xffA', '\x1b[1m\\xe9', '✓'])
})

test('a prompt is told when the console is quiet, and with its echo when that has come', async () => {
  const { say, told, quiet } = console()
  say('uart:~$ ')
  expect(told).toEqual([])
  await quiet()
  say('version\r\n')
  expect(told).toEqual([
    { line: 'uart:~$ ', unfinished: true },
    { line: 'uart:~$ version', seen: 'uart:~$ ' },
  ])
})

test('a prompt that was seen once is told at once from then on', async () => {
  const { say, told, quiet } = console()
  say('uart:~$ ')
  await quiet()
  say('1.2.3\nuart:~$ 4.5.6\n')
  expect(told.slice(2)).toEqual([
    { line: 'uart:~$ ', unfinished: true },
    { line: 'uart:~$ 4.5.6', seen: 'uart:~$ ' },
  ])
})

test('a prompt that the console names is told at once', () => {
  const { say, told } = console(/\$ $/)
  say('uart:~$ ')
  expect(told).toEqual([{ line: 'uart:~$ ', unfinished: true }])
})

test('a line that ends as it was told is not told again; what was left at the end is', async () => {
  const { say, told, quiet, lines } = console()
  say('login: ')
  await quiet()
  say('\n')
  say('no end of line')
  lines.flush()
  expect(told).toEqual([{ line: 'login: ', unfinished: true }, { line: 'no end of line' }])
})

test('what has come while a timer was late is part of the line', async () => {
  const { say, told, quiet } = console()
  say('rc=1')
  const late = quiet()
  say('5\n')
  await late
  expect(told).toEqual([{ line: 'rc=15' }])
})

test('dots without an end are told some times, and then as a line', async () => {
  const { say, told, quiet } = console()
  for (let k = 0; k < 10; k++) {
    say('.')
    await quiet()
  }
  expect(told.filter((line) => line.unfinished)).toHaveLength(9)
  expect(told.find((line) => !line.unfinished)).toEqual({ line: '........', seen: '.......' })
})

test('a long line is told whole, one that is longer in pieces that lose nothing, and one without bound keeps its beginning and its end', () => {
  const { say, told, texts } = console()
  say(`message t ${'A'.repeat(20_000)}\n`)
  expect(texts()).toEqual([`message t ${'A'.repeat(20_000)}`])
  told.length = 0
  say(`${'A'.repeat(32_767)}é the end\n`)
  expect(told).toHaveLength(2)
  expect(texts().join('')).toBe(`${'A'.repeat(32_767)}é the end`)
  told.length = 0
  for (let k = 0; k < 100; k++) say('B'.repeat(10_000))
  say('C\n')
  expect(told.length).toBe(3)
  expect(texts().join('').length).toBeLessThan(100_000)
  expect(texts().at(-1)).toMatch(/^… \d+ bytes of this line are not kept …B*C$/)
})
