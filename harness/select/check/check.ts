// All that is wrong with scenarios, where nothing is to be run: many files are shared out to threads.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Problem } from '../../../emulators/index.ts'
import type { Diagnostic } from '../../scenario/index.ts'
import type { SelectArguments } from '../args.ts'
import type { SourceFile } from '../names.ts'
import { onceEach, type SelectOptions, select } from '../select.ts'
import { shareOf, threadsFor } from './share.ts'

/** What a check came to. */
export interface Checked {
  readonly files: readonly string[]
  /** Rows of matrices counted one by one, on each broker. */
  readonly scenarios: number
  /** Of these, how many the arguments select. */
  readonly selected: number
  /** How many diagnostics were errors. */
  readonly errors: number
  /** How many of the selected are skipped, by the reason. */
  readonly skips: ReadonlyMap<string, number>
}

export type CheckOptions = Pick<SelectOptions, 'seed' | 'timeout' | 'fleet' | 'onDiagnostic'>

/** What another thread is to do: one share of what the arguments say. */
export interface ThreadTask {
  readonly args: SelectArguments
  readonly options: Omit<CheckOptions, 'onDiagnostic'>
  readonly index: number
  readonly of: number
}

export type ThreadAnswer =
  | { readonly found: readonly (readonly [Diagnostic, string])[]; readonly checked: Checked }
  | { readonly problem: Pick<Problem, 'code' | 'message' | 'at' | 'hint'> }

/**
 * Everything that is wrong goes to `onDiagnostic`, each once, in the order of the files.
 * Throws Problem `select/…` and `config/…` for what is wrong with the arguments. `program`: what the threads run; null: there
 * are none.
 */
export async function check(
  args: SelectArguments,
  { onDiagnostic, ...options }: CheckOptions,
  threads: (sources: readonly SourceFile[]) => number = threadsFor,
  program: string | null = threadProgram(),
): Promise<Checked> {
  const others: Promise<ThreadAnswer>[] = []
  const workers: Worker[] = []
  const { report, errors } = onceEach(onDiagnostic)
  const mine = (sources: readonly SourceFile[]): readonly SourceFile[] => {
    const of = program === null ? 1 : threads(sources)
    for (let index = 1; index < of; index++) {
      const workerData: ThreadTask = { args, options, index, of }
      const worker = new Worker(program!, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 64 } })
      workers.push(worker)
      others.push(answerOf(worker))
    }
    return shareOf(sources, 0, of)
  }
  try {
    const parts = [checkedOf(await select(args, { ...options, onDiagnostic: report, share: { of: mine, gaps: true } }))]
    for (const answer of await Promise.all(others)) {
      if ('problem' in answer) {
        const { code, message, at, hint } = answer.problem
        throw new Problem(code, message, { at, hint })
      }
      for (const [diagnostic, text] of answer.found) report(diagnostic, text)
      parts.push(answer.checked)
    }
    return { ...parts.reduce(both), errors: errors() }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** One share, in a thread of its own. */
export async function checkShare({ args, options, index, of }: ThreadTask): Promise<ThreadAnswer> {
  const found: (readonly [Diagnostic, string])[] = []
  try {
    const selection = await select(args, {
      ...options,
      onDiagnostic: (diagnostic, text) => void found.push([diagnostic, text]),
      share: { of: (sources) => shareOf(sources, index, of), gaps: false },
    })
    return { found, checked: checkedOf(selection) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { code, message, at, hint } = error
    return { problem: { code, message, at, hint } }
  }
}

/** A thread runs JavaScript; where the sources run, this one does all. */
function threadProgram(): string | null {
  return fileURLToPath(import.meta.url).endsWith('.ts') ? null : join(import.meta.dirname, 'thread.js')
}

const answerOf = (worker: Worker): Promise<ThreadAnswer> =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a thread of the check ended with ${code} before it answered`)))
  })

const checkedOf = ({ files, scenarios, jobs, errors }: Awaited<ReturnType<typeof select>>): Checked => {
  const skips = new Map<string, number>()
  for (const { plan } of jobs) if (plan.skip !== null) skips.set(plan.skip, (skips.get(plan.skip) ?? 0) + 1)
  return { files, scenarios, selected: jobs.length, errors, skips }
}

const both = (a: Checked, b: Checked): Checked => {
  const skips = new Map(a.skips)
  for (const [reason, n] of b.skips) skips.set(reason, (skips.get(reason) ?? 0) + n)
  return {
    files: a.files,
    scenarios: a.scenarios + b.scenarios,
    selected: a.selected + b.selected,
    errors: a.errors + b.errors,
    skips,
  }
}
