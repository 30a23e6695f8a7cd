// What a program's poll finds: which of the board's sockets, or its console, are ready. The answer has the lines of the
// question, each with the bits that hold now.

import type { SocketHandle } from '../board.ts'
import { type BoardSocket, POLLERR, POLLHUP, POLLIN } from '../drive/socket.ts'
import type { Request } from './channel.ts'

export type Poll = Extract<Request, { kind: 'poll' }>

/** In place of a socket. */
const CONSOLE = 0
/** Whether they were asked for or not. */
const ALWAYS_TOLD = POLLERR | POLLHUP

/** No bytes: nothing is ready. `typed`: a character waits on the console. */
export function readyOf({ watch }: Poll, sockets: ReadonlyMap<SocketHandle, BoardSocket>, typed: boolean): Uint8Array {
  const found = watch.flatMap(([handle, wanted]) => {
    const socket = sockets.get(handle as SocketHandle)
    const now = handle === CONSOLE ? (typed ? POLLIN : 0) : (socket?.ready() ?? POLLHUP)
    const bits = now & (wanted | ALWAYS_TOLD)
    return bits === 0 ? [] : [`${handle} ${bits}`]
  })
  return Buffer.from(found.join('\n'))
}
