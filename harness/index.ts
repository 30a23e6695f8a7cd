// What a package user may import from `mqtt-hil`. The emulated devices are `mqtt-hil/emulators`.

/** The library that options and settings of your own extensions are described by: the copy that mqtt-hil reads them with. */
export { z } from 'zod'
export { Problem } from '../emulators/index.ts'
export { type Broker, type BrokerDefinition, defineBroker } from './brokers/index.ts'
export {
  type Config,
  defineClient,
  defineConfig,
  defineDevice,
  defineDisturbance,
  defineMatcher,
  defineReporter,
  defineStep,
} from './config/index.ts'
export type { OwnContext, OwnDevice, OwnProgram } from './devices/index.ts'
export { type Event, LagMeter, type PacketEvent, type Recorder, type SocketEvent, Timeline } from './evidence/index.ts'
export type { Verdict, VerdictKind } from './judge/index.ts'
export {
  type DownMode,
  type Link,
  type LinkSettings,
  type LinkState,
  openLink,
  type RuleSettings,
} from './link/index.ts'
export { compile, type Plan } from './plan/index.ts'
export {
  conduct,
  runSuite,
  type ScenarioRun,
  type Status,
  type SuiteListener,
  type SuiteOptions,
  type SuiteResult,
} from './run/index.ts'
export { type RunScenarioOptions, runScenario, type ScenarioText } from './select/index.ts'
