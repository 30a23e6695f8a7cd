// A reporter of vitest for CI, where a test that failed is tried once more: prints each test that passed only the second
// time, and fails the run when there are more than three. A retry may get a landing through a bad minute of the machine;
// it must not hide a test that is not sound.

const MOST = 3

export default class Flaky {
  onTestRunEnd(modules) {
    const flaky = modules.flatMap((module) =>
      [...module.children.allTests()].filter((test) => test.diagnostic()?.flaky),
    )
    if (flaky.length === 0) return
    console.log(`\n${flaky.length} passed only the second time:`)
    for (const test of flaky) {
      console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`)
      for (const { message } of test.result().errors ?? []) console.log(`    ${message.split('\n')[0]}`)
    }
    if (flaky.length <= MOST) return
    console.error(`more than ${MOST} are too many: mend them`)
    process.exitCode = 1
  }
}
