// `npm run check:licences`: what a user installs with this package, and under which licences. Fails for one that is not
// on the list, so that somebody looks before it is shipped.

import { readFileSync } from 'node:fs'

const ALLOWED = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'Zlib',
])

/** `(MIT OR Apache-2.0)`: one of them is enough; of `A AND B` both count. */
const isAllowed = (text) =>
  text
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ALLOWED.has(licence.trim())))

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const shipped = Object.entries(packages).filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
const counts = new Map()
const wrong = []
for (const [path, { license, version }] of shipped) {
  counts.set(license, (counts.get(license) ?? 0) + 1)
  if (license === undefined || !isAllowed(license)) wrong.push(`${path} ${version}: ${license ?? 'no licence named'}`)
}
console.log(`${shipped.length} packages: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}`)
for (const line of wrong) console.error(`not on the list of .ci/licences.mjs: ${line}`)
process.exitCode = wrong.length === 0 ? 0 : 1
