// What we know of the terminal, asked once and handed on.

export interface Terminal {
  print(text: string): void
  printError(text: string): void
  readonly color: boolean
  /** Can be redrawn. */
  readonly live: boolean
  readonly width: number
}

export function terminal(): Terminal {
  const { stdout, env } = process
  const wanted = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const color = env.NO_COLOR === undefined && (wanted || stdout.isTTY === true) && env.TERM !== 'dumb'
  return {
    print: (text) => void stdout.write(text),
    printError: (text) => void process.stderr.write(text),
    color,
    live: stdout.isTTY === true && !env.CI && env.TERM !== 'dumb',
    width: stdout.columns ?? 100,
  }
}

/** `hil list | head -1`: whoever read the output has gone, and that is no trouble of ours. */
export function withoutReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
}
