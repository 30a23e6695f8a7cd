// How an exception becomes what a person reads, and the exit code. A Problem is theirs to mend,
// anything else is ours.

import { readFileSync } from 'node:fs'
import { Problem } from '../../emulators/core/problem.ts'
import { withoutLogins, withoutUrlCredentials } from '../outside/index.ts'
import { EXIT, type ExitCode, exitCodeOfProblem } from '../problems/index.ts'
import type { Terminal } from './terminal.ts'

/** A file or a folder that the system does not give us: theirs to mend as well. */
function asProblem(error: unknown): unknown {
  const { code, path, syscall } = error as NodeJS.ErrnoException
  const ofFile = error instanceof Error && code !== undefined && path !== undefined && syscall !== undefined
  if (!ofFile) return error
  return new Problem('run/file', error.message, { hint: HINTS[code] ?? 'check free space and write permission' })
}

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'nothing of that name is there; names count from the folder where hil runs',
  ENOTDIR: 'a file stands where a folder should be',
  EISDIR: 'a folder stands where a file should be',
  EACCES: 'the permissions of the file, or of a folder above it, do not allow it',
}

/** No message shows the password of a URL, whoever has made it. */
export async function tell(thrown: unknown, terminal: Terminal): Promise<ExitCode> {
  const out = {
    color: terminal.color,
    printError: (text: string): void => terminal.printError(withoutUrlCredentials(text)),
  }
  const error = asProblem(thrown)
  if (!(error instanceof Problem)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    out.printError(`internal/bug: a bug in mqtt-hil, please report it:\n${stack}\n`)
    return EXIT.bug
  }
  if (error.at !== undefined) {
    const { showDiagnostic } = await import('../api/show.ts')
    const { code, message, at, hint } = error
    out.printError(showDiagnostic({ code, message, at, hint }, textOf(at.file), { color: out.color }))
  } else {
    const hint = error.hint === undefined ? '' : `  hint: ${error.hint}\n`
    out.printError(withoutLogins(`error ${error.code}\n  ${error.message.replaceAll('\n', '\n  ')}\n${hint}`))
  }
  return exitCodeOfProblem(error.code)
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
