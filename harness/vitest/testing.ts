// For tests of the plugin: a real vitest on a folder, as a user would start it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')
/** Another vitest than ours, and the Node that it needs: CI runs these tests on vitest 5, too. */
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
  const child = spawn(NODE, [VITEST, ...args], {
    cwd: folder,
    detached,
    env: { ...own, NODE_ENV: '', NO_COLOR: '1', ...more },
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
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out: all }))
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

/** What a project needs to find this package, and vitest, by their names. */
export function linkPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/mqtt-hil'))
  linkVitest(folder)
}

export const linkVitest = (folder: string): void => symlinkSync(VITEST_FOLDER, join(folder, 'node_modules/vitest'))
