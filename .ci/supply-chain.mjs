// `npm run check:supply-chain`: actions are pinned to commits, what is published holds nothing else than the program, and the
// registry knows no grave advisory of a dependency. Where the registry does not answer that is said, and is no failure.

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const faults = []

// Actions: a tag can be moved to another commit by whoever owns it.
const files = execFileSync('git', ['ls-files', '*.yml', '*.yaml', '*.md', 'harness/cli/init/files.ts'], {
  encoding: 'utf8',
})
let actions = 0
for (const file of files.split('\n').filter((name) => name !== ''))
  for (const [, action, ref, version] of readFileSync(file, 'utf8').matchAll(
    /\buses: ([\w.-]+\/[\w./-]+)@(\S+)( # v[\d.]+)?/g,
  )) {
    actions++
    if (!/^[0-9a-f]{40}$/.test(ref) || version === undefined)
      faults.push(`${file}: ${action}@${ref} is not pinned: write a commit, and its version behind it (# v1.2.3)`)
  }

// What would be published.
const packed = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8', maxBuffer: 1 << 28 }),
)[0].files.map(({ path }) => path)
const BELONGS =
  /^(dist\/(chunks|emulators|harness)|harness\/report\/page|scenarios|fixtures\/firmware|docs|examples)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|fixtures\/traces\/README\.md)$/
const NEVER =
  /(^|\/)(\.env|\.npmrc|\.git|node_modules|results|recordings)(\/|$)|\.(test|testing)\.|\.contract\.[dmc]?[jt]s|\.(pem|key|log|tgz)$/
for (const path of packed)
  if (!BELONGS.test(path) || (NEVER.test(path) && !path.startsWith('examples/')))
    faults.push(`npm pack: ${path} does not belong into the package`)

// Advisories.
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 60_000 })
let advisories = 'the registry did not answer'
try {
  const { vulnerabilities, error } = JSON.parse(stdout)
  if (error === undefined && vulnerabilities !== undefined) {
    const grave = Object.values(vulnerabilities).filter(
      ({ severity }) => severity === 'high' || severity === 'critical',
    )
    for (const { name, severity, range } of grave) faults.push(`npm audit: ${name} ${range}: ${severity}`)
    advisories = `${grave.length} grave advisories`
  }
} catch {
  // no answer, or none that can be read
}

for (const fault of faults) console.error(fault)
console.log(`${actions} uses of actions, ${packed.length} files to publish, ${advisories}`)
process.exitCode = faults.length === 0 ? 0 : 1
