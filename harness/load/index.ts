// How much of it is run: fleets in shards, what they measure, and what is said of it.

export { type Budget, budgetOf, type Machine, type Needs, showBudget } from './budget.ts'
export { csvOf, filesOf } from './files.ts'
export { type FleetOptions, openFleet } from './fleet.ts'
export { LocalShards } from './local.ts'
export { type MetricsServer, serveMetrics } from './metrics.ts'
export { type QueueSettings, QueueShards } from './queue.ts'
export { checkQueue } from './redis.ts'
export { loadView } from './view.ts'
export type { LoadSnapshot, LoadWatcher } from './watcher.ts'
export { runWorker, type WorkerOptions } from './worker.ts'
