// Who waits to read from a socket, in turn: nearly always one task, so the others have a list only when there are any.

import type { FleetTask } from './device.ts'
import type { FleetSocket } from './socket.ts'

export function waitToRead(socket: FleetSocket, task: FleetTask): void {
  if (socket.reader === null) socket.reader = task
  else {
    socket.others ??= []
    socket.others.push(task)
  }
}

/** The first of them has what it wanted. */
export function nextReader(socket: FleetSocket): void {
  socket.reader = socket.others?.shift() ?? null
}

/** It does not wait any more, wherever in the row it was. */
export function stopReading(socket: FleetSocket, task: FleetTask): void {
  if (socket.reader === task) nextReader(socket)
  else if (socket.others !== null) socket.others = socket.others.filter((other) => other !== task)
}
