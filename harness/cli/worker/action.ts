// What `hil worker` does: it works until it is told to stop.

import { availableParallelism } from 'node:os'
import { Problem } from '../../../emulators/core/problem.ts'
import { runWorker } from '../../api/fleet-worker.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { interruptible } from '../interrupt.ts'
import { terminal } from '../terminal.ts'
import type { WorkerArguments } from './command.ts'

export async function workerAction({
  queue,
  concurrency = availableParallelism(),
  envAllow = '',
  config,
}: WorkerArguments): Promise<ExitCode> {
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new Problem('cli/bad-number', '--concurrency: expected a whole number, at least 1')
  const out = terminal()
  const interrupt = interruptible(out)
  try {
    await runWorker({
      config,
      url: queue,
      concurrency,
      envAllow: envAllow.split(',').filter((name) => name !== ''),
      print: out.print,
      signal: interrupt.signal,
    })
  } finally {
    interrupt.done()
  }
  return EXIT.passed
}
