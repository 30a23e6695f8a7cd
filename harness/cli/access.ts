// How to get in at a broker that is named by its URL, in the words of mosquitto_pub.

import type { Argv } from 'yargs'
import type { AccessArguments } from '../select/index.ts'

const GROUP = 'For a broker by its URL:'

export function accessing<T>(argv: Argv<T>): Argv<T & AccessArguments> {
  const text = { type: 'string', requiresArg: true, group: GROUP } as const
  return argv
    .option('cafile', { ...text, describe: "PEM file of the authority that signed the broker's certificate" })
    .option('cert', { ...text, describe: 'PEM file of the certificate to show to the broker' })
    .option('key', { ...text, describe: 'PEM file of its private key' })
    .option('insecure', { type: 'boolean', group: GROUP, describe: 'any certificate of the broker will do' })
    .option('username', { ...text, alias: 'u', describe: 'user name, for devices that bring none, too' })
    .option('pw', {
      ...text,
      alias: 'P',
      describe: 'password; in the URL or in the config it is as well hidden',
    }) as Argv<T & AccessArguments>
}
