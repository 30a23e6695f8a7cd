// `rewrite`: fields of the packet have other values, legal or not. It turns a perfect broker into one that refuses,
// confuses ids or grants too little. The packet is made anew from its fields, so it must be well-formed, except
// that `flags` and `length` alone can be changed in any.

import type { z } from 'zod'
import { packetChanges, rewritePacket } from '../../packets/index.ts'
import type { Disturbance } from './disturbance.ts'

export const rewrite: Disturbance<z.output<typeof packetChanges>> = {
  name: 'rewrite',
  summary: 'fields of the packet have other values',
  settings: packetChanges,
  make: (changes) => (line) => ({
    take(chunk) {
      const rewritten = rewritePacket(chunk.bytes, changes, line.level)
      if ('refused' in rewritten) line.note(`not rewritten: ${rewritten.refused}`)
      line.next('bytes' in rewritten ? line.changed(chunk, rewritten.bytes) : chunk)
    },
  }),
  show: (changes) => `rewrite ${Object.keys(changes).join(', ')}`,
}
