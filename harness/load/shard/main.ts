// A shard as a process: its job and then the coordinator's messages come over the channel of `fork`.
// When that breaks, the coordinator is gone, and so is the shard.

import { Problem } from '../../../emulators/index.ts'
import type { FromShard, ShardJob, ToShard } from '../coordinator/protocol.ts'
import { planOf } from './plan-of.ts'
import { Shard } from './shard.ts'

const send = (message: FromShard): void => void process.send?.(message)
let shard: Shard | null = null

process.on('message', (message: ToShard | { readonly kind: 'job'; readonly job: ShardJob }) => {
  if (message.kind === 'job') void begin(message.job).catch(tell)
  else
    try {
      shard?.handle(message)
    } catch (error) {
      tell(error)
    }
})

async function begin(job: ShardJob): Promise<void> {
  shard = new Shard(job, await planOf(job), send)
}

function tell(error: unknown): void {
  const { message: text, stack = text } = error as Error
  if (error instanceof Problem) send({ kind: 'trouble', code: error.code, message: text, hint: error.hint })
  else send({ kind: 'trouble', code: 'internal/bug', message: text, bug: stack })
}
process.on('disconnect', () => process.exit(0))
// A signal that asks the program to end goes to the whole group; it is the coordinator who says when this ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
