// The options by which run, check and list choose scenarios.

import type { Argv } from 'yargs'
import { Problem } from '../../emulators/core/problem.ts'
import type { AccessArguments, SelectArguments } from '../api/suite.ts'
import { accessing } from './access.ts'

/** As the flags say it; `selectionOf` makes of it what is meant. */
export interface SelectFlags
  extends AccessArguments,
    Pick<SelectArguments, 'paths' | 'grep' | 'broker' | 'clock' | 'config'> {
  /** `TAG`, or `!TAG` for scenarios without it. */
  readonly tag?: readonly string[] | undefined
  /** `NAME=VALUE`. */
  readonly var?: readonly string[] | undefined
  /** `DEVICE=CLIENT`. */
  readonly bind?: readonly string[] | undefined
}

/** Throws Problem `select/bad-var`, `select/bad-bind` for what is no pair. */
export function selectionOf(flags: SelectFlags): SelectArguments {
  const { paths, grep, tag, broker, clock, config, cafile, cert, key, insecure, username, pw } = flags
  return {
    ...{ paths, grep, tags: tag, broker, clock, config, cafile, cert, key, insecure, username, pw },
    vars: pairsOf(flags.var, 'var', 'NAME=VALUE'),
    bind: pairsOf(flags.bind, 'bind', 'DEVICE=CLIENT'),
  }
}

function pairsOf(given: readonly string[] = [], flag: 'var' | 'bind', shape: string): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=')
      if (at <= 0) throw new Problem(`select/bad-${flag}`, `--${flag} ${pair}: expected ${shape}`)
      return [pair.slice(0, at), pair.slice(at + 1)] as const
    }),
  )
}

export function selecting<T>(argv: Argv<T>): Argv<T & SelectFlags> {
  return accessing(argv)
    .positional('paths', {
      type: 'string',
      array: true,
      describe:
        'scenario files, or folders of them; mqtt-hil/…: those that come with it; default: those of the config, else scenarios/',
    })
    .option('grep', {
      alias: 'g',
      type: 'string',
      describe: 'only scenarios whose name matches this regular expression',
    })
    .option('tag', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'only scenarios with this tag; !TAG: only those without it',
    })
    .option('broker', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'a broker of the config, a kind (aedes, mosquitto …), or mqtt://HOST:PORT; several, or all: a matrix',
    })
    .option('var', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'NAME=VALUE sets one of the scenario’s variables',
    })
    .option('bind', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe:
        'DEVICE=CLIENT[@VERSION], virtual, virtual:FOLDER, port:PATH, a board of the hardware map, or process:COMMAND plays that device; *=… plays all that it can',
    })
    .option('config', {
      type: 'string',
      requiresArg: true,
      describe: 'config file; default: harness.config.ts',
    }) as Argv<T & SelectFlags>
}
