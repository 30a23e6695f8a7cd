// What `mqttHil({ … })` takes: the flags of `hil run`, by their names there. Plain data, because the plugin hands
// them to the workers that run the tests.

import { z } from 'zod'
import { OPTIONS, parseOptions } from '../config/index.ts'

/** Options of the plugin; those of brokers, config and seed hold for tests in TypeScript as well. */
export interface MqttHilOptions {
  /** A name of the config's `brokers`, a kind (`mosquitto`), or `mqtt://HOST:PORT`; of several each has tests of its own. */
  readonly broker?: string | readonly string[] | undefined
  /** Which device plays which role: `{ blue: 'virtual', green: 'port:/dev/ttyUSB0' }`. */
  readonly bind?: Readonly<Record<string, string>> | undefined
  /** In place of the scenarios' `vars`; values as text, read as YAML would. */
  readonly vars?: Readonly<Record<string, string>> | undefined
  /** Only scenarios with all of these tags; `!TAG`: without it. The others are skipped. */
  readonly tags?: string | readonly string[] | undefined
  /** Globs of scenario files, from vitest's root. Default: the config's `scenarios`, else every `*.scenario.yaml`. */
  readonly include?: readonly string[] | undefined
  /** Config file, from vitest's root; default: its `harness.config.ts`, as for `hil run`. */
  readonly config?: string | undefined
  /** For scenarios that set none: `'60s'`, or milliseconds. */
  readonly timeout?: string | number | undefined
  /** The time that scenarios run in, whatever they say: `'virtual'` is as fast as the processor. */
  readonly clock?: 'real' | 'virtual' | 'auto' | undefined
  /** For all chance in the runs; default: another for each, told when a test fails. */
  readonly seed?: number | undefined
  /** Folder for the records and captures of each run; default: none are written. */
  readonly output?: string | undefined
}

type Given = { readonly [K in keyof MqttHilOptions]-?: z.ZodType<unknown, NonNullable<MqttHilOptions[K]>> }

const OPTIONS_HERE = {
  broker: OPTIONS.brokerOrBrokers,
  bind: OPTIONS.bind,
  vars: OPTIONS.vars,
  tags: OPTIONS.tags,
  include: OPTIONS.include,
  config: OPTIONS.config,
  timeout: OPTIONS.timeout,
  clock: OPTIONS.clock,
  seed: OPTIONS.seed,
  output: OPTIONS.output,
} satisfies Given

const schema = z.strictObject(OPTIONS_HERE).partial()

/** `timeout` in milliseconds, as `mqttHil()` hands it on to the workers. */
export type ParsedOptions = z.output<typeof schema>

/** Throws Problem `config/bad-option` for an option that there is not, and for a wrong value: it would change nothing, silently. */
export const optionsOf = (options: MqttHilOptions): ParsedOptions => parseOptions(schema, options, 'mqttHil()')

const fixtureSchema = z
  .strictObject({ broker: OPTIONS.broker, observe: OPTIONS.observe, seed: OPTIONS.seed, scope: OPTIONS.scope })
  .partial()

/** Of `test.override({ hil: … })`. Throws Problem `config/bad-option`. */
export const settingsOf = (settings: unknown): z.output<typeof fixtureSchema> =>
  parseOptions(fixtureSchema, settings, 'hil')

const linkSchema = z.strictObject({ tls: z.boolean() }).partial()

/** Of `link(name, …)`. Throws Problem `config/bad-option`. */
export const linkOptionsOf = (options: unknown): z.output<typeof linkSchema> =>
  parseOptions(linkSchema, options, 'link()')

export const listOf = (given: string | readonly string[] | undefined): readonly string[] =>
  given === undefined ? [] : typeof given === 'string' ? [given] : given
