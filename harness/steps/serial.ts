// `serial`: a line, or bytes, typed into a device's console, or a process's standard input.

import { z } from 'zod'
import { eolWord } from '../devices/index.ts'
import { hexBytes } from '../packets/index.ts'
import { identifier, text } from '../scenario/index.ts'
import type { Action } from './step.ts'

const args = z
  .strictObject({
    device: identifier().describe('whose console'),
    send: text().optional().describe('a line; its end is added'),
    hex: hexBytes().optional().describe('bytes, two digits each; nothing is added'),
    eol: eolWord().optional().describe("how the line ends; default: as the device's console: says"),
  })
  .superRefine(({ send, hex, eol }, context) => {
    if ((send === undefined) === (hex === undefined))
      context.addIssue({
        code: 'custom',
        message: send === undefined ? 'send: or hex: is missing' : 'send and hex exclude each other',
        params: { diagnostic: 'scenario/serial-what', hint: 'send: a line of text, or hex: bytes' },
      })
    else if (eol !== undefined && send === undefined)
      context.addIssue({
        code: 'custom',
        message: 'hex has no eol',
        params: { diagnostic: 'scenario/serial-what', hint: 'write the bytes of the line end into hex:' },
      })
  })

export const serial: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'serial',
  summary: "send a line or bytes to a device's console",
  args,
  devices: (a) => [a.device],
  async run(a, stage) {
    stage.device(a.device).send(a.send ?? a.hex!, a.eol)
  },
  show: (a) => `type into ${a.device}`,
}
