// A shard in a process of its own, with messages both ways.

import { type ChildProcess, fork } from 'node:child_process'
import { Problem } from '../../../emulators/index.ts'
import type { FromShard, ShardJob, ToShard } from './protocol.ts'

/** Under a test runner this is source, and a child needs what was built of it. */
const MAIN = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/harness/load/shard/main.js' : '../shard/main.js',
  import.meta.url,
)
/** Half of the memory of a large fleet would be room for young objects. */
const NODE_FLAGS = ['--max-semi-space-size=4']

export interface ForkedShard {
  readonly process: ChildProcess
  /** Rejects with what kept it from beginning. */
  readonly ready: Promise<void>
  /** Rejects with what went wrong while it ran; never resolves. */
  readonly trouble: Promise<never>
  /** Resolves to how: `with code 1`, `by SIGKILL`. */
  readonly ended: Promise<string>
  send(message: ToShard): void
}

/** `env`: of its process; default: as this one's. */
export function forkShard(
  job: ShardJob,
  hear: (message: FromShard) => void,
  env: NodeJS.ProcessEnv = process.env,
): ForkedShard {
  const child = fork(MAIN, [], {
    serialization: 'advanced',
    execArgv: NODE_FLAGS,
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal === null ? `with code ${code}` : `by ${signal}`))
    child.on('error', (error) => resolve(error.message))
  })
  let failed: (error: Error) => void = () => {}
  const trouble = new Promise<never>((_, reject) => {
    failed = reject
  })
  trouble.catch(() => {})
  const began = new Promise<void>((resolve) => {
    child.on('message', (message: FromShard) => {
      if (message.kind === 'trouble') failed(troubleOf(message))
      else if (message.kind === 'ready') resolve()
      hear(message)
    })
  })
  child.send({ kind: 'job', job })
  return {
    process: child,
    ready: Promise.race([began, trouble]),
    trouble,
    ended,
    send(message) {
      if (child.connected) child.send(message)
    },
  }
}

/** A bug of ours keeps its stack; what people can mend is a Problem again. */
export function troubleOf({ code, message, hint, bug }: Extract<FromShard, { kind: 'trouble' }>): Error {
  if (bug === undefined) return new Problem(code, message, { hint })
  return Object.assign(new Error(message), { stack: bug })
}
