// MiniMQTT's socket: sends go on until all is sent, a read asks again until it has every byte. The
// one to know: only an empty `recv`, which is end of file, is counted against recv_timeout; a read
// that gets no answer within the socket's own timeout raises OSError, whatever has come before it.

import { atOnce, settled } from '../../at-once.ts'
import * as board from '../../board.ts'
import { isOSError, type Program, type SocketHandle } from '../../board.ts'
import { inSeconds, milliseconds } from '../../core/time.ts'
import { numberText, type PyNumber, real } from '../python/number.ts'
import { attributeError } from '../python/python.ts'
import { mmqttException, uint16 } from './values.ts'

/** Milliseconds of `adafruit_ticks`, which start again every six days. */
export type Ticks = number
const TICKS_PERIOD = 2 ** 29

/** CRITICAL 50, ERROR 40, WARNING 30, INFO 20, DEBUG 10. */
const LEVELS: readonly (readonly [number, string])[] = [
  [50, 'CRITICAL'],
  [40, 'ERROR'],
  [30, 'WARNING'],
  [20, 'INFO'],
  [10, 'DEBUG'],
]

export abstract class MiniMqttWire {
  protected sock: SocketHandle | null = null
  protected readonly recvTimeout: PyNumber
  /** Of the logger; null while nothing is logged. */
  protected logLevel: number | null = null

  constructor(recvTimeout: PyNumber) {
    this.recvTimeout = recvTimeout
  }

  protected ticks(): Program<Ticks> {
    const now = atOnce()?.now()
    return now === undefined ? this.#askTicks() : settled(Math.floor(now) % TICKS_PERIOD)
  }

  *#askTicks(): Program<Ticks> {
    return Math.floor(yield* board.now()) % TICKS_PERIOD
  }

  /** Seconds since a reading; right for half a period, then negative. */
  protected *secondsSince(stamp: Ticks): Program<number> {
    const passed = ((yield* this.ticks()) - stamp + TICKS_PERIOD) % TICKS_PERIOD
    return inSeconds(milliseconds(passed < TICKS_PERIOD / 2 ? passed : passed - TICKS_PERIOD))
  }

  protected send(bytes: Uint8Array): Program<void> {
    const taken = this.sock !== null && bytes.length > 0 && atOnce()?.takes(this.sock, bytes) === true
    return taken ? board.nothing() : this.#send(bytes)
  }

  *#send(bytes: Uint8Array): Program<void> {
    let sent = 0
    while (sent < bytes.length) {
      try {
        sent += yield* board.send(this.socket('send'), bytes.subarray(sent))
      } catch (e) {
        if (!isOSError(e) || e.errno !== 'EAGAIN') throw e // EAGAIN: again, at once
      }
    }
  }

  /** Its length, then the bytes. */
  protected *sendStr(bytes: Uint8Array): Program<void> {
    yield* this.send(uint16(bytes.length))
    yield* this.send(bytes)
  }

  /** Exactly number of bytes; ValueError for a negative number, which a malformed packet can ask for. */
  protected *receive(count: number): Program<Uint8Array> {
    const stamp = yield* this.ticks()
    if (count < 0) throw new board.PythonError('ValueError', 'negative count')
    const bytes = new Uint8Array(count)
    let have = yield* this.receiveInto(bytes, 0)
    while (have < count) {
      have += yield* this.receiveInto(bytes, have)
      if ((yield* this.secondsSince(stamp)) > real(this.recvTimeout))
        throw mmqttException(`Unable to receive ${count - have} bytes within ${numberText(this.recvTimeout)} seconds.`)
    }
    return bytes
  }

  private *receiveInto(bytes: Uint8Array, from: number): Program<number> {
    const part = yield* board.recv(this.socket('recv_into'), bytes.length - from)
    if (part === null) throw board.osError('EAGAIN')
    bytes.set(part, from)
    return part.length
  }

  protected *receiveLength(): Program<number> {
    let length = 0
    for (let scale = 0; scale <= 28; scale += 7) {
      const [b] = yield* this.receive(1)
      length += (b! & 0x7f) * 2 ** scale
      if ((b! & 0x80) === 0) return length
    }
    throw mmqttException('invalid remaining length encoding')
  }

  /** `self._sock`, of which a method is wanted. */
  protected socket(method: string): SocketHandle {
    if (this.sock === null) throw attributeError('NoneType', method)
    return this.sock
  }

  protected log(level: number, text: string | (() => string)): Program<void> {
    if (this.logLevel === null || level < this.logLevel) return board.nothing()
    return this.#log(level, typeof text === 'string' ? text : text())
  }

  *#log(level: number, text: string): Program<void> {
    const name = LEVELS.find(([floor]) => level >= floor)?.[1] ?? 'NOTSET'
    yield* board.print(`${inSeconds(milliseconds(Math.floor(yield* board.now()))).toFixed(3)}: ${name} - ${text}`)
  }
}
