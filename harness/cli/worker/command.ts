// `hil worker`: runs shards of other machines' fleets.

import type { Argv, CommandModule } from 'yargs'

export interface WorkerArguments {
  readonly queue: string
  readonly concurrency?: number | undefined
  readonly envAllow?: string | undefined
  readonly config?: string | undefined
}

export const worker: CommandModule<unknown, WorkerArguments> = {
  command: 'worker',
  describe: 'run parts of a fleet that hil load --queue gives out',
  builder: (argv) =>
    argv
      .option('queue', {
        type: 'string',
        default: 'redis://127.0.0.1:6379',
        requiresArg: true,
        describe: 'redis://HOST:PORT',
      })
      .option('concurrency', {
        type: 'number',
        requiresArg: true,
        describe: 'shards at once; default: one for each core',
      })
      .option('env-allow', {
        type: 'string',
        requiresArg: true,
        describe: "names of this machine's environment that scenarios may read: A,B",
      })
      .option('config', { type: 'string', requiresArg: true, describe: 'config file; default: harness.config.ts' })
      .epilogue(
        'HIL_QUEUE_KEY: the key that jobs are signed and encrypted with, as for hil load; HIL_QUEUE_PASSWORD: of Redis',
      )
      .example(
        '$0 worker --queue redis://10.0.0.5',
        'on each machine that is to help',
      ) as unknown as Argv<WorkerArguments>,
  handler: async (args) => {
    const { workerAction } = await import('./action.ts')
    process.exitCode = await workerAction(args)
  },
}
