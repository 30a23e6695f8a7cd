// `npm run bench`: what the hot paths cost, as ratios to a baseline that is measured in the same
// run, because absolute times on a shared machine mean little. Nothing here passes or fails.

import { boardCalls } from './board-calls.ts'
import { capture } from './capture.ts'
import { coldStart } from './cold-start.ts'
import { decode } from './decode.ts'
import { fleet } from './fleet.ts'
import { fleetDetail } from './fleet-detail.ts'
import { linkLatency } from './link.ts'
import { linkMemory } from './link-memory.ts'
import type { Measure } from './measure.ts'
import { virtualBoards } from './virtual-boards.ts'
import { virtualTime } from './virtual-time.ts'

const suites: Readonly<Record<string, () => Promise<readonly Measure[]>>> = {
  'board-calls': boardCalls,
  decode,
  fleet,
  'fleet-detail': fleetDetail,
  link: linkLatency,
  'link-memory': linkMemory,
  capture,
  'cold-start': coldStart,
  'virtual-boards': virtualBoards,
  'virtual-time': virtualTime,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => suites[name] === undefined)
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there is ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}

for (const [name, run] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n${name}`)
  for (const { name: what, value, baseline, ratio } of await run()) {
    const against = ratio === null ? baseline : `${baseline}, ratio ${ratio.toFixed(2)}`
    console.log(`  ${what.padEnd(52)} ${value.padStart(14)}   ${against}`)
  }
}
