// What `hil init --from RECORDING` does. A file that is there is never written over.

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Problem } from '../../../emulators/core/problem.ts'
import { draftScenario } from '../../api/draft.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import type { InitArguments } from './arguments.ts'

export async function draftAction({ from, file: given, json }: InitArguments): Promise<ExitCode> {
  const out = terminal()
  if (from === undefined)
    throw new Problem('cli/usage', `hil init takes no argument "${given}"`, {
      hint: 'hil init --from RECORDING FILE drafts one',
    })
  const toPrint = given === '-' || given === '' // which is what yargs makes of a dash
  const { file, text, devices, claims, leftOut } = draftScenario(from, toPrint ? undefined : given)
  if (!toPrint && existsSync(file))
    throw new Problem('cli/file-exists', `${file} is there already`, {
      hint: 'name another file: hil init --from RECORDING FILE',
    })
  if (toPrint) {
    out.print(text)
    return EXIT.passed
  }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { flag: 'wx' })
  if (json) out.print(`${JSON.stringify({ written: [file], devices, claims, leftOut }, null, 2)}\n`)
  else
    out.print(
      `  + ${file}: ${claims} claims${leftOut === 0 ? '' : `, and ${leftOut} more things that were recorded are left out`}\n\nNext:\n  npx hil run ${file}\n  its first lines say what to look at\n`,
    )
  return EXIT.passed
}
