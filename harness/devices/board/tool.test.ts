// What stands for {port}, {image} and {folder} comes from outside (names of devices, of files): no shell parses it.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runTool, shellCommand } from './tool.ts'

const HOSTILE = [
  '/dev/tty$(touch SIGN)',
  '`touch SIGN`',
  '; touch SIGN;',
  '"; touch SIGN; "',
  "'; touch SIGN; '",
  '\\"; touch SIGN #',
  '& touch SIGN &',
  '| touch SIGN',
  'a\ntouch SIGN\n',
  '${IFS}$HOME*?[a]~',
  '-rf --port=x',
  '',
]
/** Each holds one argument that is the value alone. */
const CONTEXTS = ['{port}', '"{port}"', "'{port}'", 'a"b"{port}', `'it'"s"{port}`, '"\\"{port}\\""', "'\\'{port}"]
const BEFORE = ['', '', '', 'ab', 'its', '"', '\\']
const AFTER = ['', '', '', '', '', '"', '']

/** As the shell hands them to a command. */
const argumentsOf = (context: string, value: string): readonly string[] => {
  const { line, env } = shellCommand(`printf '%s\\0' ${context} end`, { port: value })
  const said = execFileSync('/bin/sh', ['-c', line], { env: { ...process.env, ...env }, encoding: 'utf8' })
  return said.split('\0').slice(0, -1)
}

test.skipIf(process.platform === 'win32').each(CONTEXTS.map((context, k) => [context, BEFORE[k]!, AFTER[k]!] as const))(
  'in %s',
  (context, before, after) => {
    for (const value of HOSTILE) expect(argumentsOf(context, value)).toEqual([`${before}${value}${after}`, 'end'])
  },
  120_000,
)

test.skipIf(process.platform === 'win32')(
  'any text is one argument',
  () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((s) => !/[\0\ud800-\udfff]/.test(s))
    fc.assert(
      fc.property(fc.constantFrom('{port}', '"{port}"', "'{port}'"), text, (context, value) => {
        expect(argumentsOf(context, value)).toEqual([value, 'end'])
      }),
      { numRuns: 25, seed: 18 },
    )
  },
  120_000,
)

test('what is no placeholder stays as it is', () => {
  expect(shellCommand("awk '{print}' {other} ${HOME} \\{port}", { port: 'x' })).toEqual({
    line: "awk '{print}' {other} ${HOME} \\{port}",
    env: {},
  })
})

test.skipIf(process.platform === 'win32')(
  'a command of a bench is given it, and a message can be typed again',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hil-test-'))
    try {
      const tool = { what: 'the reset command of dut', code: 'board/no-reset', directory: folder }
      expect(await runTool({ ...tool, line: 'printf %s "{port}"', values: { port: '$(touch SIGN)' } })).toBe(
        '$(touch SIGN)',
      )
      await expect(runTool({ ...tool, line: 'false {port}', values: { port: "it's" } })).rejects.toMatchObject({
        hint: "false 'it'\\''s'",
      })
      expect(existsSync(join(folder, 'SIGN'))).toBe(false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
