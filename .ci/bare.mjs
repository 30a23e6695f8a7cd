// `npm run test:bare`: the suite as on a machine with Node and nothing else. PATH is one folder with links to node, npm,
// npx, git, and to sh and env, which npm itself needs; what a test needs beside that must be skipped, with its reason.
// Arguments are passed on to vitest: `npm run test:bare -- harness/load`.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const PROGRAMS = ['npm', 'npx', 'git', 'sh', 'env']
const VITEST = 'node_modules/vitest/vitest.mjs'

/** The path of a program; throws when there is none. */
function find(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // not in this folder
    }
  }
  throw new Error(`${name} is not on the PATH`)
}

const folder = mkdtempSync(join(tmpdir(), 'bare-path-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
symlinkSync(process.execPath, join(folder, 'node'))
for (const name of PROGRAMS) symlinkSync(find(name), join(folder, name))

// CI is left out on purpose: there, what is missing fails, and here it must be skipped.
const { CI: _, ...env } = process.env
const child = spawn(join(folder, 'node'), [VITEST, 'run', ...process.argv.slice(2)], {
  env: { ...env, PATH: folder, HIL_PROGRAM_PATH: '' },
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
const [code] = await once(child, 'exit')
process.exitCode = code ?? 1
