// The options by which run, check and list choose scenarios.

import type { Argv } from 'yargs'
import type { SelectArguments } from '../select/index.ts'
import { accessing } from './access.ts'

export function selecting<T>(argv: Argv<T>): Argv<T & SelectArguments> {
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
    }) as Argv<T & SelectArguments>
}
