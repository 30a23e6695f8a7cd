// harness.config.ts: this bench. Everything in it has a default, and the command line overrides it.

import { existsSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import { type Place, Problem } from '../../emulators/index.ts'
import type { BrokerKind } from '../brokers/index.ts'
import type { ReporterKind } from '../report/index.ts'
import { explainSettings, size } from '../scenario/index.ts'
import { EXTENSIONS, type OwnBroker, withExtensions } from './extensions.ts'
import { importModule } from './import-module.ts'
import { NAMES } from './names.ts'
import { brokersOption, OPTIONS } from './options.ts'

const MEBIBYTE = 1024 * 1024

/** A size of at least 1 KiB. MQTT knows no packet of more than 256 MiB. */
const limit = (most = Number.MAX_SAFE_INTEGER) =>
  size({ bare: 'bytes' }).refine((bytes) => bytes >= 1024 && bytes <= most, {
    message: most === Number.MAX_SAFE_INTEGER ? 'expected at least 1KiB' : `expected 1KiB to ${most / MEBIBYTE}MiB`,
  })

export const configSchema = z.strictObject({
  ...EXTENSIONS,
  /** Files and folders that `hil run` without paths runs. */
  scenarios: z.array(z.string()).optional(),
  /** The broker that a run without --broker uses: a name of `brokers`, or a kind. */
  broker: z.string().optional(),
  /** Brokers by names of your own; what is beside `use` are the kind's options. */
  brokers: brokersOption.optional(),
  reporters: z.array(z.string()).optional(),
  /** Folder for results. */
  output: z.string().optional(),
  /** Scenarios that run side by side. */
  jobs: z.number().int().min(1).optional(),
  retries: z.number().int().min(0).optional(),
  /** For scenarios that set none: `60s`, or milliseconds. */
  timeout: OPTIONS.timeout.optional(),
  /** The time of scenarios that do not say theirs; default: real. */
  clock: OPTIONS.clock.optional(),
  /** Past one of these a run ends and is inconclusive: a device or a broker sent more than may be held. */
  limits: z
    .strictObject({
      /** Of one packet, or one WebSocket frame, in a link; default: 16MiB. */
      packet: limit(256 * MEBIBYTE).optional(),
      /** Packets that a disturbance keeps for later in one direction of a connection; default: 64MiB. */
      held: limit().optional(),
      /** The record in memory, without long payloads; default: 256MiB. */
      record: limit().optional(),
      /** Long payloads of the record, in a temporary file; default: 4GiB. */
      disk: limit().optional(),
    })
    .optional(),
})

/** What a config file may say. */
export type Config = Omit<z.input<typeof configSchema>, 'brokers' | 'reporters'> & {
  /** Brokers by names of your own: settings of a kind, or a kind of your own (`defineBroker`), or the path of its module. */
  readonly brokers?: Readonly<Record<string, BrokerSettings | BrokerKind | OwnBroker | string>> | undefined
  /** Names of reporters, reporters of your own (`defineReporter`), or paths of their modules. */
  readonly reporters?: readonly (string | ReporterKind)[] | undefined
}

/** A kind of broker and its options. */
export interface BrokerSettings {
  readonly use: string
  readonly [option: string]: unknown
}

export type ResolvedConfig = z.output<typeof configSchema> & {
  /** Where the file is: relative paths in it begin there; absent: there is none. */
  readonly folder?: string | undefined
}

/** Types a config file for editors; it does nothing else. */
export const defineConfig = (config: Config): Config => config

/** The config of the current folder; empty when there is none and none was named. */
export async function loadConfig(named: string | undefined): Promise<ResolvedConfig> {
  const file = named ?? NAMES.find((name) => existsSync(name))
  if (file === undefined) return {}
  if (!existsSync(file)) throw new Problem('config/not-found', `${file} does not exist`, { hint: 'check --config' })
  const settings = await withExtensions(await importDefault(file), dirname(resolve(file)), file, resolve(file))
  const parsed = configSchema.safeParse(settings)
  if (parsed.success) return { ...parsed.data, folder: dirname(resolve(file)) }
  const lines = explainSettings(parsed.error, settings, configSchema)
  throw new Problem('config/invalid', `${file}: ${lines.join('\n')}`, {
    hint: `its settings are ${Object.keys(configSchema.shape).join(', ')}`,
  })
}

async function importDefault(file: string): Promise<unknown> {
  const module = await importModule(resolve(file)).catch((cause: unknown) => {
    const { message, place } = told(cause, file)
    throw new Problem('config/broken', `${file} cannot be loaded: ${message}`, { at: place, cause })
  })
  if ('default' in module) return module.default
  throw new Problem('config/broken', `${file} has no default export`, {
    hint: 'export default { scenarios: [… ] }',
  })
}

/** What went wrong in it, and where: a parser writes the place into its message, what ran has it in its stack. */
function told(cause: unknown, file: string): { readonly message: string; readonly place: Place | undefined } {
  const { message, stack = '' } = cause instanceof Error ? cause : new Error(String(cause))
  const first = message
    .split('\n')[0]!
    .replace(/^ParseError: /, '')
    .trim()
  const name = basename(file).replaceAll('.', '\\.')
  const [, line, column = 0] = new RegExp(`${name}:(\\d+):(\\d+)`).exec(message) ?? []
  if (line !== undefined)
    return { message: first, place: { file, line: Number(line), column: Number(column) + 1, length: 1 } }
  // What ran was transpiled, which keeps lines and not columns.
  const [, ran] = new RegExp(`${name}:(\\d+)`).exec(stack) ?? []
  return { message: first, place: ran === undefined ? undefined : { file, line: Number(ran), column: 1, length: 1 } }
}
