// A reporter of vitest for CI, where a test that failed is tried once more: prints each test that passed only the second
// time, and fails the run when there are more than three. A retry may get a landing through a bad minute of the machine;
// it must not hide a test that is not sound. Several runs of one landing are counted together where TESTS_FLAKY names a
// file for that.

import { appendFileSync, readFileSync } from 'node:fs'

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
    const file = process.env.TESTS_FLAKY ?? ''
    if (file !== '') appendFileSync(file, flaky.map((test) => `${test.fullName}\n`).join(''))
    const count = file === '' ? flaky.length : readFileSync(file, 'utf8').trim().split('\n').length
    if (count <= MOST) return
    if (count > flaky.length) console.error(`${count} with those of the runs before`)
    console.error(`more than ${MOST} are too many: mend them`)
    process.exitCode = 1
  }
}
