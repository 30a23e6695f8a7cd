// The names of variables and devices in scenario files, which `--var` and `--bind` must meet.

import { Problem } from '../../emulators/index.ts'
import { EVERY_DEVICE, withBeside } from '../plan/index.ts'
import { childOf, Diagnostics, didYouMean, parseScenarioText } from '../scenario/index.ts'

/** A scenario file as it was read. */
export interface SourceFile {
  readonly file: string
  readonly text: string
}

/** A misspelt --var or --bind would change nothing, silently. Throws Problem `select/unknown-var`, `select/unknown-bind`. */
export function checkNames(flag: 'var' | 'bind', given: readonly string[], sources: readonly SourceFile[]): void {
  if (given.length === 0) return
  const key = flag === 'var' ? 'vars' : 'devices'
  const known = namesUnder(key, sources)
  const unknown = given.find((name) => !known.has(name) && !(flag === 'bind' && name === EVERY_DEVICE))
  if (unknown !== undefined)
    throw new Problem(
      `select/unknown-${flag}`,
      `--${flag} ${unknown}: no scenario here has a ${key.slice(0, -1)} of that name`,
      {
        hint:
          didYouMean(unknown, known) ??
          (known.size === 0
            ? `${key}: of a scenario or a defaults.yaml has them`
            : `there is ${[...known].join(', ')}`),
      },
    )
}

/** The names under `vars:` or `devices:` of some scenarios, with those that they take from a defaults.yaml. */
export const namesUnder = (key: 'vars' | 'devices', sources: readonly SourceFile[]): ReadonlySet<string> =>
  new Set(
    sources.flatMap(({ file, text }) => {
      const { root } = parseScenarioText(file, text)
      const names = root === null ? undefined : childOf(withBeside(file, root, new Diagnostics()).root, key)
      return names?.kind === 'map' ? names.entries.map((entry) => entry.key) : []
    }),
  )
