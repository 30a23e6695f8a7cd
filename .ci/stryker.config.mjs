// Mutation testing of one room: `npm run mutate -- judge`. MUTATE_ROOM is set by mutate.mjs.

const room = process.env.MUTATE_ROOM ?? 'judge'

export default {
  mutate: [`harness/${room}/**/*.ts`, '!**/*.test.ts', '!**/*testing.ts', '!**/index.ts'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: '.ci/stryker.vitest.ts', related: false },
  // TypeScript 7 has no API to rewrite a tsconfig.json with, and Stryker passes over a file that there is not.
  tsconfigFile: 'none.json',
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  ignorePatterns: ['dist', 'results', 'coverage', 'docs', 'examples', 'deploy'],
  concurrency: 2,
  timeoutMS: 20_000,
  tempDirName: 'node_modules/.stryker-tmp',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `results/mutation/${room}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
}
