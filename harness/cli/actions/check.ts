// What `hil check` does.

import type { Selecting } from '../commands/selecting.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { load, nothingMatched } from '../load.ts'
import { terminal } from '../terminal.ts'

export async function checkAction(args: Selecting): Promise<ExitCode> {
  const out = terminal()
  const loaded = await load(args, {}, out)
  const { files, plans, errors } = loaded
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'mistake' : 'mistakes'} in ${count(files.length, 'file')}\n`)
    return EXIT.usage
  }
  if (plans.length === 0) {
    out.printError(nothingMatched(loaded))
    return EXIT.nothingMatched
  }
  out.print(`${count(files.length, 'file')}, ${count(plans.length, 'scenario')}: nothing wrong\n`)
  return EXIT.passed
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
