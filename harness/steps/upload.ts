// `upload`: files onto a board's flash while it is on. One that is there already with the same hash is not sent. What
// runs goes on with what it has read: a reset makes it read them.

import { z } from 'zod'
import { filesShape } from '../devices/index.ts'
import { calling } from './calling.ts'
import type { ClientCall } from './step.ts'

const args = z.strictObject({
  ...calling,
  files: filesShape.describe('a folder or file, or PATH ON THE BOARD: file, folder or { text }'),
})

export const upload: ClientCall<z.output<typeof args>> = {
  kind: 'call',
  name: 'upload',
  summary: "put files on a board's flash; it returns how many had to be sent",
  args,
  special: true,
  interrupts: true,
  toCall: (_, { files }) => ({ verb: 'upload', files }),
  show: (a) => `upload ${typeof a.files === 'string' ? a.files : Object.keys(a.files).join(', ')} to ${a.device}`,
}
