// From arguments to plans: find files, compile them all, print every diagnostic.

import { isUtf8 } from 'node:buffer'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Duration, Problem } from '../../emulators/index.ts'
import { loadConfig, type ResolvedConfig } from '../config/index.ts'
import {
  bindingsFromOutside,
  compile,
  EVERY_DEVICE,
  type FleetOverrides,
  findScenarios,
  gapsOf,
  type Plan,
  SUFFIX,
} from '../plan/index.ts'
import { describeErrno } from '../report/index.ts'
import {
  childOf,
  type Diagnostic,
  didYouMean,
  entryOf,
  isError,
  parseDuration,
  parseScenarioText,
  renderDiagnostic,
} from '../scenario/index.ts'
import type { SelectArguments } from './args.ts'
import {
  asNeeded,
  brokerFor,
  brokerWords,
  type ChosenBroker,
  factsOf,
  skipForBroker,
  skipForWebSocket,
  whyNotHere,
} from './brokers.ts'
import { shippedPath } from './bundled.ts'
import { type Complain, findGaps } from './gaps.ts'
import { skipForNeeds } from './requirements.ts'

export interface Loaded {
  readonly config: ResolvedConfig
  readonly files: readonly string[]
  /** Those that the arguments select. */
  readonly plans: readonly Plan[]
  readonly brokerOf: ReadonlyMap<Plan, ChosenBroker>
  /** How many there were to select from. */
  readonly scenarios: number
  readonly errors: number
}

/** Where diagnostics are shown. */
export interface DiagnosticOutput {
  printError(text: string): void
  readonly color: boolean
}

export interface LoadOptions {
  readonly seed?: number | undefined
  readonly timeout?: string | undefined
  readonly fleet?: FleetOverrides | undefined
  /** Instead of printing what is wrong with a scenario. */
  readonly complain?: Complain | undefined
}

export async function load(args: SelectArguments, options: LoadOptions, out: DiagnosticOutput): Promise<Loaded> {
  const config = await loadConfig(args.config)
  const files = await findScenarios(pathsOf(args, config).map(shippedPath))
  const select = selection(args)
  const timeout = options.timeout === undefined ? config.timeout : durationOf(options.timeout, '--timeout')
  const vars = varsOf(args.var ?? [])
  const bind = bindingsOf(args.bind ?? [])
  const plans: Plan[] = []
  const texts = await Promise.all(files.map(readText))
  checkNames('var', 'vars', Object.keys(vars), files, texts)
  checkNames('bind', 'devices', Object.keys(bind), files, texts)
  const told = new Set<string>()
  const tell = (diagnostic: Diagnostic, text: string): void => {
    const rendered = renderDiagnostic(diagnostic, text, { color: out.color })
    if (told.has(rendered)) return // said of another broker already
    told.add(rendered)
    if (options.complain === undefined) out.printError(`${rendered}\n`)
    else options.complain(diagnostic, text)
    if (isError(diagnostic)) errors++
  }
  let errors = 0
  const gaps = await findGaps(files, config, tell)
  const words = brokerWords(args, config)
  const brokerOf = new Map<Plan, ChosenBroker>()
  const absences = new Map<string, Promise<string | null>>()
  const absent = (chosen: ChosenBroker): Promise<string | null> => {
    const why = absences.get(chosen.name) ?? whyNotHere(chosen)
    absences.set(chosen.name, why)
    return why
  }
  let scenarios = 0
  const compileOn = async (word: string | undefined, file: string, text: string): Promise<void> => {
    const compiled = compile(file, text, {
      timeout,
      vars,
      ...(Object.keys(bind).length === 0 ? {} : { bind }),
      seed: options.seed,
      fleet: options.fleet,
      broker: (request) => {
        try {
          return factsOf(brokerFor(request, word, args, config))
        } catch (error) {
          throw word === undefined && request !== null ? placed(error, file, text) : error
        }
      },
    })
    for (const diagnostic of compiled.diagnostics.all) tell(diagnostic, compiled.text)
    scenarios += compiled.plans.length
    for (const compiledPlan of compiled.plans.filter(select)) {
      const chosen = asNeeded(compiledPlan, brokerFor(compiledPlan.broker, word, args, config))
      const known = gapsOf(gaps.of(file), compiledPlan, [chosen.name, chosen.kind.name])
      const fit = skipForNeeds(skipForWebSocket(skipForBroker({ ...compiledPlan, gaps: known }, word, config), chosen))
      const away = words.length > 1 && fit.skip === null ? await absent(chosen) : null
      const plan = away === null ? fit : { ...fit, skip: away }
      brokerOf.set(plan, chosen)
      plans.push(plan)
    }
  }
  for (const [k, file] of files.entries()) for (const word of words) await compileOn(word, file, texts[k]!)
  return { config, files, plans, brokerOf, scenarios, errors }
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause) => {
    throw new Problem('cli/unreadable', `${file} cannot be read: ${describeErrno(cause)}`, { cause })
  })
  if (!bytes.includes(0) && isUtf8(bytes)) return bytes.toString()
  throw new Problem('cli/unreadable', `${file} is no text in UTF-8`, { hint: 'a scenario is a YAML file' })
}

/** What the broker of a scenario is wrong about stands where the scenario names it. */
function placed(error: unknown, file: string, text: string): unknown {
  if (!(error instanceof Problem) || error.at !== undefined) return error
  const { root } = parseScenarioText(file, text)
  const { code, message, hint, cause } = error
  return new Problem(code, message, { at: root === null ? undefined : entryOf(root, 'broker')?.keyPlace, hint, cause })
}

/** A misspelt --var or --bind would change nothing, silently. */
function checkNames(
  flag: 'var' | 'bind',
  key: 'vars' | 'devices',
  given: readonly string[],
  files: readonly string[],
  texts: readonly string[],
): void {
  if (given.length === 0) return
  const known = namesUnder(key, files, texts)
  const unknown = given.find((name) => !known.has(name) && !(flag === 'bind' && name === EVERY_DEVICE))
  if (unknown !== undefined)
    throw new Problem(
      `cli/unknown-${flag}`,
      `--${flag} ${unknown}: no scenario here has a ${key.slice(0, -1)} of that name`,
      { hint: didYouMean(unknown, known) ?? (known.size === 0 ? undefined : `there is ${[...known].join(', ')}`) },
    )
}

/** The names of the vars, or of the devices, of some scenarios. */
export function namesUnder(
  key: 'vars' | 'devices',
  files: readonly string[],
  texts: readonly string[],
): ReadonlySet<string> {
  return new Set(
    texts.flatMap((text, k) => {
      const { root } = parseScenarioText(files[k]!, text)
      const names = root === null ? undefined : childOf(root, key)
      return names?.kind === 'map' ? names.entries.map((entry) => entry.key) : []
    }),
  )
}

/** Why there is nothing to run, ready to print. */
export function nothingMatched({ files, scenarios }: Loaded): string {
  const why =
    files.length === 0
      ? `no file there ends in ${SUFFIX}`
      : `none of ${scenarios} ${scenarios === 1 ? 'scenario' : 'scenarios'} in ${files.length} ${files.length === 1 ? 'file' : 'files'} is selected`
  const hint = files.length === 0 ? 'name a folder of scenarios' : 'hil list shows what there is'
  return `error cli/nothing-matched\n  ${why}\n  hint: ${hint}\n`
}

function pathsOf(args: SelectArguments, config: ResolvedConfig): readonly string[] {
  if (args.paths !== undefined && args.paths.length > 0) return args.paths
  if (config.scenarios !== undefined) return config.scenarios
  if (existsSync('scenarios')) return ['scenarios']
  throw new Problem('cli/no-scenarios', 'there is no scenarios folder here', {
    hint: 'name files or folders: hil run path/to/x.scenario.yaml',
  })
}

export function selection(args: Pick<SelectArguments, 'grep' | 'tag'>): (plan: Plan) => boolean {
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
    throw new Problem('cli/bad-regex', `--grep ${text}: ${(cause as Error).message}`, {
      hint: 'to mean the characters themselves, put \\ before each of . * + ? ( ) [ ]',
      cause,
    })
  }
}

export function durationOf(text: string, flag: string): Duration {
  const parsed = parseDuration(text)
  if (parsed.ok) return parsed.value
  throw new Problem('cli/bad-duration', `${flag}: ${parsed.reason}`, { hint: parsed.hint })
}

const varsOf = (given: readonly string[]): Record<string, string> =>
  Object.fromEntries(given.map((pair) => pairOf(pair, 'var', 'NAME=VALUE')))

function bindingsOf(given: readonly string[]): Record<string, string> {
  const bind = Object.fromEntries(given.map((pair) => pairOf(pair, 'bind', 'DEVICE=CLIENT')))
  bindingsFromOutside(bind)
  return bind
}

function pairOf(pair: string, flag: string, shape: string): readonly [string, string] {
  const at = pair.indexOf('=')
  if (at <= 0) throw new Problem(`cli/bad-${flag}`, `--${flag} ${pair}: expected ${shape}`)
  return [pair.slice(0, at), pair.slice(at + 1)]
}
