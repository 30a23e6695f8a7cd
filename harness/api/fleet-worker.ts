// A machine that does its share of others' fleets. `hil worker` stands on it.

export { runWorker } from '../load/index.ts'
