// `hil completion`: what a shell has to read so that Tab completes commands, flags and their values.

import type { CommandModule } from 'yargs'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export const completion: CommandModule<unknown, { readonly shell: Shell }> = {
  command: 'completion <shell>',
  describe: 'print the completion script of a shell',
  builder: (argv) =>
    argv
      .positional('shell', { choices: SHELLS, demandOption: true, describe: 'the shell' })
      .example('source <($0 completion bash)', 'in ~/.bashrc; zsh: in ~/.zshrc')
      .example('$0 completion fish > ~/.config/fish/completions/hil.fish', ''),
  handler: async (args) => {
    const { completionAction } = await import('./action.ts')
    process.exitCode = completionAction(args)
  },
}
