// What `hil run` does.

import { Problem } from '../../../emulators/core/problem.ts'
import { durationOf } from '../../api/show.ts'
import { openSuite, type Plan, type Suite, type SuiteListener, type SuiteResult } from '../../api/suite.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { tell } from '../errors.ts'
import { exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { selectionOf } from '../selecting.ts'
import { nothingMatched, printDiagnostics } from '../selection.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { RunArguments } from './command.ts'
import { tellQuarantined, usingQuarantined } from './quarantine.ts'

/** `json` costs nothing, and `--last-failed` reads it. */
const DEFAULT_REPORTERS = ['list', 'json', 'junit', 'html']

/** What `hil watch` adds to a run. */
export interface WatchOptions {
  /** Ends the run; signals are for the watch to hear. */
  readonly signal: AbortSignal
  readonly choose: (plan: Plan) => boolean
  readonly listener: SuiteListener
}

export const runAction = (args: RunArguments, watched?: WatchOptions): Promise<ExitCode> =>
  usingQuarantined(args.withQuarantined === true, () => run(args, watched))

async function run(args: RunArguments, watched?: WatchOptions): Promise<ExitCode> {
  const out = terminal()
  if (args.compare !== undefined) {
    const { compareAction } = await import('./compare.ts')
    return compareAction(args, args.compare, out)
  }
  checkNumbers(args)
  const globalTimeout = args.globalTimeout === undefined ? 0 : durationOf(args.globalTimeout, '--global-timeout')
  const [part, parts] = partOf(args.shard)
  const { seed, timeout } = args
  const suite = await openSuite({ ...selectionOf(args), seed, timeout, onDiagnostic: printDiagnostics(out) })
  const { config, errors } = suite.selection
  if (errors > 0) {
    out.printError(`${errors} ${errors === 1 ? 'error' : 'errors'}; nothing was run\n`)
    return EXIT.usage
  }
  if (args.requireHardware) suite.requireHardware()
  const output = suite.outputOf(args.output)
  const among = watched === undefined ? suite : suite.where(watched.choose)
  const candidates = args.lastFailed ? await among.lastFailed(output) : among
  const chosen = candidates.part(part, parts)
  if (chosen.plans.length === 0) {
    out.printError(whyNone(suite, candidates, args))
    return args.passWithNoTests ? EXIT.passed : EXIT.nothingMatched
  }
  const troubles: unknown[] = []
  const interrupt = watched === undefined ? interruptible(out) : { signal: watched.signal, done() {} }
  const { jobs, retries, repeatEach, seedEach } = args
  const result = await chosen
    .run({
      ...{ output, jobs, retries, repeatEach, seedEach, globalTimeout },
      maxFailures: args.x ? 1 : args.maxFailures,
      waitForBoard: args.waitForBoard === undefined ? undefined : durationOf(args.waitForBoard, '--wait-for-board'),
      signal: interrupt.signal,
      reporters: { names: args.reporter ?? config.reporters ?? DEFAULT_REPORTERS, terminal: out },
      listeners: [waitingTold(out), ...(watched === undefined ? [] : [watched.listener])],
      onTrouble: (error) => troubles.push(error),
    })
    .finally(interrupt.done)
  tellQuarantined(chosen.plans, out)
  let code = exitCodeOf(result, args)
  troubles.push(...unrecorded(result))
  for (const trouble of troubles) code = worse(code, await tell(trouble, out))
  return code
}

/** Says once for each holder which board is waited for. */
function waitingTold(out: Terminal): SuiteListener {
  const told = new Set<string>()
  return {
    onWaiting(_plan, _repetition, text) {
      // Scenarios of this run that wait for each other need no word.
      if (told.has(text) || text.includes(`(pid ${process.pid},`) || !text.includes(', in use by ')) return
      told.add(text)
      out.printError(`${text}\n`)
    },
  }
}

/** Records that could not be written; a full disk is told once, not for each scenario. */
function unrecorded({ scenarios }: SuiteResult): Problem[] {
  const all = scenarios.flatMap(({ attempts }) => attempts.flatMap(({ unwritten }) => unwritten ?? []))
  const [first, ...more] = all
  if (first === undefined || more.length === 0) return all
  const { code, message, hint, cause } = first
  return [new Problem(code, `${message}; so it is with ${more.length} more`, { hint, cause })]
}

function whyNone(suite: Suite, candidates: Suite, args: RunArguments): string {
  const selected = suite.plans.length
  if (selected === 0) return nothingMatched(suite.selection)
  const among = candidates.plans.length
  const why =
    among === 0
      ? `none of ${selected} ${selected === 1 ? 'scenario' : 'scenarios'} failed the last time`
      : `there are fewer scenarios (${among}) than parts, and part ${args.shard} has none`
  return `error cli/nothing-matched\n  ${why}\n`
}

function checkNumbers(args: RunArguments): void {
  const least = { jobs: 1, maxFailures: 0, retries: 0, repeatEach: 1, seed: 0 } as const
  for (const [name, low] of Object.entries(least)) {
    const value = args[name as keyof typeof least]
    if (value !== undefined && (!Number.isInteger(value) || value < low))
      throw new Problem(
        'cli/bad-number',
        `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: expected a whole number, at least ${low}`,
      )
  }
}

/** `N/M`: every Mth scenario, beginning with the Nth. */
function partOf(shard = '1/1'): readonly [part: number, parts: number] {
  const match = /^([1-9]\d*)\/([1-9]\d*)$/.exec(shard)
  const [part, parts] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || part > parts)
    throw new Problem('cli/bad-shard', `--shard ${shard}: expected N/M with N from 1 to M`, {
      hint: 'such as --shard 1/3',
    })
  return [part, parts]
}
