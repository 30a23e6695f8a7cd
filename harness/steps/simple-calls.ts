// The client calls that take nothing but their device.

import { z } from 'zod'
import { calling } from './calling.ts'
import type { ClientCall } from './step.ts'

const args = z.strictObject(calling)

function bare(verb: 'ping' | 'check' | 'wait', summary: string): ClientCall<z.output<typeof args>> {
  return {
    kind: 'call',
    name: verb,
    summary,
    args,
    bare: 'device',
    toCall: () => ({ verb }),
    show: (a) => `${verb} on ${a.device}`,
  }
}

export const ping = bare('ping', 'send a PINGREQ')
export const check = bare('check', 'look for one message, without waiting')
export const wait = bare('wait', 'wait for one message')
