// A setup file of vitest: leaves out the tests that have passed before, in another part of the same landing. TESTS_PASSED
// names a file with a list of their names.

import { readFileSync } from 'node:fs'
import { beforeEach } from 'vitest'
import { nameOf } from './names.mjs'

const passed = new Set(JSON.parse(readFileSync(process.env.TESTS_PASSED, 'utf8')))

beforeEach(({ task, skip }) => {
  const titles = [task.name]
  for (let { suite } = task; (suite?.name ?? '') !== ''; suite = suite.suite) titles.unshift(suite.name)
  if (passed.has(nameOf(task.file.filepath, titles))) skip()
})
