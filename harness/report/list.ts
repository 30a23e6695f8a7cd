// `list`: a line for each scenario as it ends, failures in full at the end, then one line that sums up. On a terminal
// that can be redrawn, one line below says how far the suite is and what runs; elsewhere such a line comes now and then.

import { join } from 'node:path'
import { createLogUpdate } from 'log-update'
import { createColors } from 'picocolors'
import { oneLine } from '../outside/index.ts'
import { bundledName, type Plan, stepAt } from '../plan/index.ts'
import type { ScenarioRun, Status, SuiteResult } from '../run/index.ts'
import { groupByCause } from './causes.ts'
import { clip, clipColored } from './cells.ts'
import { renderFailure, showSeconds } from './failure.ts'
import { foundGaps } from './gaps.ts'
import { namesIn, type RunNames, runNames, titleOf } from './names.ts'
import { Progress } from './progress.ts'
import type { ReporterKind } from './reporter.ts'
import { summarize } from './summary.ts'
import { brokerTable } from './table.ts'

type Colors = ReturnType<typeof createColors>

/** Without a terminal: how far it is, so often. */
const PLAIN_EVERY_MS = 30_000
/** On a terminal: so that the time goes on. */
const REDRAW_MS = 1000
/** Of more than these a terminal lists only those that did not pass; the line below counts all. */
const MAX_LISTED = 100

/** Taken here: during a run in virtual time another one stands in its place. */
const realNow = performance.now.bind(performance)

export const list: ReporterKind = {
  name: 'list',
  summary: 'a line a scenario, failures in full at the end',
  to: ['terminal'],
  create({ print, color, live, width, page, stream = process.stdout, now = realNow }) {
    const c = createColors(color)
    const progress = new Progress()
    const redraw = live ? createLogUpdate(stream, { showCursor: true }) : null
    let names = runNames([])
    let timer: NodeJS.Timeout | undefined
    const draw = (): void => redraw?.(c.dim(clip(progress.line(now(), width - 2), width - 2)))
    const permanent = (line: string): void => {
      redraw?.clear()
      print(`${live ? clipColored(line, width) : line}\n`)
      draw()
    }
    const listed = ({ status }: ScenarioRun): boolean =>
      !live || progress.total <= MAX_LISTED || !['passed', 'skipped', 'gap'].includes(status)
    const plain = (): void => {
      if (progress.running.length > 0) print(`${c.dim(progress.line(now()))}\n`)
    }
    return {
      onBegin(plans, { repeatEach }) {
        names = runNames(plans)
        progress.begin(plans.length * repeatEach, now())
        timer = setInterval(live ? draw : plain, live ? REDRAW_MS : PLAIN_EVERY_MS)
        timer.unref()
      },
      onScenarioBegin(plan, repetition, attempt) {
        progress.started(key(plan, repetition), titleOf(plan, repetition, attempt) + names.on(plan))
        draw()
      },
      onStep(plan, repetition, path) {
        progress.at(key(plan, repetition), oneLine(stepAt(plan, path)?.verb ?? path))
      },
      onTime(plan, repetition, time) {
        progress.time(key(plan, repetition), time)
      },
      onScenarioEnd(run, final) {
        progress.ended(key(run.plan, run.repetition), run, final)
        if (listed(run)) permanent(lineOf(run, final, c, names.on(run.plan)))
        else draw()
      },
      onEnd(result) {
        clearInterval(timer)
        redraw?.clear()
        redraw?.done()
        for (const text of failures(result, color, live ? width : undefined)) print(text)
        const table = brokerTable(result, c, width)
        if (table !== '') print(`\n${table}`)
        const gaps = gapLines(result, c)
        if (gaps !== '') print(`\n${gaps}`)
        print(`\n${closing(result, c, page)}\n`)
      },
    }
  },
}

const key = (plan: Plan, repetition: number): string =>
  `${plan.file}\n${plan.variant}\n${plan.given.broker.name}\n${repetition}`

const MARKS: Readonly<Record<Status, (c: Colors) => string>> = {
  passed: (c) => c.green('✓'),
  failed: (c) => c.red('✗'),
  gap: (c) => c.magenta('≠'),
  inconclusive: (c) => c.yellow('?'),
  skipped: (c) => c.dim('-'),
  broken: (c) => c.red('!'),
  interrupted: (c) => c.yellow('■'),
}

function lineOf(run: ScenarioRun, final: boolean, c: Colors, on: string): string {
  const where = c.dim(`${bundledName(run.plan.file)}:${run.plan.place.line}`)
  const took = c.dim(`${showSeconds(run.duration)}${run.clock === 'virtual' ? ' virtual' : ''}`)
  const gap = gapOf(run, c)
  const again = final ? '' : c.yellow(' will be tried again')
  const why = run.plan.skip === null ? '' : c.dim(` skipped: ${oneLine(run.plan.skip)}`)
  return `  ${MARKS[run.status](c)} ${titleOf(run.plan, run.repetition, run.attempt)}${c.cyan(on)} ${took} ${where}${why}${gap}${again}`
}

function gapOf({ gap }: ScenarioRun, c: Colors): string {
  return gap?.met ? c.magenta(` gap: ${oneLine(gap.reason)}`) : ''
}

/** Each gap once, with its reason, and those that are none any more. */
function gapLines(result: SuiteResult, c: Colors): string {
  return foundGaps(result)
    .map(({ whose, gap, open }) => {
      const what = open ? c.magenta('known gap') : c.yellow('no longer a gap')
      const of = gap.statements.length === 0 ? '' : ` (${gap.statements.join(', ')})`
      return `  ${what} of ${whose}${of}: ${oneLine(gap.reason)} ${c.dim(`${gap.place.file}:${gap.place.line}`)}\n`
    })
    .join('')
}

/** What went wrong in a run and where its record lies; empty when nothing did. */
export function failureOf(run: ScenarioRun, color: boolean, width?: number, names?: RunNames): string {
  const text = renderFailure(run, color, width, names?.several)
  if (text === '') return ''
  const { cyan } = createColors(color)
  const record = run.artifacts === null ? '' : `  ${cyan('record:')} ${run.artifacts}\n`
  const again = run.clock === 'virtual' ? `  ${cyan('again:')} ${againOf(run)}\n` : ''
  return `\n${text}${record}${again}`
}

/** In virtual time the same seed is the same run, event by event. */
function againOf({ plan: { file, given }, seed }: ScenarioRun): string {
  const quoted = (text: string): string => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
  const each = (flag: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([name, value]) => [flag, quoted(`${name}=${value}`)])
  return [
    `hil run ${quoted(file)} --clock virtual --seed ${seed}`,
    ...each('--var', given.vars),
    ...each('--bind', given.bind ?? {}),
  ].join(' ')
}

/** Each way to fail once, in full, with the names of the other runs that failed so. */
export function failures(result: SuiteResult, color: boolean, width?: number): string[] {
  const names = namesIn(result)
  const bad = result.scenarios.map(({ run }) => run).filter((run) => run.status !== 'gap')
  return groupByCause(bad.filter((run) => failureOf(run, false) !== '')).map(
    ({ first, others }) => failureOf(first, color, width, names) + sameCause(others, names, color, first.seed),
  )
}

const MAX_NAMED = 10

/**
 * `18 more runs failed in the same way: a, b, …`; empty when there are none.
 * @param seed of the one that is shown in full: another one in virtual time is named, and repeats that run
 */
export function sameCause(others: readonly ScenarioRun[], names: RunNames, color: boolean, seed?: number): string {
  if (others.length === 0) return ''
  const c = createColors(color)
  const own = (run: ScenarioRun): string =>
    run.clock !== 'virtual' || seed === undefined || run.seed === seed ? '' : c.dim(` --seed ${run.seed}`)
  const named = others.slice(0, MAX_NAMED).map((run) => `    ${names.of(run)}${own(run)}\n`)
  const more = others.length - named.length
  const count = `${others.length} more ${others.length === 1 ? 'run' : 'runs'}`
  return `  ${c.bold(`${count} failed in the same way:`)}\n${named.join('')}${more > 0 ? `    and ${more} more\n` : ''}`
}

/** The last lines: how many of each, how long it took, and where the results are. */
export function closing(result: SuiteResult, c: Colors, page?: string): string {
  const { passed, failed, gap, inconclusive, broken, skipped, flaky, interrupted } = summarize(result)
  const parts = [
    c.green(`${passed} passed`),
    failed > 0 ? c.red(`${failed} failed`) : '',
    gap > 0 ? c.magenta(`${gap} known ${gap === 1 ? 'gap' : 'gaps'}`) : '',
    inconclusive > 0 ? c.yellow(`${inconclusive} inconclusive`) : '',
    broken > 0 ? c.red(`${broken} broken by the environment`) : '',
    interrupted > 0 ? c.yellow(`${interrupted} interrupted`) : '',
    flaky > 0 ? c.yellow(`${flaky} flaky`) : '',
    skipped > 0 ? c.dim(`${skipped} skipped`) : '',
    result.notRun.length > 0 ? c.yellow(`${result.notRun.length} not run`) : '',
  ].filter((part) => part !== '')
  const stopped = result.timedOut ? c.red('\n  the global timeout was reached') : ''
  const unusable = result.unusable.map(
    ({ broker, problem, notRun }) =>
      `\n  ${c.red(`${broker} is not usable`)} (${problem.code}): ${oneLine(problem.message)}; ${notRun} ${notRun === 1 ? 'scenario was' : 'scenarios were'} left out`,
  )
  const files = [`results: ${result.output}`, ...(page === undefined ? [] : [`report: ${join(result.output, page)}`])]
  return `  ${parts.join(', ')} in ${showSeconds(result.duration)}${stopped}${unusable.join('')}\n${files.map((file) => `  ${c.dim(file)}`).join('\n')}`
}
