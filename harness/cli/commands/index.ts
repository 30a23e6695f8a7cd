// The commands, in the order that help shows them.

import type { CommandModule } from 'yargs'
import { check } from './check.ts'
import { clients } from './clients.ts'
import { completion } from './completion.ts'
import { coverage } from './coverage.ts'
import { device } from './device.ts'
import { devices } from './devices.ts'
import { doctor } from './doctor.ts'
import { emulate } from './emulate.ts'
import { explain } from './explain.ts'
import { init } from './init.ts'
import { judge } from './judge.ts'
import { list } from './list.ts'
import { load } from './load.ts'
import { report } from './report.ts'
import { run } from './run.ts'
import { schema } from './schema.ts'
import { watch } from './watch.ts'
import { worker } from './worker.ts'

// Each command's arguments have a type of their own; a list of them has none in common.
// biome-ignore lint/suspicious/noExplicitAny: see above
export const commands: readonly CommandModule<any, any>[] = [
  run,
  watch,
  check,
  list,
  judge,
  report,
  coverage,
  load,
  worker,
  emulate,
  devices,
  device,
  clients,
  init,
  doctor,
  explain,
  schema,
  completion,
]
export type Command = (typeof commands)[number]
