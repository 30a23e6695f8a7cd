// What `hil watch` does: a session, the files that wake it, and the keys. Where there is no terminal to press keys on,
// it watches all the same, until a signal ends it.

import { relative, resolve, sep } from 'node:path'
import { createColors } from 'picocolors'
import { projectConfig, type ResolvedConfig } from '../../api/project.ts'
import { DEFAULT_OUTPUT } from '../../api/suite.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { tell } from '../errors.ts'
import { onEndSignal } from '../interrupt.ts'
import { runAction } from '../run/action.ts'
import type { RunArguments } from '../run/command.ts'
import { terminal } from '../terminal.ts'
import { Folders } from './folders.ts'
import { KEYS, type Key, KeyReader } from './keys.ts'
import { type RunRequest, WatchSession } from './session.ts'

export async function watchAction(args: RunArguments): Promise<ExitCode> {
  const out = terminal()
  const c = createColors(out.color)
  const hasKeys = process.stdin.isTTY === true && out.live
  let grep = args.grep
  const config = await projectConfig(args.config).catch((): ResolvedConfig => ({})) // the first run tells what is wrong
  const output = resolve(args.output ?? config.output ?? DEFAULT_OUTPUT)

  const run = async ({ why, choose }: RunRequest, signal: AbortSignal, listener: object): Promise<void> => {
    const named = grep === undefined ? why : `${why}, with names that match ${grep}`
    out.print(`${out.live ? CLEAR : ''}${c.bold(c.cyan(' RUN '))} ${c.dim(named)}\n\n`)
    try {
      await runAction({ ...args, grep }, { choose, signal, listener })
    } catch (error) {
      await tell(error, out)
    }
  }
  const idle = (): void => {
    const keys = hasKeys ? `; ${c.bold('h')} shows the keys, ${c.bold('q')} quits` : ''
    out.print(`\n${c.bold(c.cyan(' WATCH '))} ${c.dim('waiting for a file to change')}${c.dim(keys)}\n`)
  }
  const notice = (text: string): void => out.print(`${c.dim(text)}\n`)
  const session = new WatchSession({ run, idle, notice })

  const held: { keyboard?: KeyReader } = {}
  const press = async ({ name, ctrl }: Key, leave: (code: ExitCode) => void): Promise<void> => {
    switch (ctrl ? `ctrl-${name}` : name) {
      case 'q':
        return leave(EXIT.passed)
      case 'ctrl-c':
      case 'ctrl-d':
        return leave(EXIT.interrupted)
      case 'a':
        grep = args.grep
        return session.all()
      case 'return':
      case 'enter':
      case 'r':
        return session.again()
      case 'f':
        return session.failed()
      case 'c':
      case 'space':
      case 'escape':
        return session.cancel()
      case 'p': {
        session.cancel()
        const part = await held.keyboard?.ask('files with (Enter: all): ')
        return part == null ? idle() : session.files(part)
      }
      case 't': {
        session.cancel()
        const pattern = await held.keyboard?.ask('names that match (Enter: all): ')
        if (pattern == null) return idle()
        grep = pattern === '' ? args.grep : pattern
        return session.again()
      }
      case 'h':
        return out.print(`\n${KEYS.map(([name, what]) => `  ${c.bold(name.padEnd(6))} ${what}\n`).join('')}`)
    }
  }

  using folders = new Folders(
    (path) => path === output || path.startsWith(output + sep),
    (path) => session.changed(path),
  )
  const scenarios = args.paths !== undefined && args.paths.length > 0 ? args.paths : (config.scenarios ?? [])
  const outside = [...scenarios, ...(args.config === undefined ? [] : [args.config])].filter((path) =>
    relative('.', path).startsWith('..'),
  )
  for (const path of ['.', ...outside]) await folders.add(path)

  let off = (): void => {}
  const code = await new Promise<ExitCode>((leave) => {
    off = onEndSignal(() => leave(EXIT.interrupted))
    if (hasKeys) held.keyboard = new KeyReader((key) => void press(key, leave))
    session.all()
  })
  held.keyboard?.[Symbol.dispose]()
  await session.end()
  off()
  return code
}

/** The screen, and what was scrolled out of it. */
const CLEAR = '\x1b[2J\x1b[3J\x1b[H'
