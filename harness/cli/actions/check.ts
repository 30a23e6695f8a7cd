// What `hil check` does.

import type { Selecting } from '../commands/selecting.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { load } from '../load.ts'
import { terminal } from '../terminal.ts'

export async function checkAction(args: Selecting): Promise<ExitCode> {
  const out = terminal()
  const { files, plans, errors } = await load(args, {}, out)
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'mistake' : 'mistakes'} in ${count(files.length, 'file')}\n`)
    return EXIT.usage
  }
  if (files.length === 0) {
    out.printError('no scenario matches\n')
    return EXIT.nothingMatched
  }
  out.print(`${count(files.length, 'file')}, ${count(plans.length, 'scenario')}: nothing wrong\n`)
  return EXIT.passed
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
