// `hil schema`: the JSON Schema of scenario files, for editors.

import type { CommandModule } from 'yargs'

export const schema: CommandModule<unknown, { readonly output?: string | undefined }> = {
  command: 'schema',
  describe: 'print the JSON Schema (draft-7) of scenario files (harness.config.ts is loaded, so it runs)',
  builder: (argv) => argv.option('output', { type: 'string', requiresArg: true, describe: 'a file to write it to' }),
  handler: async (args) => {
    const { schemaAction } = await import('./action.ts')
    process.exitCode = await schemaAction(args)
  },
}
