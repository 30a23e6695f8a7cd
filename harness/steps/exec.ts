// `exec`: code typed into a board's REPL. What it prints is on the console, and is what the call returns; what it
// raises leaves the call. A program of the board's own is ended for it, as by Ctrl-C.

import { z } from 'zod'
import { text } from '../scenario/index.ts'
import { calling } from './calling.ts'
import type { ClientCall } from './step.ts'

const args = z.strictObject({
  ...calling,
  code: text().describe('Python source; what it prints, without the last line feed, is what returns: is held against'),
})

export const exec: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'exec',
  summary: "run Python code on a board, through its console's REPL",
  args,
  special: true,
  interrupts: true,
  toCall: (a) => ({ verb: 'exec', code: a.code }),
  show: (a) => `exec ${firstLine(a.code)} on ${a.device}`,
}

function firstLine(code: string): string {
  const [first = '', ...more] = code.trim().split('\n')
  return more.length === 0 ? first : `${first} …`
}
