// Boards as benches have them, by stand-ins at pseudo terminals: fixtures/boards/README.md. Each script brings its own
// board and prints GOOD or FAULT.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { HIL, Scratch } from './cli/testing.ts'

const FOLDER = resolve(import.meta.dirname, '../fixtures/boards')

/** Why a script cannot be GOOD, whatever hil does. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  '19-left-in-the-raw-repl.sh':
    'its stand-in sleeps for 30 s in a program that was begun before the signal and takes no Ctrl-C; board/session.test.ts has the same with one that does',
}

const runs = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0

/** What must be there beside bash. */
const lacking = [
  ...(process.platform === 'linux' ? [] : ['Linux']),
  ...(runs('gcc', '--version') ? [] : ['gcc']),
  ...(runs('/usr/bin/python3', '-c', 'import serial') ? [] : ['python3-serial']),
  ...(existsSync(HIL) ? [] : ['npm run build']),
]
const skipped = lacking.length > 0 && process.env.CI === undefined
const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.sh'))

describe.skipIf(skipped)(`boards by their stand-ins${skipped ? ` (missing: ${lacking.join(', ')})` : ''}`, () => {
  beforeAll(() => {
    // Before the scripts would, of which several may run.
    const built = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', 'modem.so', 'modem.c', '-ldl'], {
      cwd: join(FOLDER, 'lib'),
    })
    expect(built.status, String(built.stderr)).toBe(0)
  })

  for (const name of scripts) {
    const impossible = IMPOSSIBLE[name]
    it.skipIf(impossible !== undefined).concurrent(
      impossible === undefined ? name : `${name} (skipped: ${impossible})`,
      { timeout: 240_000 },
      async () => {
        using locks = new Scratch()
        const child = spawn('bash', [join(FOLDER, name)], {
          env: { ...process.env, HIL: `${process.execPath} ${HIL}`, HIL_LOCKS: locks.path, CI: '', NO_COLOR: '1' },
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        let said = ''
        for (const stream of [child.stdout, child.stderr])
          stream.setEncoding('utf8').on('data', (text: string) => {
            said += text
          })
        const [code] = (await once(child, 'close')) as [number | null]
        expect(code, said).toBe(0)
        expect(said).toMatch(/^(GOOD|SKIP)$/m)
      },
    )
  }
})
