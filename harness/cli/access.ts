// How to get in at a broker that is named by its URL, in the words of mosquitto_pub.

import type { Argv } from 'yargs'
import type { AccessArguments } from '../api/suite.ts'

const GROUP = 'External broker (--broker URL):'

export function accessing<T>(argv: Argv<T>): Argv<T & AccessArguments> {
  const text = { type: 'string', requiresArg: true, group: GROUP } as const
  return argv
    .option('cafile', { ...text, describe: "PEM file of the authority that signed the broker's certificate" })
    .option('cert', { ...text, describe: 'PEM file of the certificate to show to the broker' })
    .option('key', { ...text, describe: 'PEM file of its private key' })
    .option('insecure', {
      type: 'boolean',
      group: GROUP,
      describe: 'accept any certificate of the broker (no verification)',
    })
    .option('username', { ...text, alias: 'u', describe: 'user name; also for devices that set none' })
    .option('pw', {
      ...text,
      alias: 'P',
      describe: 'password; masked in all output, as one in the URL or the config is',
    }) as Argv<T & AccessArguments>
}
