// Words resolved to steps and claims.

export { bindingsFromOutside, EVERY_DEVICE } from './bind/bind.ts'
export { type Binding, parseBinding } from './bind/binding-grammar.ts'
export { withBeside } from './compile/beside.ts'
export { type CompileOptions, type CompileResult, compile, DEFAULT_TIMEOUT } from './compile/compile.ts'
export { IncrementalCompiler, type YamlMap, type YamlValue } from './compile/incremental-compiler.ts'
export { LEDGER, unitOf } from './compile/slo.ts'
export type { BoundUnit } from './compile/slo-bound.ts'
export { isStepKey, VERBS } from './compile/step-head.ts'
export { bundledName, findScenarios, SUFFIX } from './files.ts'
export { arrivalTime } from './fleet/arrival.ts'
export { STAMP_BYTES } from './fleet/grammar.ts'
export { libraryOptions, provisionsOf } from './fleet/member.ts'
export { isInShare, type LinkedMember, linkedMembers } from './fleet/share.ts'
export { GAPS_FILE, gapsOf, namesScenario, parseGaps, readGaps } from './gaps.ts'
export { bareDevice } from './model/bare-device.ts'
export type { Arrival, FleetGroup, FleetMember, FleetPlan, MessageValues, Publication } from './model/fleet.ts'
export type { KnownGap } from './model/gap.ts'
export {
  type BrokerFacts,
  type BrokerRequest,
  type ClockWish,
  type CompileInputs,
  type DevicePlan,
  type FleetOverrides,
  type Plan,
  type Step,
  statementsIn,
  stepAt,
} from './model/plan.ts'
export {
  COUNTS,
  type CountMetric,
  type Metric,
  RATES,
  type RateMetric,
  type SloPlan,
  type Statistic,
  TIMES,
  type TimeMetric,
} from './model/slo.ts'
export { expectationKeys } from './schema/grammar.ts'
export { scenarioSchema } from './schema/json-schema.ts'
export { schemaText } from './schema/schema-text.ts'
