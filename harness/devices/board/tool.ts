// Commands of a bench: they reset a board, switch its power, put an image on it. `{port}` in them is its port.

import { Problem } from '../../../emulators/index.ts'
import { Child } from '../../child/index.ts'

/** The last that a command has said, characters. */
const TOLD = 800

export interface Tool {
  /** What it is for, as a message says it: `the reset command of dut`. */
  readonly what: string
  readonly line: string
  /** By name, what stands for `{name}` in the line. */
  readonly values: Readonly<Record<string, string>>
  /** Of the Problem when it fails. */
  readonly code: string
  /** The folder that it is started in; absent: that of hil. */
  readonly directory?: string | undefined
}

/** The line with its values. Each is quoted for the shell. */
export const filledIn = (line: string, values: Readonly<Record<string, string>>): string =>
  line.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? quoted(values[name]!) : whole))

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) || process.platform === 'win32' ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** Resolves with what it printed when it has ended with exit code 0. Throws Problem `code` with its last lines. */
export async function runTool({ what, line, values, code, directory }: Tool): Promise<string> {
  const command = filledIn(line, values)
  const child = await Child.spawn(command, [], {
    shell: true,
    group: true,
    ...(directory === undefined ? {} : { cwd: directory }),
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said = (said + text).slice(-10_000)
    })
  const { code: exit, signal } = await child.exit
  if (exit === 0) return said
  throw new Problem(code, `${what} ended with ${signal ?? `exit code ${exit}`}`, {
    hint: `${command}\n${said.trim().slice(-TOLD)}`.trim(),
  })
}
