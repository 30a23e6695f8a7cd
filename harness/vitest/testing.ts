// For tests of the plugin: a real vitest on a folder, as a user would start it.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')
/** Another vitest than ours, and the Node that it needs: CI runs these tests on vitest 5, too. */
export const isOther = process.env.HIL_TEST_VITEST !== undefined
const VITEST_FOLDER = process.env.HIL_TEST_VITEST ?? join(ROOT, 'node_modules/vitest')
const NODE = process.env.HIL_TEST_NODE ?? process.execPath
export const VITEST = join(VITEST_FOLDER, 'vitest.mjs')

export interface JsonTest {
  readonly title: string
  readonly ancestorTitles: readonly string[]
  readonly status: 'passed' | 'failed' | 'pending' | 'skipped'
  readonly failureMessages: readonly string[]
  readonly meta: { readonly mqttHil?: Readonly<Record<string, unknown>> }
}

export interface JsonFile {
  readonly name: string
  readonly status: string
  readonly message: string
  readonly assertionResults: readonly JsonTest[]
}

/** vitest in a folder, `detached`: in a process group of its own; `saying` resolves with what it has printed since the last time once that matches. */
export function startVitest(
  folder: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
  detached = false,
) {
  const { CI: _, FORCE_COLOR: __, VITEST: ___, ...env } = process.env
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('VITEST')))
  // vitest keeps a folder there while it runs, and leaves it when it is killed.
  const temporary = mkdtempSync(join(tmpdir(), 'hil-vitest-'))
  const child = spawn(NODE, [VITEST, ...args], {
    cwd: folder,
    detached,
    env: { ...own, NODE_ENV: '', NO_COLOR: '1', TMPDIR: temporary, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let all = ''
  const heard = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
      all += text
      for (const listener of heard) listener()
    })
  const ended = once(child, 'close').then(([code]) => {
    rmSync(temporary, { recursive: true, force: true })
    return { code: code as number | null, out: all }
  })
  return {
    child,
    ended,
    saying: (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(said)) return
          heard.delete(look)
          const told = said
          said = ''
          resolve(told)
        }
        heard.add(look)
        void ended.then(() => reject(new Error(`it ended without ${pattern}:\n${all}`)))
        look()
      }),
  }
}

/** All tests of a folder that some arguments select, with the JSON of their results. */
export async function runVitest(folder: string, args: readonly string[], json: string, env = {}) {
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${json}`]
  const { code, out } = await startVitest(folder, ['run', ...reporters, ...args], env).ended
  const { testResults } = JSON.parse(readFileSync(json, 'utf8')) as { testResults: readonly JsonFile[] }
  return { code, out, files: testResults }
}

/** The package as it is packed, in `node_modules` of a folder, with what it declares and the vitest of these tests. */
export function installPackage(folder: string): void {
  const run = (program: string, args: readonly string[], cwd: string) =>
    execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  // What was built is what is packed: building again would pull it from under other tests.
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT)
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }]
  const modules = join(folder, 'node_modules')
  mkdirSync(modules, { recursive: true })
  run('tar', ['xzf', filename], folder)
  renameSync(join(folder, 'package'), join(modules, 'mqtt-hil'))
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
    optionalDependencies: Readonly<Record<string, string>>
  }
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), '@types/node']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  symlinkSync(VITEST_FOLDER, join(modules, 'vitest'))
}

/** The project of these tests: where it lies, and for another vitest than ours a copy beside the installed package. */
export function fixtureProject(scratch: string): string {
  const own = join(ROOT, 'fixtures/vitest')
  if (!isOther) return own
  installPackage(scratch)
  const copy = join(scratch, 'fixtures/vitest')
  cpSync(own, copy, { recursive: true })
  cpSync(join(ROOT, 'tsconfig.json'), join(scratch, 'tsconfig.json'))
  writeFileSync(join(scratch, 'package.json'), '{ "type": "module" }')
  return copy
}

/** What a project needs to find this package, and vitest, by their names. */
export function linkPackages(folder: string): void {
  if (isOther) return installPackage(folder)
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/mqtt-hil'))
  symlinkSync(VITEST_FOLDER, join(folder, 'node_modules/vitest'))
}
