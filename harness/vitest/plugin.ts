// The plugin: makes `*.scenario.yaml` files test files. It runs in vitest's own process and decides nothing about
// scenarios; what a file becomes is a module that hands its path to `collect.ts` in a worker.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'
import type { TestProject } from 'vitest/node'
import { Problem } from '../../emulators/index.ts'
import { loadConfig, NAMES } from '../config/index.ts'
import { SUFFIX } from '../plan/index.ts'
import { didYouMean, exactSource } from '../scenario/index.ts'
import { namesUnder } from '../select/index.ts'
import { located } from './failure.ts'
import { inputsOf } from './inputs.ts'
import { type MqttHilOptions, optionsOf, type ParsedOptions } from './options.ts'
import { ResultsReporter } from './results.ts'

/** Where this package lies: vitest leaves it to Node, as it does with what is in node_modules. */
const OURS = fileURLToPath(new URL('../..', import.meta.url))
const COLLECT = fileURLToPath(new URL(`./collect${import.meta.url.slice(-3)}`, import.meta.url))

/** For tests in TypeScript, where nothing else is said; milliseconds. */
const TEST_TIMEOUT = 30_000

/**
 * For `plugins` of vitest.config.ts: each scenario is a test, run as `hil run` does it.
 * Throws Problem `config/…` for options that there are not, and for what is wrong with the config file.
 */
export function mqttHil(given: MqttHilOptions = {}): Plugin {
  const options = parsed(given)
  let root = process.cwd()
  const outputOf = (): string | undefined => (options.output === undefined ? undefined : resolve(root, options.output))
  let project: TestProject | null = null
  let checked: Promise<void> | null = null
  /** By scenario file: what it depends on. */
  const inputs = new Map<string, readonly string[]>()
  return {
    name: 'mqtt-hil',
    enforce: 'pre',
    async config(user) {
      root = resolve(user.root ?? '.')
      const config = configFile(options, root)
      const { configDefaults } = await import('vitest/config')
      const given = user.test?.include
      return {
        test: {
          // vitest puts the user's own before these.
          include: [
            ...(given === undefined ? configDefaults.include : []),
            ...(await patterns(options, config).catch(withHint)),
          ],
          server: { deps: { external: [new RegExp(`^(file://)?${exactSource(OURS)}(dist/|.*\\.js$)`)] } },
          // Keep alive and wills take longer than vitest's own 5 s.
          ...(user.test?.testTimeout === undefined ? { testTimeout: TEST_TIMEOUT } : {}),
          provide: { mqttHil: { ...options, output: outputOf(), config } },
        },
      }
    },
    configureVitest(context) {
      project = context.project
      const { defineCacheKeyGenerator } = context as unknown as Vitest5Context
      defineCacheKeyGenerator?.(({ id }) => (id.replace(/[?#].*$/, '').endsWith(SUFFIX) ? false : undefined))
      const { config } = context.vitest
      const output = outputOf()
      if (output !== undefined) config.reporters.push(new ResultsReporter(output) as never)
      config.watchTriggerPatterns = [
        ...(config.watchTriggerPatterns ?? []),
        { pattern: /^/, testsToRun: (changed) => dependents(inputs, changed) },
      ]
    },
    async load(id) {
      const file = id.replace(/[?#].*$/, '')
      if (!file.endsWith(SUFFIX)) return undefined
      checked ??= checkNames(options, project)
      await checked.catch(withHint)
      const config = configFile(options, root)
      const needs = [...inputsOf(file, root), ...(config === undefined ? [] : [config])]
      inputs.set(file, needs)
      for (const path of needs) this.addWatchFile(path)
      const code = [
        `import { collect } from ${JSON.stringify(COLLECT)}`,
        `await collect(${JSON.stringify(file)}, ${JSON.stringify({ ...options, output: outputOf(), config })})`,
      ]
      return { code: code.join('\n'), map: null }
    },
  }
}

/**
 * vitest 5 keeps what a module became on disk, for later runs. What a scenario becomes depends on the options, and it is looked at anew
 * in each run.
 */
interface Vitest5Context {
  defineCacheKeyGenerator?(generator: (module: { readonly id: string }) => string | false | undefined): void
}

/** vitest shows the message of an error, and knows no hint. */
function withHint(error: unknown): never {
  throw located(error)
}

function parsed(given: MqttHilOptions): ParsedOptions {
  try {
    return optionsOf(given)
  } catch (error) {
    withHint(error)
  }
}

/** undefined: vitest goes by what it knows itself. */
function dependents(inputs: ReadonlyMap<string, readonly string[]>, changed: string): string[] | undefined {
  const files = [...inputs].flatMap(([file, needs]) => (needs.includes(changed) ? [file] : []))
  return files.length === 0 ? undefined : files
}

function configFile({ config }: ParsedOptions, root: string): string | undefined {
  if (config !== undefined) return resolve(root, config)
  return NAMES.map((name) => join(root, name)).find((path) => existsSync(path))
}

async function patterns({ include }: ParsedOptions, config: string | undefined): Promise<readonly string[]> {
  if (include !== undefined) return include
  const { scenarios } = config === undefined ? {} : await loadConfig(config)
  if (scenarios === undefined) return [`**/*${SUFFIX}`]
  return scenarios
    .map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''))
    .map((path) => (path.endsWith('.yaml') ? path : path === '.' ? `**/*${SUFFIX}` : `${path}/**/*${SUFFIX}`))
}

/** A misspelt name under `bind` or `vars` would change nothing, silently. Each file by itself cannot tell. */
async function checkNames({ bind = {}, vars = {} }: ParsedOptions, project: TestProject | null): Promise<void> {
  const given = { devices: Object.keys(bind), vars: Object.keys(vars) }
  if (project === null || given.devices.length + given.vars.length === 0) return
  const { testFiles } = await project.globTestFiles()
  const files = testFiles.filter((file) => file.endsWith(SUFFIX))
  const sources = await Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })))
  for (const key of ['devices', 'vars'] as const) {
    const known = namesUnder(key, sources)
    const unknown = given[key].find((name) => !known.has(name))
    if (unknown === undefined) continue
    const option = key === 'vars' ? 'vars' : 'bind'
    throw new Problem(
      key === 'vars' ? 'select/unknown-var' : 'select/unknown-bind',
      `mqttHil({ ${option}: { ${unknown} } }): no scenario here has a ${key.slice(0, -1)} of that name`,
      { hint: didYouMean(unknown, known) ?? (known.size === 0 ? undefined : `there is ${[...known].join(', ')}`) },
    )
  }
}
