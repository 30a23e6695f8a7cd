// `npm start`: all scenarios but those of the conformance pack, in virtual time where they can be; `hil run` takes what
// else is given. The pack is not named and then left out by its tag: compiling it takes longer than the others' runs.

import { readdirSync } from 'node:fs'

const paths = readdirSync('scenarios', { withFileTypes: true })
  .filter((entry) => (entry.isDirectory() ? entry.name !== 'conformance' : entry.name.endsWith('.scenario.yaml')))
  .map(({ name }) => `scenarios/${name}`)
process.argv.splice(2, 0, 'run', ...paths, '--broker', 'aedes', '--clock', 'auto')
await import('../dist/harness/cli/main.js')
