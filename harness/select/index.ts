// From what a front door is asked for to jobs: a plan with its broker. Below the command line, vitest and the API.

export type { AccessArguments, SelectArguments } from './args.ts'
export {
  type BrokerArguments,
  brokerFor,
  brokerWords,
  type ChosenBroker,
  chooseBroker,
  factsOf,
  openChosen,
} from './brokers.ts'
export { shippedPath } from './bundled.ts'
export { type Checked, check } from './check/check.ts'
export { whyReal } from './clock.ts'
export { SMALL_FLEET, skipLargeFleets, smallFleets } from './fleets.ts'
export { findGaps, type OnDiagnostic } from './gaps.ts'
export { type Job, jobOf, suiteJobOf, withPlan } from './job.ts'
export { namesUnder, type SourceFile } from './names.ts'
export { durationOf, selection } from './parse-args.ts'
export { requireHardware } from './requirements.ts'
export { type RunScenarioOptions, runScenario, type ScenarioText } from './run-scenario.ts'
export { type Selection, type SelectOptions, select } from './select.ts'
