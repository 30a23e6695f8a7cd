// A first scenario from a recording. `hil init --from` stands on it.

import { existsSync } from 'node:fs'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../emulators/index.ts'
import { devicesIn, readRecording } from '../evidence/index.ts'
import { SUFFIX } from '../plan/index.ts'
import { checkArguments } from './doors.ts'
import { draftOf } from './draft/draft.ts'

/** A scenario that was made of a recording, not yet written. */
export interface DraftedScenario {
  /** Where it goes: what is given, else a name made of the devices. */
  readonly file: string
  readonly text: string
  readonly devices: readonly string[]
  /** How many claims it makes. */
  readonly claims: number
  /** How many things that were recorded it does not claim. */
  readonly leftOut: number
}

const SCHEMA = 'scenario.schema.json'

/**
 * Drafts a scenario whose claims are what was recorded. Nothing is written. `recording`: its folder. `file`: where the scenario is to lie, because it
 * names the recording as seen from there. Throws Problem `evidence/…` for what is no recording, `cli/no-such-device` where nothing connected.
 */
export function draftScenario(recording: string, file?: string): DraftedScenario {
  checkArguments({ recording: z.string(), file: z.string().optional() }, { recording, file }, 'draftScenario')
  const recorded = readRecording(recording)
  const devices = devicesIn(recorded.events)
  if (devices.length === 0)
    throw new Problem('cli/no-such-device', `nothing connected in ${recording}`, {
      hint: 'record again, and have the device connect where hil record says',
    })
  const at = file ?? join(existsSync('scenarios') ? 'scenarios' : '.', `${devices.join('-')}${SUFFIX}`)
  const { text, claims, leftOut } = draftOf(recorded, {
    schema: schemaFrom(dirname(at)),
    path: seenFrom(dirname(at), recorded.folder),
  })
  return { file: at, text, devices, claims, leftOut }
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
