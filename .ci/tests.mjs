// The tests of a landing, each of them once. `bare` runs those of `npm test` on a PATH that has Node and little else:
// .ci/bare.mjs. `programs` runs what is left, with every program that a test may need: the slow tests, and those that the
// bare machine did not pass. Then both together must have run all of them.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { nameOf, ROOT } from './names.mjs'

const VITEST = 'node_modules/vitest/vitest.mjs'
const FOLDER = 'results/tests'
const BARE = `${FOLDER}/bare.json`
const LISTED = `${FOLDER}/listed.json`
const PROGRAMS = `${FOLDER}/programs.json`
/** What the bare machine has passed: .ci/once.mjs leaves it out. */
const PASSED = `${FOLDER}/passed.json`
/** CI retries anyway; the bare machine knows of no CI. */
const FLAGS = ['--retry', '1', '--reporter=default', '--reporter=./.ci/flaky.mjs', '--reporter=json']

const [part, ...rest] = process.argv.slice(2)

/** More random cases than `npm test` tries, and as many in both parts: a title with another number would be another test. */
const env = { HIL_RANDOM_RUNS: '5000', HIL_MODEL_RUNS: '3000', HIL_MODEL_SOCKET_RUNS: '60', ...process.env }
const runWith = (more, ...args) =>
  spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: { ...env, ...more } }).status ?? 1
const run = (...args) => runWith({}, ...args)
const read = (file) => JSON.parse(readFileSync(resolve(ROOT, file), 'utf8'))

/** Names of the tests that ended with this status. */
const ended = (results, wanted) =>
  results.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === wanted)
      .map(({ ancestorTitles, title }) => nameOf(name, [...ancestorTitles, title])),
  )

function bare() {
  return run('.ci/bare.mjs', ...FLAGS, `--outputFile.json=${BARE}`, ...rest)
}

function programs() {
  // Files that make a folder when they are loaded remove it after their tests, which are not run here.
  const folder = mkdtempSync(join(tmpdir(), 'hil-listing-'))
  const listing = runWith({ TMPDIR: folder }, VITEST, 'list', '--mode', 'all', `--json=${LISTED}`, ...rest)
  rmSync(folder, { recursive: true, force: true })
  if (listing !== 0) return listing
  const listed = read(LISTED).map(({ name, file }) => ({ file: relative(ROOT, file), name: nameOf(file, [name]) }))
  // A test that is skipped may have another title there, and one that needs a program may not be there at all.
  const passed = new Set(ended(read(BARE), 'passed'))
  const files = new Set(listed.filter(({ name }) => !passed.has(name)).map(({ file }) => file))
  writeFileSync(resolve(ROOT, PASSED), JSON.stringify([...passed]))
  const more = { TESTS_PASSED: resolve(ROOT, PASSED) }
  const left = runWith(more, VITEST, 'run', '--mode', 'all', ...FLAGS, `--outputFile.json=${PROGRAMS}`, ...files)
  if (left !== 0) return left
  const results = read(PROGRAMS)
  for (const name of ended(results, 'passed')) passed.add(name)
  // With CI set no missing program skips a test. What is left are known gaps of brokers, and other systems' tests.
  const skipped = new Set(ended(results, 'skipped').filter((name) => !passed.has(name)))
  console.log(`${passed.size} tests passed in one part or the other; ${skipped.size} are skipped in both:`)
  for (const name of skipped) console.log(`  ${name}`)
  const missed = listed.filter(({ name }) => !passed.has(name) && !skipped.has(name))
  if (missed.length === 0) return 0
  console.error('These ran in neither part:')
  for (const { name } of missed) console.error(`  ${name}`)
  return 1
}

const PARTS = { bare, programs }
if (!Object.hasOwn(PARTS, part)) throw new Error(`.ci/tests.mjs needs one of: ${Object.keys(PARTS).join(', ')}`)
mkdirSync(resolve(ROOT, FOLDER), { recursive: true })
process.exitCode = PARTS[part]()
