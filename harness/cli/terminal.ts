// What we know of the terminal, asked once and handed on. All that hil prints goes through here, and through the guard
// that takes out what a terminal or the log of a CI server would obey.

import { logObeysCommands, TerminalText } from '../outside/terminal.ts'

export interface Terminal {
  print(text: string): void
  printError(text: string): void
  /** A workflow command of a CI server, with its data escaped. Nothing else is printed by it. */
  printCommand(line: string): void
  readonly color: boolean
  /** Can be redrawn. */
  readonly live: boolean
  readonly width: number
}

export function terminal(): Terminal {
  const { stdout, env } = process
  const wanted = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const color = env.NO_COLOR === undefined && (wanted || stdout.isTTY === true) && env.TERM !== 'dumb'
  const live = stdout.isTTY === true && !env.CI && env.TERM !== 'dumb'
  const guard = guards(color || live)
  return {
    print: (text) => void stdout.write(guard.out.safe(text)),
    printError: (text) => void process.stderr.write(guard.err.safe(text)),
    printCommand: (line) => void stdout.write(`${guard.out.safe('\n'.repeat(guard.out.isLineBegun ? 1 : 0))}${line}\n`),
    color,
    live,
    width: stdout.columns ?? 100,
  }
}

type Guards = Readonly<Record<'out' | 'err', TerminalText>>
let shared: { readonly key: string; readonly guards: Guards } | null = null

/** One for each stream of the process, whoever asks: a line may be written in pieces. */
function guards(sequences: boolean): Guards {
  const commands = logObeysCommands()
  const key = `${sequences} ${commands}`
  if (shared?.key !== key) {
    const settings = { sequences, commands }
    shared = { key, guards: { out: new TerminalText(settings), err: new TerminalText(settings) } }
  }
  return shared.guards
}

/** `hil list | head -1`: whoever read the output has gone, and that is no trouble of ours. */
export function withoutReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
}

/** Calls once when nobody reads the output any more; what it returns calls that off. */
export function onOutputGone(gone: () => void): () => void {
  const { stdout } = process
  stdout.once('error', gone)
  return () => void stdout.off('error', gone)
}
