// From arguments to plans: find files, compile them all, print every diagnostic.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Duration, Problem } from '../../emulators/index.ts'
import { loadConfig, type ResolvedConfig } from '../config/index.ts'
import { compile, findScenarios, type Plan } from '../plan/index.ts'
import { isError, parseDuration, renderDiagnostic } from '../scenario/index.ts'
import { brokerFor, factsOf, skipForBroker } from './brokers.ts'
import type { Selecting } from './commands/selecting.ts'
import { skipForNeeds } from './needs.ts'
import type { Terminal } from './terminal.ts'

export interface Loaded {
  readonly config: ResolvedConfig
  readonly files: readonly string[]
  /** Those that the arguments select. */
  readonly plans: readonly Plan[]
  readonly errors: number
}

export interface LoadOptions {
  readonly seed?: number | undefined
  readonly timeout?: string | undefined
}

export async function load(args: Selecting, options: LoadOptions, out: Terminal): Promise<Loaded> {
  const config = await loadConfig(args.config)
  const files = await findScenarios(pathsOf(args, config))
  const select = selection(args)
  const timeout = options.timeout === undefined ? config.timeout : durationOf(options.timeout, '--timeout')
  const vars = varsOf(args.var ?? [])
  const plans: Plan[] = []
  let errors = 0
  for (const file of files) {
    const text = await readFile(file, 'utf8')
    const compiled = compile(file, text, {
      timeout,
      vars,
      seed: options.seed,
      broker: (request) => factsOf(brokerFor(request, args.broker, config)),
    })
    for (const diagnostic of compiled.diagnostics.all) {
      if (isError(diagnostic)) errors++
      out.printError(`${renderDiagnostic(diagnostic, text, { color: out.color })}\n`)
    }
    plans.push(
      ...compiled.plans
        .filter(select)
        .map((plan) => skipForBroker(plan, args.broker, config))
        .map(skipForNeeds),
    )
  }
  return { config, files, plans, errors }
}

function pathsOf(args: Selecting, config: ResolvedConfig): readonly string[] {
  if (args.paths !== undefined && args.paths.length > 0) return args.paths
  if (config.scenarios !== undefined) return config.scenarios
  if (existsSync('scenarios')) return ['scenarios']
  throw new Problem('cli/no-scenarios', 'there is no scenarios folder here', {
    hint: 'name files or folders: hil run path/to/x.scenario.yaml',
  })
}

function selection(args: Selecting): (plan: Plan) => boolean {
  const pattern = args.grep === undefined ? null : regexOf(args.grep)
  const tags = args.tag ?? []
  return (plan) => {
    const fits = (tag: string): boolean =>
      tag.startsWith('!') ? !plan.tags.includes(tag.slice(1)) : plan.tags.includes(tag)
    return (pattern?.test(`${plan.name} ${plan.variant}`) ?? true) && tags.every(fits)
  }
}

function regexOf(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (cause) {
    throw new Problem('cli/bad-regex', `--grep ${text}: ${(cause as Error).message}`, { cause })
  }
}

export function durationOf(text: string, flag: string): Duration {
  const parsed = parseDuration(text)
  if (parsed.ok) return parsed.value
  throw new Problem('cli/bad-duration', `${flag}: ${parsed.reason}`, { hint: parsed.hint })
}

function varsOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=')
      if (at <= 0) throw new Problem('cli/bad-var', `--var ${pair}: expected NAME=VALUE`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
