// A machine that does its share of others' fleets. `hil worker` stands on it.

export { runWorker, type WorkerOptions } from '../load/index.ts'
