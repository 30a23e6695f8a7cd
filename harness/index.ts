// What a package user may import from `mqtt-hil`. It is light: what a function needs is loaded when it is called. The emulated
// devices are `mqtt-hil/emulators`.

import type * as Api from './api/index.ts'
import type { openLink as OpenLink } from './link/index.ts'
import type { runScenario as RunScenario } from './select/index.ts'

/** The library that options and settings of your own extensions are described by: the copy that mqtt-hil reads them with. */
export { z } from 'zod'
export { Problem } from '../emulators/core/problem.ts'
export type { Judged, Mistake, Record, Replayed, ReplayOptions, RunScenariosOptions } from './api/index.ts'
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

import type { Config } from './config/index.ts'
import type { Recorder, Timeline } from './evidence/index.ts'

export type { Config }

const api = (): Promise<typeof Api> => import('./api/index.ts')

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
export const runScenarios: typeof Api.runScenarios = async (...args) => (await api()).runScenarios(...args)

/** What is wrong with scenarios, without running them; empty: nothing. */
export const checkScenario: typeof Api.checkScenario = async (...args) => (await api()).checkScenario(...args)

/** A broker by itself: started, or reached by its URL. It ends with `await using`. Throws Problem `broker/…`. */
export const openBroker: typeof Api.openBroker = async (...args) => (await api()).openBroker(...args)

/** The header and the events of a record. Throws Problem `evidence/…`. */
export const readRecord: typeof Api.readRecord = async (...args) => (await api()).readRecord(...args)

/** Holds the claims of a recorded run against its record again; nothing is opened. Throws Problem `evidence/…`. */
export const judgeRecord: typeof Api.judgeRecord = async (...args) => (await api()).judgeRecord(...args)

/** Makes `report.html` of a results folder, and gives its path. Throws Problem `cli/no-results`. */
export const makeReport: typeof Api.makeReport = async (...args) => (await api()).makeReport(...args)

/** Plays the devices of a recording again at a broker, and compares. Throws Problem `evidence/…`. */
export const replayRecording: typeof Api.replayRecording = async (...args) => (await api()).replayRecording(...args)

/**
 * A port between any client and any broker: it records each packet and can be disturbed. It ends with `await using`.
 * Throws Problem `link/…`.
 */
export const openLink: typeof OpenLink = async (...args) => (await import('./link/index.ts')).openLink(...args)

/** What links and devices record into: events in order, with times from now on. */
export async function openTimeline(): Promise<Timeline & Recorder> {
  const { newTimeline } = await api()
  return newTimeline()
}
