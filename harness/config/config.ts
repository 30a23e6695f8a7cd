// harness.config.ts: this bench. Everything in it has a default, and the command line overrides it.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { didYouMean, duration } from '../scenario/index.ts'

const brokerEntry = z.looseObject({ use: z.string().describe('aedes, mosquitto or external') })

export const configSchema = z.strictObject({
  /** Files and folders that `hil run` without paths runs. */
  scenarios: z.array(z.string()).optional(),
  /** The broker that a run without --broker uses: a name of `brokers`, or a kind. */
  broker: z.string().optional(),
  /** Brokers by names of your own; what is beside `use` are the kind's options. */
  brokers: z.record(z.string(), brokerEntry).optional(),
  reporters: z.array(z.string()).optional(),
  /** Folder for results. */
  output: z.string().optional(),
  /** Scenarios that run side by side. */
  jobs: z.number().int().min(1).optional(),
  retries: z.number().int().min(0).optional(),
  /** For scenarios that set none, with its unit: `60s`. */
  timeout: duration().optional(),
})

/** What a config file may say. */
export type Config = z.input<typeof configSchema>
export type ResolvedConfig = z.output<typeof configSchema>

/** Types a config file for editors; it does nothing else. */
export const defineConfig = (config: Config): Config => config

const NAMES = ['harness.config.ts', 'harness.config.js', 'harness.config.mjs']

/** The config of the current folder; empty when there is none and none was named. */
export async function loadConfig(named: string | undefined): Promise<ResolvedConfig> {
  const file = named ?? NAMES.find((name) => existsSync(name))
  if (file === undefined) return {}
  if (!existsSync(file)) throw new Problem('config/not-found', `there is no ${file}`, { hint: 'check --config' })
  const parsed = configSchema.safeParse(await importDefault(file))
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => {
    const where = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
    if (issue.code === 'unrecognized_keys')
      return issue.keys
        .map((key) =>
          [`unknown setting "${key}"`, didYouMean(key, Object.keys(configSchema.shape))].filter(Boolean).join('; '),
        )
        .join('\n')
    return `${where}${issue.message}`
  })
  throw new Problem('config/invalid', `${file}: ${lines.join('\n')}`, {
    hint: `its settings are ${Object.keys(configSchema.shape).join(', ')}`,
  })
}

async function importDefault(file: string): Promise<unknown> {
  try {
    if (!file.endsWith('.ts'))
      return ((await import(pathToFileURL(resolve(file)).href)) as { default: unknown }).default
    const { createJiti } = await import('jiti')
    // Its cache goes where caches go, or nowhere: nothing of ours stays in the temporary folder.
    const fsCache = existsSync('node_modules') ? resolve('node_modules/.cache/jiti') : false
    return await createJiti(import.meta.url, { moduleCache: false, fsCache }).import(resolve(file), { default: true })
  } catch (cause) {
    throw new Problem('config/broken', `${file} cannot be loaded: ${(cause as Error).message}`, {
      hint: 'it must have one default export: export default defineConfig({ … })',
      cause,
    })
  }
}
