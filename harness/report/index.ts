// What is shown. The reporter's name, its file and its key here are the same word.

import { json } from './json.ts'
import { junit } from './junit.ts'
import { list } from './list.ts'
import type { ReporterKind } from './reporter.ts'

export const reporters = { list, json, junit } satisfies Record<string, ReporterKind>
export type ReporterName = keyof typeof reporters

export { whyNot } from '../run/index.ts'
export { renderFailure } from './failure.ts'
export { guarded } from './guarded.ts'
export { prepareOutput, writeReport } from './output.ts'
export type { Reporter, ReporterKind, ReporterSettings } from './reporter.ts'
export { summarize } from './summary.ts'
