// A board call's arguments for people, as they stand behind its name: `read` + `(1)`.

import type { BoardCall } from '../board.ts'
import { showDuration } from '../core/time.ts'

export function detailOf(call: BoardCall): string {
  switch (call.kind) {
    case 'read':
    case 'recv':
      return `(${call.count})`
    case 'write':
    case 'send':
      return `(${call.bytes.length} bytes)`
    case 'connect':
      return `(${call.host}:${call.port})`
    case 'poll':
      return `(${call.until})`
    case 'wait':
      return `(${call.signal.name})`
    case 'sleep':
      return `(${showDuration(call.duration)})`
    default:
      return ''
  }
}
