// What a test in TypeScript leaves behind: a record as that of a scenario, and with a failure that tells nothing of MQTT the
// last events of each device.

import { relative } from 'node:path'
import type { RunnerTestCase } from 'vitest'
import { describe } from '../expect/index.ts'
import { printable } from '../outside/index.ts'
import { type InteractiveSession, type Status, writeArtifacts } from '../run/index.ts'
import { tellRun } from './results.ts'

/** Events of a device that a failure shows. */
const SHOWN = 4

/** Errors that tell themselves what happened. */
const TELLING = new Set(['ClaimFailed', 'Inconclusive', 'PythonError', 'Problem'])

/** By the name of a folder: the test that has it. */
const folders = new Map<string, string>()

/**
 * Of a session that was given back: writes the record into `output`, an absolute path, and says in `meta` where. `late`: what fails the test
 * though it has come to its end.
 */
export async function keepRecord(
  session: InteractiveSession,
  task: RunnerTestCase,
  late: readonly Error[],
  output: string,
): Promise<void> {
  const file = relative(process.cwd(), task.file.filepath)
  const { repeatCount = 0, retryCount = 0 } = task.result ?? {}
  const status = late.length > 0 ? 'failed' : statusOf(task)
  const title = titleOf(task)
  const run = session.run({ name: title, file, status, attempt: retryCount, repetition: repeatCount })
  const written = await writeArtifacts(run, output, folderOf(file, title, task.id))
  const { broker, seed } = written
  task.meta.mqttHil = { status, broker: broker.name, verifies: [], seed, ...artifactsOf(written.artifacts) }
  await tellRun(output, task.id, written)
  if (written.unwritten !== undefined) console.warn(written.unwritten.message)
}

const artifactsOf = (artifacts: string | null) => (artifacts === null ? {} : { artifacts })

function statusOf({ result }: RunnerTestCase): Status {
  if (result?.state !== 'fail') return 'passed'
  const names = (result.errors ?? []).map(({ name }) => name)
  return names.length > 0 && names.every((name) => name === 'Inconclusive') ? 'inconclusive' : 'failed'
}

/** With the groups that it stands in. */
function titleOf(task: RunnerTestCase): string {
  const names = [task.name]
  for (let suite = task.suite; suite !== undefined && suite.name !== ''; suite = suite.suite) names.unshift(suite.name)
  return names.join(' > ')
}

function folderOf(file: string, title: string, id: string): string {
  const base = `${file.replace(/\.(test|spec)\.[cm]?[jt]sx?$/, '')}--${title}`.slice(0, 120)
  const owner = folders.get(base) ?? id
  folders.set(base, owner)
  return owner === id ? base : `${base}-${id}`
}

/** To each error of the test that does not tell it: what happened last on each device. */
export function addEvents(session: InteractiveSession, task: RunnerTestCase): void {
  const text = lastEvents(session)
  if (text === '') return
  for (const error of task.result?.errors ?? []) {
    if (TELLING.has(error.name ?? '')) continue
    const { message, stack } = error
    error.message = `${message}\n${text}`
    if (stack === undefined) continue
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
    error.stack = [`${error.name ?? 'Error'}: ${error.message}`, ...frames].join('\n')
  }
}

function lastEvents({ plan, timeline }: InteractiveSession): string {
  const lines = plan.devices.flatMap(({ name }) => {
    const own = timeline.events.filter((event) => 'device' in event && event.device === name).slice(-SHOWN)
    return own.length === 0 ? [`    ${name}: nothing`] : own.map((event) => `    ${printable(describe(event))}`)
  })
  return lines.length === 0 ? '' : ['  last events:', ...lines].join('\n')
}
