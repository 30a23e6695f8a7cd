// From arguments to jobs: find files, compile them all on each broker, report every diagnostic.

import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Duration, Problem } from '../../emulators/index.ts'
import { loadConfig, type ResolvedConfig } from '../config/index.ts'
import {
  bindingsFromOutside,
  type CompileResult,
  compile,
  type FleetOverrides,
  findScenarios,
  gapsOf,
  type Plan,
} from '../plan/index.ts'
import { describeErrno } from '../run/index.ts'
import { type Diagnostic, entryOf, isError, parseScenarioText, renderDiagnostic } from '../scenario/index.ts'
import type { SelectArguments } from './args.ts'
import { brokerFor, brokerWords, type ChosenBroker, checkConfigured, factsOf, whyNotHere } from './brokers.ts'
import { shippedPath } from './bundled.ts'
import { findGaps, type OnDiagnostic } from './gaps.ts'
import { type Job, jobOf, withPlan } from './job.ts'
import { checkNames, type SourceFile } from './names.ts'
import { durationOf, pathsOf, selection } from './parse-args.ts'

export interface Selection {
  readonly config: ResolvedConfig
  readonly files: readonly string[]
  /** Those that the arguments select, on each broker that they name. */
  readonly jobs: readonly Job[]
  /** How many scenarios there were to select from. */
  readonly scenarios: number
  /** How many diagnostics were errors. */
  readonly errors: number
}

export interface SelectOptions {
  /** For all random choices of the runs. */
  readonly seed?: number | undefined
  /** For scenarios that set none: text with its unit, or milliseconds. */
  readonly timeout?: string | Duration | undefined
  readonly fleet?: FleetOverrides | undefined
  /** Called once for each mistake in a file, with the text that it is in. */
  readonly onDiagnostic: OnDiagnostic
  /** Of all files only these; `gaps`: known gaps are read. Default: all files, and their gaps. */
  readonly share?: { readonly of: (sources: readonly SourceFile[]) => readonly SourceFile[]; readonly gaps: boolean }
}

/**
 * The jobs that the arguments ask for. What is wrong in a file goes to `onDiagnostic`.
 * Throws Problem `select/…` and `config/…` for what is wrong with the arguments.
 */
export async function select(args: SelectArguments, options: SelectOptions): Promise<Selection> {
  const config = await loadConfig(args.config)
  checkConfigured(config)
  const files = await findScenarios(pathsOf(args, config).map(shippedPath))
  const selects = selection(args)
  const timeout = typeof options.timeout === 'string' ? durationOf(options.timeout, '--timeout') : options.timeout
  const { vars = {}, bind = {} } = args
  bindingsFromOutside(bind)
  const { report, errors } = onceEach(options.onDiagnostic)
  const sources = await readAll(files, report)
  checkNames('var', Object.keys(vars), sources)
  checkNames('bind', Object.keys(bind), sources)
  const { share } = options
  const shared = share === undefined ? sources : share.of(sources)
  const gaps = await findGaps(share?.gaps === false ? [] : files, config, report)
  const words = brokerWords(args, config)
  const absence = words.length > 1 ? absences() : () => null
  const jobs: Job[] = []
  let scenarios = 0
  for (const { file, text } of shared)
    for (const word of words) {
      const compiledWith = (seed: number | undefined): CompileResult =>
        compile(file, text, {
          timeout: timeout ?? config.timeout,
          vars,
          ...(Object.keys(bind).length === 0 ? {} : { bind }),
          seed,
          fleet: options.fleet,
          broker: (request) => {
            try {
              return factsOf(brokerFor(request, word, args, config, file))
            } catch (error) {
              throw word === undefined && request !== null ? placed(error, file, text) : error
            }
          },
        })
      const saysSeed = [text, ...Object.values(vars)].some((one) => /\bseed\b/.test(one))
      const compiled = compiledOr(report, text, () => compiledWith(options.seed))
      if (compiled === null) continue
      for (const diagnostic of compiled.diagnostics.all)
        report(diagnostic, diagnostic.at.file === file ? compiled.text : textBeside(diagnostic.at.file))
      scenarios += compiled.plans.length
      for (const plan of compiled.plans.filter(selects)) {
        const job = jobOf(plan, word, args, config)
        const known = gapsOf(gaps.of(file), plan, [job.broker.name, job.broker.kind.name])
        const absent = job.plan.skip === null ? await absence(job.broker) : null
        const found = withPlan(job, (plan) => ({ ...plan, gaps: known, skip: absent ?? plan.skip }))
        const replan = (seed: number): Plan => {
          const own = compiledWith(seed).plans.find(({ variant }) => variant === plan.variant)
          return own === undefined ? found.plan : { ...own, gaps: known }
        }
        jobs.push(saysSeed ? { ...found, replan } : found)
      }
    }
  return { config, files, jobs, scenarios, errors: errors() }
}

/** What is wrong is said once, not of each broker. */
export function onceEach(onDiagnostic: OnDiagnostic): { report: OnDiagnostic; errors: () => number } {
  const reported = new Set<string>()
  let errors = 0
  return {
    report: (diagnostic, text) => {
      const rendered = renderDiagnostic(diagnostic, text)
      if (reported.has(rendered)) return
      reported.add(rendered)
      onDiagnostic(diagnostic, text)
      if (isError(diagnostic)) errors++
    },
    errors: () => errors,
  }
}

/** Why a broker cannot be had here, asked once for each. */
function absences(): (broker: ChosenBroker) => Promise<string | null> {
  const known = new Map<string, Promise<string | null>>()
  return (broker) => {
    const why = known.get(broker.name) ?? whyNotHere(broker)
    known.set(broker.name, why)
    return why
  }
}

/** A problem that has a place in a file is said of that file, and the others are looked at all the same. */
function compiledOr(report: OnDiagnostic, text: string, make: () => CompileResult): CompileResult | null {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof Problem) || error.at === undefined) throw error
    const { code, message, at, hint } = error
    report({ code, message, at, hint }, text)
    return null
  }
}

/** The files that can be read; of each other one it is reported why not. */
async function readAll(files: readonly string[], report: OnDiagnostic): Promise<SourceFile[]> {
  const sources: SourceFile[] = []
  for (const [k, bytes] of (await Promise.allSettled(files.map((file) => readFile(file)))).entries()) {
    const file = files[k]!
    const wrong =
      bytes.status === 'rejected'
        ? unreadable(file, `the file cannot be read: ${describeErrno(bytes.reason)}`)
        : notText(file, bytes.value)
    if (wrong !== null) report(wrong, '')
    else sources.push({ file, text: (bytes as PromiseFulfilledResult<Buffer>).value.toString() })
  }
  return sources
}

const unreadable = (file: string, message: string, hint?: string, line = 1, column = 1): Diagnostic => ({
  code: 'select/unreadable',
  message,
  at: { file, line, column, length: 1 },
  hint,
})

function notText(file: string, bytes: Buffer): Diagnostic | null {
  const nul = bytes.indexOf(0)
  if (nul >= 0) {
    const before = bytes.subarray(0, nul).toString().split('\n')
    const hint = bytes[0] === 0xff || bytes[1] === 0 ? 'this looks like UTF-16: save it as UTF-8' : 'remove it'
    return unreadable(file, 'a NUL character stands here', hint, before.length, before.at(-1)!.length + 1)
  }
  return isUtf8(bytes) ? null : unreadable(file, 'the file is not text in UTF-8', 'save it as UTF-8')
}

/** Of a file that a scenario reads beside its own; empty when it cannot be read. */
function textBeside(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** What the broker of a scenario is wrong about stands where the scenario names it. */
function placed(error: unknown, file: string, text: string): unknown {
  if (!(error instanceof Problem) || error.at !== undefined) return error
  const { root } = parseScenarioText(file, text)
  const { code, message, hint, cause } = error
  return new Problem(code, message, { at: root === null ? undefined : entryOf(root, 'broker')?.keyPlace, hint, cause })
}
