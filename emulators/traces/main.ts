// The program that `npm run traces` starts; all it does is in run.ts.

import { clients } from '../clients/index.ts'
import { runTraces } from './run.ts'

process.exitCode = runTraces(process.argv.slice(2), clients, {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
})
