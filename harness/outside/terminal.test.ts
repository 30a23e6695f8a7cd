// Nothing that comes from outside is obeyed by a terminal or by the log of a CI server.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { oneLine, TerminalText, visible } from './terminal.ts'

/** Text as an attacker writes it: of pieces that mean something, and of anything else. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        ...[
          '::',
          ':',
          '##[',
          '#',
          '##vso[',
          '[',
          '\n',
          '\r\n',
          '\r',
          ' ',
          '\t',
          '\u001b[2J',
          '\u001b]0;x\u0007',
          '\u009b1m',
        ],
        ...[
          '::error::x',
          '::stop-commands::t',
          '##[error]',
          '\u202e',
          '\u2066',
          '\u2028',
          '\u001b[31m',
          '\u001b[8m',
          '\u001bc',
        ],
      ),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))

const OBEYED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

it('no control character is left, and other text stays', () => {
  fc.assert(fc.property(hostile, (text) => void expect(visible(text)).not.toMatch(OBEYED)))
  expect(visible('tab\tline\n日本 é 👍🏽 ✓')).toBe('tab\tline\n日本 é 👍🏽 ✓')
  expect(oneLine('a\n\tb')).toBe('a b')
})

const isCommand = (line: string): boolean => line.trim().startsWith('::') || /##\w*\[/.test(line)

it('no line of a log is a command, however the text is cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 6 }), (pieces) => {
      const stream = new TerminalText({ sequences: false, commands: true })
      const log = pieces.map((piece) => stream.safe(piece)).join('')
      expect(log.split(/\r\n|\r|\n/).filter(isCommand)).toEqual([])
      expect(log).not.toMatch(OBEYED)
    }),
  )
})

it('text that is no command stays as it is in a log', () => {
  const stream = new TerminalText({ sequences: false, commands: true })
  const text = 'a::b # [x] ##\n  a : : b\n- ::1 is an address\n'
  expect(stream.safe(text)).toBe(text)
  expect(stream.safe('::error file=x::y\n  ::add-mask::z\n##[group]')).toBe(
    ':\\:error file=x::y\n  :\\:add-mask::z\n##\\[group]',
  )
})

it('only sequences of hil itself pass, where they are wanted', () => {
  const stream = new TerminalText({ sequences: true, commands: false })
  expect(stream.safe('\u001b[32m✓\u001b[39m \u001b[2K\u001b[G')).toBe('\u001b[32m✓\u001b[39m \u001b[2K\u001b[G')
  expect(stream.safe('\u001b[8mhidden\u001b]8;;http://x\u0007\u001b[3;4r')).not.toContain('\u001b')
})
