// Words resolved to steps and claims.

export { type Binding, parseBinding } from './binding.ts'
export { bindingsFromOutside, EVERY_DEVICE } from './bindings.ts'
export { type Compiled, type CompileOptions, compile, DEFAULT_TIMEOUT } from './compile.ts'
export { findScenarios, SUFFIX } from './files.ts'
export { arrivalTime } from './fleet.arrival.ts'
export { STAMP_BYTES } from './fleet.grammar.ts'
export { libraryOptions } from './fleet.member.ts'
export type { Arrival, FleetGroup, FleetMember, FleetPlan, Publication } from './fleet.plan.ts'
export { isInShare, type LinkedMember, linkedMembers } from './fleet.share.ts'
export { GAPS_FILE, gapsOf, type KnownGap, namesScenario, readGaps } from './gaps.ts'
export { scenarioSchema } from './json-schema.ts'
export { Pieces, type WordMap, type Words } from './pieces.ts'
export {
  type BrokerFacts,
  type BrokerRequest,
  type DevicePlan,
  type FleetOverrides,
  type Given,
  type Plan,
  type Step,
  statementsIn,
  stepAt,
} from './plan.ts'
export {
  COUNTS,
  type CountMetric,
  LEDGER,
  type Metric,
  RATES,
  type RateMetric,
  type SloPlan,
  type Statistic,
  TIMES,
  type TimeMetric,
} from './slo.ts'
export { VERBS } from './steps.head.ts'
