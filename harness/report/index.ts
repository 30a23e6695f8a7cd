// What is shown. The reporter's name, its file and its key here are the same word.

import { ctrf } from './ctrf.ts'
import { dot } from './dot.ts'
import { github } from './github.ts'
import { html } from './html.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { line } from './line.ts'
import { list } from './list.ts'
import type { ReporterKind } from './reporter.ts'
import type { ReporterName } from './reporter-names.ts'
import { tap } from './tap.ts'

export const reporters = { list, dot, line, html, json, junit, github, ctrf, tap } satisfies Record<
  ReporterName,
  ReporterKind
>

export { describeErrno } from '../run/index.ts'
export { explained, placeOfTrouble, renderFailure } from './failure.ts'
export { guarded } from './guarded.ts'
export { REPORT, writeHtml } from './html.ts'
export { resultsOf } from './json.ts'
export { mergeResults } from './merge-results.ts'
export { prepareOutput, writeReport } from './output.ts'
export type { Results } from './page/model.ts'
export type { Reporter, ReporterKind, ReporterSettings } from './reporter.ts'
export { REPORTER_NAMES, type ReporterName } from './reporter-names.ts'
export { readResults } from './results-file.ts'
export { summarize } from './summary.ts'
