// `hil clients`: what can be emulated, with options and their defaults.

import type { CommandModule } from 'yargs'

export const clients: CommandModule<unknown, { readonly name?: string | undefined; readonly json: boolean }> = {
  command: 'clients [name]',
  describe: 'list the emulated clients and firmware, or show one (harness.config.ts is loaded, so it runs)',
  builder: (argv) =>
    argv
      .positional('name', { type: 'string', describe: 'show this one whole' })
      .option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
  handler: async (args) => {
    const { clientsAction } = await import('./action.ts')
    process.exitCode = await clientsAction(args)
  },
}
