// `npm start` on a fresh clone: installs the dependencies once.

import { execSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
if (!existsSync(join(root, 'node_modules/.package-lock.json')))
  execSync('npm ci --no-audit --no-fund', { cwd: root, stdio: 'inherit' })
