// `npm run mutate`: mutation testing of the rooms whose verdicts everything depends on. Arguments are rooms; after `--`
// come arguments of Stryker. Each mutant that survives is a change to the code that no test notices.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'

const ROOMS = ['judge', 'expect', 'lint', 'link', 'load']

const given = process.argv.slice(2)
const split = given.indexOf('--')
const rooms = split < 0 ? given : given.slice(0, split)
const more = split < 0 ? [] : given.slice(split + 1)
const unknown = rooms.filter((room) => !ROOMS.includes(room))
if (unknown.length > 0) {
  console.error(`unknown room ${unknown.join(', ')}; there is ${ROOMS.join(', ')}`)
  process.exit(2)
}

mkdirSync('results/mutation', { recursive: true })
const rows = []
let failed = false
for (const room of rooms.length > 0 ? rooms : ROOMS) {
  const args = ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', '.ci/stryker.config.mjs', ...more]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, MUTATE_ROOM: room } })
  if (status === 0) rows.push(scoreOf(room))
  else failed = true
}
for (const row of rows) console.log(row)
process.exitCode = failed ? 1 : 0

function scoreOf(room) {
  const { files } = JSON.parse(readFileSync(`results/mutation/${room}.json`, 'utf8'))
  const states = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  const of = (...names) => states.filter((state) => names.includes(state)).length
  const [found, missed] = [of('Killed', 'Timeout'), of('Survived', 'NoCoverage')]
  return `${room}: ${found} of ${found + missed} mutants were noticed (${((100 * found) / (found + missed)).toFixed(0)}%)`
}
