// What a package user may import from `mqtt-hil`. It is light: what a function needs is loaded when it is called. The emulated
// devices are `mqtt-hil/emulators`.

import type { compareSuites as CompareSuites } from './api/compare.ts'
import type { readCoverage as ReadCoverage } from './api/coverage.ts'
import type { draftScenario as DraftScenario } from './api/draft.ts'
import type { judgeByScenario as JudgeByScenario } from './api/judge-by-scenario.ts'
import type { judgeRecord as JudgeRecord, readRecord as ReadRecord } from './api/judge-record.ts'
import type { openLoad as OpenLoad, runLoad as RunLoad } from './api/load.ts'
import type { openBroker as OpenBroker } from './api/open-broker.ts'
import type { openLink as OpenLink } from './api/open-link.ts'
import type { recordDevices as RecordDevices } from './api/record.ts'
import type { replayRecording as ReplayRecording } from './api/replay.ts'
import type { makeReport as MakeReport } from './api/report.ts'
import type { checkScenario as CheckScenario, runScenarios as RunScenarios } from './api/scenarios.ts'
import type { openSuite as OpenSuite } from './api/suite.ts'
import type { runScenario as RunScenario } from './select/index.ts'

/** The library that options and settings of your own extensions are described by: the copy that mqtt-hil reads them with. */
export { z } from 'zod'
export { Problem } from '../emulators/core/problem.ts'
export type { CompareOptions, Comparison } from './api/compare.ts'
export type { Coverage, CoverageOptions } from './api/coverage.ts'
export type { DraftedScenario } from './api/draft.ts'
export type { Judged, Record } from './api/judge-record.ts'
export type { LoadOptions } from './api/load.ts'
export type { RecordDevicesOptions, Recorded } from './api/record.ts'
export type { Replayed, ReplayOptions } from './api/replay.ts'
export type { Mistake, RunScenariosOptions } from './api/scenarios.ts'
export type { Suite, SuiteRun, SuiteSelection } from './api/suite.ts'
export type { Broker, BrokerDefinition } from './brokers/index.ts'
export {
  defineBroker,
  defineClient,
  defineDevice,
  defineDisturbance,
  defineMatcher,
  defineReporter,
  defineStep,
} from './config/define.ts'
export type { OwnContext, OwnDevice, OwnProgram } from './devices/index.ts'
export type { Event, PacketEvent, Recorder, SocketEvent, Timeline } from './evidence/index.ts'
export type { Verdict, VerdictKind } from './judge/index.ts'
export type { DownMode, Link, LinkSettings, LinkState, RuleSettings } from './link/index.ts'
export type { Reporter, ReporterKind } from './report/index.ts'
export type { ScenarioRun, Status, SuiteListener, SuiteResult } from './run/index.ts'
export type { RunScenarioOptions, ScenarioText } from './select/index.ts'

import type { DraftedScenario } from './api/draft.ts'
import type { Config } from './config/index.ts'
import type { Recorder, Timeline } from './evidence/index.ts'

export type { Config }

/** Types harness.config.ts for editors; it does nothing else. */
export const defineConfig = (config: Config): Config => config

/**
 * Runs one scenario, from a file or a text, once for each combination of its matrix. A failed claim is no exception: look at
 * `status` and `verdicts`. Throws Problem `scenario/wrong` with every mistake, `config/bad-option` for a wrong option.
 */
export const runScenario: typeof RunScenario = async (...args) =>
  (await import('./select/index.ts')).runScenario(...args)

/**
 * Runs files and folders of scenarios side by side, as `hil run` does, with the config of the current folder.
 * Throws Problem `scenario/wrong`, `select/…`, `config/…`.
 */
export const runScenarios: typeof RunScenarios = async (...args) =>
  (await import('./api/scenarios.ts')).runScenarios(...args)

/** What is wrong with scenarios, without running them; empty: nothing. */
export const checkScenario: typeof CheckScenario = async (...args) =>
  (await import('./api/scenarios.ts')).checkScenario(...args)

/**
 * Scenarios that are chosen and not yet run: what there is, parts of it, and the run with all that `hil run` can say.
 * Throws Problem `select/…`, `config/…`; mistakes in the scenarios go to `onDiagnostic`.
 */
export const openSuite: typeof OpenSuite = async (...args) => (await import('./api/suite.ts')).openSuite(...args)

/** Runs the scenarios of two suites, on two brokers or with two bindings, and tells where their packets differ. Throws Problem `run/…`. */
export const compareSuites: typeof CompareSuites = async (...args) =>
  (await import('./api/compare.ts')).compareSuites(...args)

/** Scenarios with fleets of any size, for `runLoad`. Throws as `openSuite` does. */
export const openLoad: typeof OpenLoad = async (...args) => (await import('./api/load.ts')).openLoad(...args)

/** Runs the fleets of a suite, in shards or at workers. Throws Problem `load/…`. */
export const runLoad: typeof RunLoad = async (...args) => (await import('./api/load.ts')).runLoad(...args)

/** Records devices that others run, until it is ended. Throws Problem `cli/recording-exists`, `broker/…`, `link/…`. */
export const recordDevices: typeof RecordDevices = async (...args) =>
  (await import('./api/record.ts')).recordDevices(...args)

/** A first scenario from a recording, as text. Throws Problem `evidence/…`, `cli/no-such-device`. */
export const draftScenario = async (...args: Parameters<typeof DraftScenario>): Promise<DraftedScenario> =>
  (await import('./api/draft.ts')).draftScenario(...args)

/** Which statements of MQTT the results of runs were about. Throws Problem `cli/no-results`. */
export const readCoverage: typeof ReadCoverage = async (...args) =>
  (await import('./api/coverage.ts')).readCoverage(...args)

/** A broker by itself: started, or reached by its URL. It ends with `await using`. Throws Problem `broker/…`. */
export const openBroker: typeof OpenBroker = async (...args) =>
  (await import('./api/open-broker.ts')).openBroker(...args)

/** The header and the events of a record. Throws Problem `evidence/…`. */
export const readRecord: typeof ReadRecord = async (...args) =>
  (await import('./api/judge-record.ts')).readRecord(...args)

/** Holds the claims of a recorded run against its record again; nothing is opened. Throws Problem `evidence/…`. */
export const judgeRecord: typeof JudgeRecord = async (...args) =>
  (await import('./api/judge-record.ts')).judgeRecord(...args)

/** Judges any record, also a recording, by the claims of a scenario; nothing is opened. Throws Problem `scenario/wrong`, `cli/scenario-acts`. */
export const judgeByScenario: typeof JudgeByScenario = async (...args) =>
  (await import('./api/judge-by-scenario.ts')).judgeByScenario(...args)

/** Makes `report.html` of a results folder, and gives its path. Throws Problem `cli/no-results`. */
export const makeReport: typeof MakeReport = async (...args) => (await import('./api/report.ts')).makeReport(...args)

/** Plays the devices of a recording again at a broker, and compares. Throws Problem `evidence/…`. */
export const replayRecording: typeof ReplayRecording = async (...args) =>
  (await import('./api/replay.ts')).replayRecording(...args)

/**
 * A port between any client and any broker: it records each packet and can be disturbed. It ends with `await using`.
 * Throws Problem `link/…`.
 */
export const openLink: typeof OpenLink = async (...args) => (await import('./api/open-link.ts')).openLink(...args)

/** What links and devices record into: events in order, with times from now on. */
export async function openTimeline(): Promise<Timeline & Recorder> {
  const { newTimeline } = await import('./api/timeline.ts')
  return newTimeline()
}
