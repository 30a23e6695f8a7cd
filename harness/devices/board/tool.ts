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

/** The line with its values, as a person reads it and may type it again. */
export const filledIn = (line: string, values: Readonly<Record<string, string>>): string =>
  line.replace(PLACEHOLDER, (whole, name: string) => (Object.hasOwn(values, name) ? quoted(values[name]!) : whole))

const PLACEHOLDER = /\{(\w+)\}/g
const PLAIN = /^[\w@%+=:,./-]+$/

const quoted = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

export interface ShellCommand {
  readonly line: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * The line for a POSIX shell. A value comes from a variable of the environment, whose text no shell parses, in whatever
 * quotes its placeholder stands.
 */
export function shellCommand(line: string, values: Readonly<Record<string, string>>): ShellCommand {
  const env: Record<string, string> = {}
  let quote = ''
  const out = line.replace(/\\[\s\S]|['"]|\{(\w+)\}/g, (whole: string, name: string | undefined) => {
    if (whole[0] === '\\') {
      // In single quotes a backslash is itself, and the quote after it ends them.
      if (quote === "'" && whole[1] === "'") quote = ''
      return whole
    }
    if (whole === '"' || whole === "'") {
      if (quote === '') quote = whole
      else if (quote === whole) quote = ''
      return whole
    }
    if (!Object.hasOwn(values, name!)) return whole
    const variable = `HIL_TOOL_${name!.toUpperCase()}`
    env[variable] = values[name!]!
    if (quote === "'") return `'"$${variable}"'`
    return quote === '"' ? `\${${variable}}` : `"$${variable}"`
  })
  return { line: out, env }
}

/** Resolves with what it printed when it has ended with exit code 0. Throws Problem `code` with its last lines. */
export async function runTool({ what, line, values, code, directory }: Tool): Promise<string> {
  const command = filledIn(line, values)
  const { line: shown, env } = commandOf(line, values, code, what)
  const child = await Child.spawn(shown, [], {
    shell: true,
    group: true,
    env: { ...process.env, ...env },
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

/** cmd.exe parses also what its variables hold: there, only values of plain characters go to it. */
function commandOf(line: string, values: Tool['values'], code: string, what: string): ShellCommand {
  if (process.platform !== 'win32') return shellCommand(line, values)
  const wrong = Object.entries(values).find(([, value]) => !/^[\w@+=:,./\\ -]*$/.test(value))
  if (wrong !== undefined)
    throw new Problem(code, `${what}: {${wrong[0]}} has characters that cmd.exe would read as its own`, {
      hint: 'rename the file, or choose the board by another name of its port',
    })
  const plain = (text: string): string => (text.includes(' ') ? `"${text}"` : text)
  const filled = line.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? plain(values[name]!) : whole,
  )
  return { line: filled, env: {} }
}
