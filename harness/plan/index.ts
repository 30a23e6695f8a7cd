// Words resolved to steps and claims.

export { type Binding, parseBinding } from './binding.ts'
export { bindingsFromOutside, EVERY_DEVICE } from './bindings.ts'
export { type Compiled, type CompileOptions, compile, DEFAULT_TIMEOUT } from './compile.ts'
export { findScenarios, SUFFIX } from './files.ts'
export { GAPS_FILE, gapsOf, type KnownGap, namesScenario, readGaps } from './gaps.ts'
export { scenarioSchema } from './json-schema.ts'
export {
  type BrokerFacts,
  type BrokerRequest,
  type DevicePlan,
  type Given,
  type Plan,
  type Step,
  statementsIn,
  stepAt,
} from './plan.ts'
export { VERBS } from './steps.ts'
