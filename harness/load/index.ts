// How much of it is run: fleets in shards, what they measure, and what is said of it.

export { type Budget, budgetOf, type HostCapacity, type Needs, showBudget } from './coordinator/budget.ts'
export { type FleetOptions, openFleet } from './coordinator/fleet.ts'
export { LocalShards } from './coordinator/local.ts'
export { localFleet } from './coordinator/local-fleet.ts'
export { type QueueSettings, QueueShards } from './coordinator/queue.ts'
export { checkQueue } from './coordinator/redis.ts'
export { runWorker, type WorkerOptions } from './coordinator/worker.ts'
export { csvOf, filesOf } from './result/files.ts'
export { judgeRecordedLoad } from './result/recorded.ts'
export type { LoadSnapshot, LoadWatcher } from './watch/load-probe.ts'
export { type MetricsServer, serveMetrics } from './watch/metrics.ts'
export { loadView } from './watch/view.ts'
