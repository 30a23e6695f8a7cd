// A machine that does its share of others' fleets. `hil worker` stands on it.

import { loadConfig } from '../config/index.ts'
import { runWorker as run, type WorkerOptions } from '../load/index.ts'

/**
 * Resolves when it was told to stop, and its shards have been let go. Clients, steps and matchers of a project are those of this machine's
 * config: a job names none. Throws Problem `run/queue`, `run/queue-key`, and those of the config.
 */
export async function runWorker({
  config,
  ...options
}: WorkerOptions & { readonly config?: string | undefined }): Promise<void> {
  await loadConfig(config)
  await run(options)
}
