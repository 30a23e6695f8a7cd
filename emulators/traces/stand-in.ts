// What stood for Adafruit's ConnectionManager when the MiniMQTT recordings were made: it closes
// nothing after a connection that failed, which the real one does, and keeps no list.

import * as board from '../board.ts'
import type { SocketPool } from '../clients/minimqtt/socket-pool.ts'

export const standIn: SocketPool = {
  *open({ host, port, timeout }) {
    const socket = yield* board.openSocket()
    yield* board.setTimeoutOf(socket, timeout)
    yield* board.connectSocket(socket, host, port)
    return socket
  },
  close: board.closeSocket,
}
