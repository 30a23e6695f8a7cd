// What `mqttHil({ … })` takes: the flags of `hil run`, by their names there. Plain data, because the plugin hands
// them to the workers that run the tests.

import { Problem } from '../../emulators/index.ts'
import { didYouMean } from '../scenario/index.ts'

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
  /** For scenarios that set none, with its unit: `60s`. */
  readonly timeout?: string | undefined
  /** For all chance in the runs; default: another for each, told when a test fails. */
  readonly seed?: number | undefined
  /** Folder for the records and captures of each run; default: none are written. */
  readonly output?: string | undefined
}

const NAMES = ['broker', 'bind', 'vars', 'tags', 'include', 'config', 'timeout', 'seed', 'output']

/** Throws Problem `config/invalid` for an option that there is not: it would change nothing, silently. */
export function checkOptions(options: MqttHilOptions): MqttHilOptions {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name))
  if (unknown === undefined) return options
  throw new Problem('config/invalid', `mqttHil() has no option "${unknown}"`, {
    hint: didYouMean(unknown, NAMES) ?? `it has ${NAMES.join(', ')}`,
  })
}

export const listOf = (given: string | readonly string[] | undefined): readonly string[] =>
  given === undefined ? [] : typeof given === 'string' ? [given] : given
