// Lints: what any packet may break of MQTT 3.1.1 or 5, whatever the scenario is about.

export { Linter, type Violation } from './linter.ts'
export { REASONS } from './malformed-says.ts'
export { REPORTED, REPORTED_OF, reportedAt } from './reported.ts'
export { SAID } from './says.ts'
export {
  idsOf,
  type MqttVersion,
  mqtt311,
  parseStatements,
  type Statement,
  statementsOf,
  TABLES,
} from './specification.ts'
