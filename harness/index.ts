// What a package user may import.

export { type Config, defineConfig } from './config/index.ts'
export { compile, type Plan } from './plan/index.ts'
export { conduct, runSuite, type ScenarioRun, type SuiteResult } from './run/index.ts'
