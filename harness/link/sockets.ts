// Small things about Node's sockets that each cost an hour to find out.

import type { Socket } from 'node:net'
import type { ByteSink } from './flow.ts'

/** The TCP socket below a TLS socket: only TCP can be reset. */
const carriers = new WeakMap<Socket, Socket>()

export const carriedBy = (socket: Socket, carrier: Socket): void => void carriers.set(socket, carrier)

/** Ends a socket with RST, so that the other end sees ECONNRESET and no end of file. */
export function reset(socket: Socket | null): void {
  if (socket === null || socket.destroyed) return
  // While a FIN waits behind unsent bytes libuv refuses to reset, and Node would leak the descriptor. One that is
  // still connecting is reset once it is connected and has sent what was written.
  if (socket.writableEnded && !socket.writableFinished && !socket.connecting) socket.destroy()
  else (carriers.get(socket) ?? socket).resetAndDestroy()
}

/**
 * Runs once those sockets of this process that have something to read have read it: what has just been written is
 * noticed by the next round of the event loop. A RST on the heels of the last bytes would be taken for a FIN (see `onEnd`).
 */
export function afterReads(then: () => void): void {
  setImmediate(() => setImmediate(then))
}

/** FIN to the other end, which may go on sending. */
export function finish(socket: Socket | null): void {
  if (socket !== null && !socket.destroyed && !socket.writableEnded) socket.end()
}

/** Resolves when the descriptor is given back. */
export function gone(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve()
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/**
 * Tells how the other end finished: null for FIN, else the error. libuv reports a RST that arrives together with
 * the last bytes as end of file (a client that closes with unread bytes does just that), so an end of file is believed
 * only when the socket can still be written to; an empty write asks the kernel and sends nothing.
 */
export function onEnd(socket: Socket, heard: (error: NodeJS.ErrnoException | null) => void): void {
  socket.on('error', heard)
  socket.on('end', () => {
    if (socket.writableEnded || socket.writableLength > 0 || socket.destroyed) heard(null)
    else
      socket.write('', (error) => {
        if (error === null || error === undefined) heard(null)
      })
  })
}

/** A socket as the end of a flow: each write leaves on its own. */
export const sinkOf = (socket: Socket): ByteSink => ({
  get writable() {
    return socket.writable
  },
  get isFull() {
    return socket.writableNeedDrain
  },
  write: (bytes) => void socket.write(bytes),
  flush() {},
  on: (_, heard) => socket.on('drain', heard),
})
