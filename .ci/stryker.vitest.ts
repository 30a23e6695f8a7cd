import { defineConfig } from 'vitest/config'

const room = process.env.MUTATE_ROOM ?? 'judge'

/** Only what tests a room in this process: shards of a fleet are processes of what was built, in which nothing is mutated. */
export default defineConfig({
  test: {
    include: [`harness/${room}/**/*.test.ts`],
    exclude: ['node_modules/**', '**/*.slow.test.ts', 'harness/load/load.test.ts', 'harness/load/coordinator/**'],
    testTimeout: 60_000,
  },
})
