// Reporters by their names.

import { Problem } from '../../emulators/index.ts'
import { version } from '../config/package.ts'
import { REPORT, type Reporter, type ReporterKind, type ReporterSettings, reporters } from '../report/index.ts'
import { didYouMean } from '../scenario/index.ts'

export type ReporterTerminal = Omit<ReporterSettings, 'version' | 'page' | 'now'>

/** For a run that nobody looks at: a reporter that writes a file needs no terminal. */
export const SILENT: ReporterTerminal = { print: () => {}, color: false, live: false, width: 80 }

export const reporterNames = (): readonly string[] => Object.keys(reporters)

/** `names`: each a name, or some with commas between. Throws Problem `cli/unknown-reporter`. */
export function reportersNamed(names: readonly string[], terminal: ReporterTerminal): Reporter[] {
  const kinds = [...new Set(names.flatMap((name) => name.split(',')))].map((name) => {
    const kind = (reporters as Readonly<Record<string, ReporterKind>>)[name]
    if (kind === undefined)
      throw new Problem('cli/unknown-reporter', `unknown reporter "${name}"`, {
        hint: didYouMean(name, Object.keys(reporters)) ?? `there is ${Object.keys(reporters).join(', ')}`,
      })
    return kind
  })
  // One that has a file as well leaves the terminal to those that have only that.
  const spoken = kinds.some(({ to }) => to.includes('terminal') && !to.includes('file'))
  const page = kinds.some((kind) => kind === reporters.html) ? REPORT : undefined
  return kinds.map((kind) =>
    kind.create({
      ...terminal,
      version: version(),
      page,
      ...(spoken && kind.to.includes('file') ? { print: () => {} } : {}),
    }),
  )
}
