// A reporter of vitest for CI, where a test that failed is tried once more: prints each test that passed only the second
// time, and fails the run when there are more than three. A retry may get a landing through a bad minute of the machine;
// it must not hide a test that is not sound.

const MOST = 3
/** Of an error: enough for the seed of a property, or for what differs. */
const MOST_LINES = 20

export default class Flaky {
  onTestRunEnd(modules) {
    const flaky = modules.flatMap((module) =>
      [...module.children.allTests()].filter((test) => test.diagnostic()?.flaky),
    )
    if (flaky.length === 0) return
    console.log(`\n${flaky.length} passed only the second time:`)
    for (const test of flaky) {
      console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`)
      for (const { message, diff = '' } of test.result().errors ?? [])
        for (const line of `${message}\n${diff}`.split('\n').slice(0, MOST_LINES))
          console.log(`    ${line.slice(0, 300)}`)
    }
    if (flaky.length <= MOST) return
    console.error(`more than ${MOST} are too many: mend them`)
    process.exitCode = 1
  }
}
