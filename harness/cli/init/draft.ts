// What `hil init --from RECORDING` does. A file that is there is never written over.

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { Problem } from '../../../emulators/index.ts'
import { devicesIn, readRecording } from '../../evidence/index.ts'
import { SUFFIX } from '../../plan/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import type { InitArguments } from './arguments.ts'
import { draftOf } from './draft/draft.ts'

const SCHEMA = 'scenario.schema.json'

export async function draftAction({ from, file: given, json }: InitArguments): Promise<ExitCode> {
  const out = terminal()
  if (from === undefined)
    throw new Problem('cli/usage', `hil init takes no argument "${given}"`, {
      hint: 'hil init --from RECORDING FILE drafts one',
    })
  const recording = readRecording(from)
  const devices = devicesIn(recording.events)
  if (devices.length === 0)
    throw new Problem('cli/no-such-device', `nothing connected in ${from}`, {
      hint: 'record again, and have the device connect where hil record says',
    })
  const toPrint = given === '-' || given === '' // which is what yargs makes of a dash
  const file =
    given === undefined || toPrint
      ? join(existsSync('scenarios') ? 'scenarios' : '.', `${devices.join('-')}${SUFFIX}`)
      : given
  if (!toPrint && existsSync(file))
    throw new Problem('cli/file-exists', `${file} is there already`, {
      hint: 'name another file: hil init --from RECORDING FILE',
    })
  const draft = draftOf(recording, {
    schema: schemaFrom(dirname(file)),
    path: seenFrom(dirname(file), recording.folder),
  })
  if (toPrint) {
    out.print(draft.text)
    return EXIT.passed
  }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, draft.text, { flag: 'wx' })
  if (json)
    out.print(
      `${JSON.stringify({ written: [file], devices, claims: draft.claims, leftOut: draft.leftOut }, null, 2)}\n`,
    )
  else
    out.print(
      `  + ${file}: ${draft.claims} claims${draft.leftOut === 0 ? '' : `, and ${draft.leftOut} more things that were recorded are left out`}\n\nNext:\n  npx hil run ${file}\n  its first lines say what to look at\n`,
    )
  return EXIT.passed
}

/** The nearest schema in a folder above, as the editor's comment names it. */
function schemaFrom(folder: string): string {
  for (let up = resolve(folder); ; up = dirname(up)) {
    if (existsSync(join(up, SCHEMA))) return seenFrom(folder, join(up, SCHEMA))
    if (up === dirname(up)) return `./${SCHEMA}`
  }
}

function seenFrom(folder: string, path: string): string {
  const seen = relative(resolve(folder), resolve(path)).split(sep).join(posix.sep)
  return seen.startsWith('.') ? seen : `./${seen}`
}
