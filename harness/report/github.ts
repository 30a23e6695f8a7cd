// `github`: workflow commands on standard output, which GitHub turns into annotations at the line of
// the claim, and a summary for the job's page where $GITHUB_STEP_SUMMARY names a file.
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions

import { appendFile } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import { type Place, Problem } from '../../emulators/index.ts'
import { decisive, describeErrno, type ScenarioRun, type SuiteResult } from '../run/index.ts'
import { renderFailure, showSeconds } from './failure.ts'
import { reasonOf } from './json.ts'
import { namesIn, type RunNames } from './names.ts'
import type { ReporterKind } from './reporter.ts'
import { stepSummary } from './step-summary.ts'

export type Level = 'error' | 'warning' | 'notice'

export const github: ReporterKind = {
  name: 'github',
  summary: 'annotations and a step summary on GitHub Actions',
  to: ['terminal'],
  create: ({ print, printCommand = (line) => print(`${line}\n`) }) => ({
    async onEnd(result) {
      for (const line of annotationsOf(result, process.env.GITHUB_WORKSPACE)) printCommand(line)
      const file = process.env.GITHUB_STEP_SUMMARY
      if (file !== undefined && file !== '') await append(file, stepSummary(result))
    },
  }),
}

async function append(file: string, text: string): Promise<void> {
  try {
    await appendFile(file, text)
  } catch (cause) {
    throw new Problem('report/not-written', `the step summary ${file} cannot be written: ${describeErrno(cause)}`, {
      cause,
    })
  }
}

/** One for each claim that did not hold, and one for each run that broke; GitHub shows ten of a level for a step. */
export function annotationsOf(result: SuiteResult, workspace: string | undefined): string[] {
  const names = namesIn(result)
  const lines = result.scenarios.flatMap(({ run, flaky }) => [
    ...ofVerdicts(run, workspace, names),
    ...ofTrouble(run, workspace, names),
    ...(flaky ? [ofFlaky(run, workspace, names)] : []),
  ])
  const { notRun, timedOut, duration } = result
  if (timedOut || notRun.length > 0)
    lines.push(
      command(
        'error',
        { title: 'mqtt-hil' },
        `${timedOut ? `the global timeout was reached after ${showSeconds(duration)}; ` : ''}${notRun.length} not run`,
      ),
    )
  return lines
}

function ofVerdicts(run: ScenarioRun, workspace: string | undefined, names: RunNames): string[] {
  return decisive(run).map((verdict) => {
    const alone = { ...run, verdicts: [verdict], problem: null, bug: undefined }
    return annotation(
      verdict.kind === 'fail' ? 'error' : 'warning',
      names.of(run),
      verdict.place,
      renderFailure(alone, false, undefined, names.several),
      workspace,
    )
  })
}

function ofTrouble(run: ScenarioRun, workspace: string | undefined, names: RunNames): string[] {
  const { problem, bug, plan, status } = run
  if (problem === null && bug === undefined && status !== 'interrupted') return []
  const text = [reasonOf({ ...run, verdicts: [] }), problem?.hint].filter(Boolean).join('\n')
  return text === '' ? [] : [annotation('error', names.of(run), problem?.at ?? plan.place, text, workspace)]
}

const ofFlaky = (run: ScenarioRun, workspace: string | undefined, names: RunNames): string =>
  annotation('notice', names.of(run), run.plan.place, `flaky: passed at attempt ${run.attempt + 1}`, workspace)

function annotation(level: Level, title: string, at: Place, text: string, workspace: string | undefined): string {
  const { line, column, length } = at
  return command(
    level,
    {
      file: inWorkspace(at.file, workspace),
      line,
      col: column,
      endColumn: column + Math.max(1, length),
      title,
    },
    text.trimEnd(),
  )
}

/** GitHub knows files by their path from the root of the checkout, wherever hil was started. */
function inWorkspace(file: string, workspace: string | undefined): string {
  if (workspace === undefined || workspace === '') return file
  const path = relative(workspace, resolve(file))
  return path.startsWith('..') || isAbsolute(path) ? file : path
}

function command(level: Level, properties: Readonly<Record<string, string | number>>, message: string): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`)
  return `::${level} ${pairs.join(',')}::${data(message)}`
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
