// The arguments' texts as values. Throws Problem `select/…` for what cannot be read.

import { existsSync } from 'node:fs'
import { type Duration, Problem } from '../../emulators/index.ts'
import type { ResolvedConfig } from '../config/index.ts'
import { BoundedRegExp } from '../outside/index.ts'
import type { Plan } from '../plan/index.ts'
import { parseDuration } from '../scenario/index.ts'
import type { SelectArguments } from './args.ts'

/** The paths that are meant: those of the arguments, else of the config, else `scenarios`. */
export function pathsOf(args: SelectArguments, config: ResolvedConfig): readonly string[] {
  if (args.paths !== undefined && args.paths.length > 0) return args.paths
  if (config.scenarios !== undefined) return config.scenarios
  if (existsSync('scenarios')) return ['scenarios']
  throw new Problem('select/no-scenarios', 'no scenarios folder here', {
    hint: 'name files or folders: hil run path/to/x.scenario.yaml',
  })
}

/** Which plans `--grep` and `--tag` select. */
export function selection(args: Pick<SelectArguments, 'grep' | 'tags'>): (plan: Plan) => boolean {
  const pattern = args.grep === undefined ? null : regexOf(args.grep)
  const tags = args.tags ?? []
  return (plan) => {
    const fits = (tag: string): boolean =>
      tag.startsWith('!') ? !plan.tags.includes(tag.slice(1)) : plan.tags.includes(tag)
    return (pattern?.test(`${plan.name} ${plan.variant}`) ?? true) && tags.every(fits)
  }
}

function regexOf(text: string): RegExp {
  try {
    return new BoundedRegExp(text, 'i')
  } catch (cause) {
    throw new Problem('select/bad-regex', `--grep ${text}: ${(cause as Error).message}`, {
      hint: 'to match one of the characters . * + ? ( ) [ ] itself, put \\ before it',
      cause,
    })
  }
}

/** A duration with its unit, in ms. `flag` is named when it cannot be read. */
export function durationOf(text: string, flag: string): Duration {
  const parsed = parseDuration(text)
  if (parsed.ok) return parsed.value
  // A limit of no time at all is not what was meant.
  const hint = Number(text) === 0 ? `${flag} 30s is half a minute; leave it out for its default` : parsed.hint
  throw new Problem('select/bad-duration', `${flag}: ${parsed.reason}`, { hint })
}
