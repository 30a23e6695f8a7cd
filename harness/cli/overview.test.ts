import { expect, it } from 'vitest'
import { commands } from './index.ts'
import { ABOUT, MORE, overview } from './overview.ts'
import { hil } from './testing.ts'

it('has a line for each command and option that the parser knows, and no line is too long', async () => {
  const text = overview(commands, 80)
  for (const { command } of commands) expect(text).toContain(`\n  hil ${command} `)
  for (const line of text.split('\n')) if (line !== ABOUT) expect(line.length, line).toBeLessThanOrEqual(80)
  const flags = /Options:\n((?: .*\n)+)/.exec((await hil('schema', '--help')).out)![1]!
  for (const flag of ['--version', '--help']) {
    expect(text).toMatch(new RegExp(`^ .* ?${flag} `, 'm'))
    expect(flags).toContain(flag)
  }
  expect(text).toContain(MORE)
})

it('keeps the words of what does not fit on one line', () => {
  const [, what] = /hil watch \[paths\.\.\] +((?:.*\n)+?) {2}hil check/.exec(overview(commands, 60))!
  const watch = commands.find(({ command }) => command === 'watch [paths..]')!
  expect(what!.split(/\s+/).join(' ').trim()).toBe(watch.describe)
})

it.each([['--help'], ['--version'], ['-V']])('hil %s exits 0', async (flag) => {
  expect(await hil(flag)).toMatchObject({ code: 0, err: '' })
})
