// What `hil report` does. The browser is started and left alone: it is the person's, not ours.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { Problem } from '../../../emulators/core/problem.ts'
import { makeReport } from '../../api/report.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import type { ReportArguments } from './command.ts'

export async function reportAction({ folder, open }: ReportArguments): Promise<ExitCode> {
  const file = await makeReport(folder)
  terminal().print(`${file}\n`)
  if (open) await show(resolve(file))
  return EXIT.passed
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** $BROWSER where there is one, else what the system opens files with. */
async function show(file: string): Promise<void> {
  const { BROWSER } = process.env
  const opener = BROWSER === undefined || BROWSER === '' ? (OPENERS[process.platform] ?? ['xdg-open']) : [BROWSER]
  const [program, ...args] = [...opener, file]
  const child = spawn(program!, args, { stdio: 'ignore', detached: true })
  try {
    await once(child, 'spawn')
    child.unref()
  } catch (cause) {
    throw new Problem('report/no-browser', `${program} cannot be started: ${(cause as Error).message}`, {
      hint: `open ${file} yourself, or name a browser in $BROWSER`,
      cause,
    })
  }
}
