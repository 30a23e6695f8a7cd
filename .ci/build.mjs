// Builds dist/: the compiled sources, the entries over few files (bundle.mjs), the modules of the virtual board, and an
// executable `hil`.

import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const modules = 'emulators/micropython/modules'

rmSync(join(root, 'dist'), { recursive: true, force: true })
try {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
} catch (error) {
  process.exit(error.status ?? 1)
}
await import('./bundle.mjs')
cpSync(join(root, modules), join(root, 'dist', modules), { recursive: true })
chmodSync(join(root, 'dist/harness/cli/main.js'), 0o755)
