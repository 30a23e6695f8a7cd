// Builds dist/: the compiled sources, the entries over few files (bundle.mjs), the modules of the virtual board, and an
// executable `hil`. `--when-changed`: only where a source is another one than at the last build, and without a look at the
// types, which `npm run check` has.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const modules = 'emulators/micropython/modules'
const stamp = join(root, 'dist/.sources')
const whenChanged = process.argv.includes('--when-changed')

/** What is built stands on these: names, sizes and times, as they are now. */
function sources() {
  const below = (folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  const others = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map((one) =>
    join(root, one),
  )
  const hash = createHash('sha256').update(process.version)
  for (const file of [
    ...['.ci', 'bench', 'emulators', 'fixtures/defective', 'harness'].flatMap(below),
    ...others,
  ].sort()) {
    const { size, mtimeMs } = statSync(file)
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

const now = sources()
if (whenChanged && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) process.exit(0)

rmSync(join(root, 'dist'), { recursive: true, force: true })
try {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const flags = whenChanged ? ['--noCheck'] : []
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...flags], { cwd: root, stdio: 'inherit' })
} catch (error) {
  process.exit(error.status ?? 1)
}
await import('./bundle.mjs')
cpSync(join(root, modules), join(root, 'dist', modules), { recursive: true })
chmodSync(join(root, 'dist/harness/cli/main.js'), 0o755)
writeFileSync(stamp, now)
