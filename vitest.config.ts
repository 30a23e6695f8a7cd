import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['harness/**/*.test.ts', 'emulators/**/*.test.ts', 'docs/**/*.test.ts'],
    // Some start brokers, boards, browsers and whole runs of scenarios, on a machine that may be slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // With real ports and processes, what fails once on a shared machine is tried once more there; a defect fails twice.
    retry: process.env.CI ? 1 : 0,
  },
})
