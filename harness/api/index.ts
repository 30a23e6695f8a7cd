// What a program can do with mqtt-hil, and what the command line stands on: each is a function, opens what it needs and gives
// it back.

export { type Judged, judgeRecord, type Record, readRecord } from './judge-record.ts'
export { openBroker } from './open-broker.ts'
export { type Replayed, type ReplayOptions, replayPlan, replayRecording, replayScenario } from './replay.ts'
export { makeReport } from './report.ts'
export { checkScenario, type Mistake, type RunScenariosOptions, runScenarios } from './scenarios.ts'
export { newTimeline } from './timeline.ts'
