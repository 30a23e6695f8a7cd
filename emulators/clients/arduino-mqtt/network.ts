// How lwmqtt reads and writes: the buffers' limits, and the command's time limit over all of it (the first half of
// client.c, and lwmqtt_arduino_network_read and _write of MQTTClient.cpp).

import type { Program } from '../../board.ts'
import { millis, uint32 } from '../arduino/c.ts'
import type { NetworkClient } from '../arduino/network-client.ts'
import { malloc } from '../memory.ts'
import {
  BUFFER_TOO_SHORT,
  type LwmqttError,
  NETWORK_FAILED_READ,
  NETWORK_FAILED_WRITE,
  NETWORK_TIMEOUT,
  SUCCESS,
} from './errors.ts'
import { Timer } from './timer.ts'

export class LwmqttNetwork {
  readonly #net: NetworkClient
  readonly readBuf: Uint8Array
  /** The read buffer has one byte more, for a NUL. */
  readonly readBufSize: number
  readonly commandTimer = new Timer()

  constructor(net: NetworkClient, readBufSize: number) {
    this.#net = net
    this.readBufSize = readBufSize
    this.readBuf = malloc(readBufSize + 1)
  }

  /** `len` bytes into the buffer, within what is left of the command's time. */
  *readFromNetwork(offset: number, len: number): Program<LwmqttError> {
    if (this.readBufSize < offset + len) return BUFFER_TOO_SHORT
    for (let read = 0; read < len; ) {
      const remaining = yield* this.commandTimer.get()
      if (remaining <= 0) return NETWORK_TIMEOUT
      const partial = yield* this.#read(offset + read, len - read, remaining)
      if (partial < 0) return partial
      read += partial
    }
    return SUCCESS
  }

  /** How many bytes came, or an error. */
  *#read(offset: number, len: number, timeout: number): Program<number> {
    const start = yield* millis()
    let read = 0
    for (let waited = 0; read < len && waited < timeout; waited = uint32((yield* millis()) - start)) {
      const bytes = yield* this.#net.read(len - read)
      if (bytes.length > 0) {
        this.readBuf.set(bytes, offset + read)
        read += bytes.length
        continue
      }
      yield* this.#net.idle(timeout - waited)
      if (!(yield* this.#net.connected())) return NETWORK_FAILED_READ
    }
    return read === 0 ? NETWORK_TIMEOUT : read
  }

  *drainNetwork(amount: number): Program<LwmqttError> {
    for (let left = amount; left > 0; ) {
      const remaining = yield* this.commandTimer.get()
      if (remaining <= 0) return NETWORK_TIMEOUT
      const partial = yield* this.#read(0, Math.min(left, this.readBufSize), remaining)
      if (partial < 0) return partial
      left -= partial
    }
    return SUCCESS
  }

  /** A write that takes part is continued. */
  *writeToNetwork(bytes: Uint8Array): Program<LwmqttError> {
    for (let written = 0; written < bytes.length; ) {
      if ((yield* this.commandTimer.get()) <= 0) return NETWORK_TIMEOUT
      const sent = yield* this.#net.write(written === 0 ? bytes : bytes.subarray(written))
      if (sent <= 0) return NETWORK_FAILED_WRITE
      written += sent
    }
    return SUCCESS
  }
}
