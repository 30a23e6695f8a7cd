// Completion: what stands at the cursor, and the scripts as real shells read them.

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { needs } from '../../brokers/needs.testing.ts'
import { HIL, hil, Scratch } from '../testing.ts'

const completed = async (...words: readonly string[]): Promise<string[]> =>
  (await hil('--complete', ...words)).out.split('\n').filter((line) => line !== '')

const bashHere = await needs('bash')
const fishHere = await needs('fish')

describe('the word at the cursor', () => {
  it.each<[string[], string[]]>([
    [['cl'], ['clients']],
    [
      ['run', '--rep'],
      ['--repeat-each', '--reporter'],
    ],
    [['run', '--broker', 'm'], ['mosquitto']],
    [['run', '-x', '--reporter', 'ju'], ['junit']],
    [['run', '--reporter', 'list,ht'], ['list,html']],
    [['run', '--bind', 'blue=umqtt.r'], ['blue=umqtt.robust']],
    [['run', '--bind', 'bl'], []],
    [['run', 'scen'], []],
    [['emulate', 'room'], ['room-light']],
    [
      ['explain', 'claim/'],
      ['claim/failed', 'claim/inconclusive'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [
      ['init', '--test', ''],
      ['hello', 'broker', 'device', 'micropython', 'c'],
    ],
    [['nonsense', ''], []],
  ])('%j: %j', async (words, found) => {
    expect(await completed(...words)).toEqual(found)
  })

  it('that has not begun may be any command', async () => {
    expect(await completed('')).toEqual(expect.arrayContaining(['run', 'watch', 'doctor', 'explain', '--help']))
  })
})

describe('hil clients', () => {
  it('tells machines the same as people', async () => {
    const all = JSON.parse((await hil('clients', '--json')).out) as { is: string; name: string }[]
    expect(all).toEqual(expect.arrayContaining([expect.objectContaining({ is: 'client', name: 'umqtt.robust' })]))
    const one = JSON.parse((await hil('clients', 'umqtt.simple', '--json')).out)
    expect(one).toMatchObject({ name: 'umqtt.simple', methods: expect.arrayContaining(['publish']) })
    expect(one.options).toContainEqual(expect.objectContaining({ name: 'keepalive', default: '0' }))
  })
})

describe('the script', () => {
  const script = async (shell: string): Promise<string> => (await hil('completion', shell)).out

  /** What the shell prints that reads the script and then this line, with our `hil` on its path. */
  async function inShell(shell: 'bash' | 'fish', line: string): Promise<string> {
    using scratch = new Scratch()
    const hil = join(scratch.path, 'hil')
    writeFileSync(hil, `#!/bin/sh\nexec "${process.execPath}" "${HIL}" "$@"\n`)
    chmodSync(hil, 0o755)
    const env = { ...process.env, HOME: scratch.path, PATH: `${scratch.path}${delimiter}${process.env.PATH}` }
    return execFileSync(shell, ['-c', `${await script(shell)}${line}`], { encoding: 'utf8', env })
  }

  it.skipIf(bashHere.skip)(`of bash completes as bash does${bashHere.why}`, async () => {
    const line = `COMP_WORDS=(hil run --reporter ju); COMP_CWORD=3; _hil; printf '%s\\n' "\${COMPREPLY[@]}"`
    expect(await inShell('bash', line)).toBe('junit\n')
  })

  describe.skipIf(fishHere.skip)(`of fish${fishHere.why}`, () => {
    it('completes words, and does not put the files of the folder among them', async () => {
      expect(await inShell('fish', "complete -C 'hil run --reporter '")).toMatch(/^(\w+\n)+$/)
    })

    it('completes files where there are no words', async () => {
      expect(await inShell('fish', "complete -C 'hil run scenario'")).toBe('scenarios/\n')
    })
  })

  it('of zsh can be read by it, where it is installed', async () => {
    const text = await script('zsh')
    expect(text).toContain('hil --complete')
    const read = spawnSync('zsh', ['-n'], { input: text, encoding: 'utf8' })
    if (read.error === undefined) expect(read).toMatchObject({ status: 0, stderr: '' })
  })
})
