// Completion: what stands at the cursor, and the scripts as real shells read them.

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HIL, hilHere, Scratch } from './testing.ts'

const completed = async (...words: readonly string[]): Promise<string[]> =>
  (await hilHere('--complete', ...words)).out.split('\n').filter((line) => line !== '')

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
      ['hello', 'broker', 'device'],
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
    const all = JSON.parse((await hilHere('clients', '--json')).out) as { is: string; name: string }[]
    expect(all).toEqual(expect.arrayContaining([expect.objectContaining({ is: 'client', name: 'umqtt.robust' })]))
    const one = JSON.parse((await hilHere('clients', 'umqtt.simple', '--json')).out)
    expect(one).toMatchObject({ name: 'umqtt.simple', methods: expect.arrayContaining(['publish']) })
    expect(one.options).toContainEqual(expect.objectContaining({ name: 'keepalive', default: '0' }))
  })
})

describe('the script', () => {
  const script = async (shell: string): Promise<string> => (await hilHere('completion', shell)).out

  it('of bash completes as bash does', async () => {
    using scratch = new Scratch()
    const hil = join(scratch.path, 'hil')
    writeFileSync(hil, `#!/bin/sh\nexec "${process.execPath}" "${HIL}" "$@"\n`)
    chmodSync(hil, 0o755)
    const line = `COMP_WORDS=(hil run --reporter ju); COMP_CWORD=3; _hil; printf '%s\\n' "\${COMPREPLY[@]}"`
    const env = { ...process.env, PATH: `${scratch.path}${delimiter}${process.env.PATH}` }
    const out = execFileSync('bash', ['-c', `${await script('bash')}${line}`], { encoding: 'utf8', env })
    expect(out).toBe('junit\n')
  })

  it.each(['zsh', 'fish'])('of %s can be read by it, where it is installed', async (shell) => {
    const text = await script(shell)
    expect(text).toContain('hil --complete')
    const read = spawnSync(shell, ['-n'], { input: text, encoding: 'utf8' })
    if (read.error === undefined) expect(read).toMatchObject({ status: 0, stderr: '' })
  })
})
