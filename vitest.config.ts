import { configDefaults, defineConfig } from 'vitest/config'

const isCi = (process.env.CI ?? '') !== ''

/** `npm test` runs all but these; `npm run test:all` (`--mode all`) runs them, too. CONTRIBUTING.md says what goes where. */
const SLOW = '**/*.slow.test.ts'

/** Percent of the lines of a room, by its folder. */
const floors = (rooms: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(rooms).map(([room, lines]) => [`${room}/**`, { lines }]))

export default defineConfig(({ mode }) => ({
  test: {
    include: ['harness/**/*.test.ts', 'emulators/**/*.test.ts', 'docs/**/*.test.ts', 'fixtures/defective/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(mode === 'all' ? [] : [SLOW])],
    // In CI no test is run twice: .ci/tests.mjs.
    setupFiles: process.env.TESTS_PASSED === undefined ? [] : ['./.ci/once.mjs'],
    // The modules of the harness are loaded once for each worker, and not for each of the files.
    isolate: false,
    // They wait more than they work; that none of them depends on how fast the machine is, they must show anyway.
    maxWorkers: 4,
    // Some start brokers, boards, browsers and whole runs of scenarios, on a machine that may be slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    // With real ports and processes, what fails once on a shared machine is tried once more there; a defect fails twice.
    // Each such test is printed, and more than three fail the run.
    retry: isCi ? 1 : 0,
    reporters: isCi ? ['default', './.ci/flaky.mjs'] : ['default'],
    coverage: {
      include: ['harness/**/*.ts', 'emulators/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.contract.ts', '**/*testing.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportOnFailure: true,
      // What the tests of these rooms themselves reach: less means that something came without a test.
      thresholds: floors({
        'emulators/clients': 94,
        'emulators/mqtt': 94,
        'harness/expect': 79,
        'harness/judge': 88,
        'harness/lint': 98,
        'harness/packets': 96,
        'harness/plan': 83,
        'harness/scenario': 94,
      }),
    },
  },
}))
