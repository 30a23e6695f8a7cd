// What failed in the last run, by its results.json.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../emulators/index.ts'
import type { Plan } from '../plan/index.ts'

interface OldResults {
  readonly scenarios: readonly {
    readonly file: string
    readonly name: string
    readonly variant: string
    readonly status: string
    readonly broker: { readonly name: string }
  }[]
}

/** Whether a plan failed then. `several`: on several brokers, and a plan is only the same on the same one. */
export async function failedIn(output: string, several: boolean): Promise<(plan: Plan) => boolean> {
  const file = join(output, 'results.json')
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Problem('cli/no-last-run', `--last-failed: ${file} does not exist`, {
      hint: 'run once without it',
      cause,
    })
  })
  const bad = oldScenarios(file, text).filter((s) => !['passed', 'skipped', 'gap'].includes(s.status))
  return (p) =>
    bad.some(
      (s) =>
        s.file === p.file &&
        s.name === p.name &&
        s.variant === p.variant &&
        (!several || s.broker.name === p.given.broker.name),
    )
}

function oldScenarios(file: string, text: string): OldResults['scenarios'] {
  try {
    const { schema, scenarios } = JSON.parse(text) as OldResults & { readonly schema?: string }
    if (schema === 'mqtt-hil/results') return scenarios
  } catch {
    // told below
  }
  throw new Problem('cli/no-last-run', `--last-failed: ${file} is not the results of a run`, {
    hint: 'run once without it',
  })
}
