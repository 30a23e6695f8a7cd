// The commands, in the order that help shows them.

import type { CommandModule } from 'yargs'
import { bench } from './bench/command.ts'
import { check } from './check/command.ts'
import { clients } from './clients/command.ts'
import { completion } from './completion/command.ts'
import { coverage } from './coverage/command.ts'
import { device } from './device/command.ts'
import { devices } from './devices/command.ts'
import { doctor } from './doctor/command.ts'
import { emulate } from './emulate/command.ts'
import { explain } from './explain/command.ts'
import { init } from './init/command.ts'
import { judge } from './judge/command.ts'
import { list } from './list/command.ts'
import { load } from './load/command.ts'
import { lock, unlock } from './lock/command.ts'
import { record } from './record/command.ts'
import { replay } from './replay/command.ts'
import { report } from './report/command.ts'
import { run } from './run/command.ts'
import { schema } from './schema/command.ts'
import { watch } from './watch/command.ts'
import { worker } from './worker/command.ts'

// Each command's arguments have a type of their own; a list of them has none in common.
// biome-ignore lint/suspicious/noExplicitAny: see above
export const commands: readonly CommandModule<any, any>[] = [
  run,
  watch,
  check,
  list,
  judge,
  report,
  record,
  replay,
  coverage,
  load,
  worker,
  emulate,
  devices,
  device,
  bench,
  lock,
  unlock,
  clients,
  init,
  doctor,
  explain,
  schema,
  completion,
]
export type Command = (typeof commands)[number]
