// `hil doctor`: what of this machine a run depends on, and what to do where something is missing.

import type { CommandModule } from 'yargs'

export interface DoctorArguments {
  readonly config?: string | undefined
  readonly json: boolean
}

export const doctor: CommandModule<unknown, DoctorArguments> = {
  command: 'doctor',
  describe:
    'look at this machine: Node, clock, limits, serial ports, brokers (harness.config.ts is loaded, so it runs)',
  builder: (argv) =>
    argv
      .option('config', { type: 'string', requiresArg: true, describe: 'config file; default: harness.config.ts' })
      .option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
  handler: async (args) => {
    const { doctorAction } = await import('./action.ts')
    process.exitCode = await doctorAction(args)
  },
}
