// How MiniMQTT connects: so many attempts, at once after a socket's error, with growing pauses
// after an answer that refuses. What escapes an attempt otherwise (an unknown return code is a
// KeyError) leaves the socket managed, so that the next attempt finds "an existing socket".

import * as board from '../../board.ts'
import { type Program, PythonError, type PyValue, pyAssert } from '../../board.ts'
import { seconds } from '../../core/time.ts'
import type { ClientHooks, Options } from '../client.ts'
import { numberText, real } from '../python/number.ts'
import { integer, truthy } from '../python/python.ts'
import { isSocketError, MiniMqttSession } from './session.ts'
import { byte, encodeStr, mmqttException, remainingLength, TOPIC_LIMIT } from './values.ts'

const CONNACK = 0x20
const REFUSALS: readonly string[] = [
  'Incorrect Protocol Version',
  'ID Rejected',
  'Server unavailable',
  'Incorrect username/password',
  'Unauthorized',
]
/** Trying again would not help. */
const FINAL_REFUSALS: readonly PyValue[] = [4, 5]
const LONGEST_PAUSE = 32

export interface ConnectHow {
  readonly cleanSession: PyValue
  readonly host: PyValue
  readonly port: PyValue
  readonly keepAlive: PyValue
  readonly sessionId: PyValue
}

export interface LastWill {
  readonly topic: Uint8Array
  readonly msg: Uint8Array
  readonly qos: number
  readonly retain: number
}

export abstract class MiniMqttConnect extends MiniMqttSession {
  /** Null until `begin` has asked the board for a random one. */
  protected clientId: PyValue
  protected will: LastWill | null = null
  protected sessionId: PyValue = null
  private readonly attempts: number
  private readonly ssl: boolean
  private readonly sslContext: PyValue
  /** Both survive a connect that has failed for good: the next one begins with this pause. */
  private refusals = 0
  private pause = 0

  constructor(options: Options, hooks: ClientHooks) {
    super(options, hooks)
    this.clientId = truthy(options.client_id!) ? options.client_id! : null
    this.attempts = integer(options.connect_retries!)
    this.ssl = truthy(options.is_ssl!)
    this.sslContext = options.ssl_context!
  }

  /** The constructor's random client id: two devices out of some thousands may well share one. */
  *begin(): Program<void> {
    if (this.clientId !== null) return
    const range = Math.trunc((yield* this.ticks()) / 10) % 1000
    const first = yield* board.randomInt(0, range)
    this.clientId = `cpy${first}${yield* board.randomInt(0, 99)}`
  }

  *connect(how: ConnectHow): Program<number> {
    let backOff = false
    for (let i = 0; i < this.attempts; i++) {
      if (i > 0) {
        if (backOff) yield* this.growPause()
        else this.resetPause()
      }
      yield* this.log(10, `connecting, after ${this.refusals} refusals`)
      try {
        const result = yield* this.attempt(how)
        this.resetPause()
        return result
      } catch (e) {
        backOff = yield* this.failed(e)
      }
    }
    throw mmqttException(this.attempts > 1 ? 'Repeated connect failures' : 'Connect failure')
  }

  /** Whether to wait before the next attempt; throws what is not tried again. */
  private *failed(e: unknown): Program<boolean> {
    if (isSocketError(e)) {
      if (e.type === 'RuntimeError' && e.args.length === 1 && e.args[0] === 'pystack exhausted') throw e
      yield* this.closeSocket()
      yield* this.log(30, `connecting failed: ${e.message}`)
      return false
    }
    if (!(e instanceof PythonError) || !['MMQTTException', 'MMQTTStateError'].includes(e.type)) throw e
    yield* this.closeSocket()
    yield* this.log(20, `connecting failed: ${e.message}`)
    if (FINAL_REFUSALS.includes(e.args[1] ?? null)) throw e
    return true
  }

  /** 2, 4, 8 … seconds and up to one more, also on top of the longest. */
  private *growPause(): Program<void> {
    this.refusals += 1
    this.pause = Math.min(2 ** this.refusals, LONGEST_PAUSE) + (yield* board.randomInt(0, 1000)) / 1000
  }

  private resetPause(): void {
    this.refusals = 0
    this.pause = 0
  }

  private *attempt({ cleanSession, host, port, keepAlive, sessionId }: ConnectHow): Program<number> {
    if (truthy(host)) this.broker = host
    if (truthy(port)) this.port = port
    if (truthy(keepAlive)) this.keepAlive = keepAlive
    if (this.refusals > 0) {
      yield* this.log(10, `${this.pause.toFixed(2)} s before the next attempt`)
      yield* board.sleep(seconds(this.pause))
    }
    this.sock = yield* this.connections.open({
      host: hostName(this.broker),
      port: integer(this.port),
      sessionId: sessionIdText(sessionId),
      timeout: seconds(real(this.socketTimeout)),
      ssl: this.ssl,
      sslContext: this.sslContext,
    })
    this.sessionId = sessionId
    yield* this.sendConnect(cleanSession)
    return yield* this.receiveConnack()
  }

  private *sendConnect(cleanSession: PyValue): Program<void> {
    const head = Uint8Array.of(0, 4, 0x4d, 0x51, 0x54, 0x54, 4, byte(integer(cleanSession) << 1), 0, 0)
    const strings = [encodeStr(this.clientId)]
    if (this.username !== null) {
      strings.push(encodeStr(this.username), encodeStr(this.password)) // None has no encode: AttributeError
      head[7]! |= 0xc0
    }
    if (truthy(this.keepAlive)) {
      pyAssert(real(this.keepAlive) < TOPIC_LIMIT)
      const keepAlive = integer(this.keepAlive)
      head[8] = byte(keepAlive >> 8)
      head[9] = keepAlive
    }
    if (this.will !== null) {
      const { topic, msg, qos, retain } = this.will
      strings.splice(1, 0, topic, msg)
      head[7] = byte(head[7]! | 0x04 | (qos << 3))
      head[7] = byte(head[7]! | (retain << 5))
    }
    const length = strings.reduce((sum, { length }) => sum + 2 + length, head.length)
    const fixed = Uint8Array.of(0x10, ...remainingLength(length))
    yield* this.log(10, 'CONNECT')
    yield* this.send(fixed)
    yield* this.send(head)
    for (const string of strings) yield* this.sendStr(string)
    this.lastSent = yield* this.ticks()
  }

  private *receiveConnack(): Program<number> {
    const stamp = yield* this.ticks()
    for (;;) {
      const type = yield* this.receivePacket()
      if (type === CONNACK) {
        const [length, , code] = (yield* this.receive(3)) as unknown as [number, number, number]
        pyAssert(length === 2)
        if (code !== 0) throw refusal(code)
        this.connectedOnce = true
        // The lowest bit of the wrong byte: session-present is never told.
        const result = length & 1
        yield* this.fire('on_connect', result, code)
        return result
      }
      if (type === null) yield* this.giveUpAfter(stamp)
    }
  }

  /** Nothing came again; raises once that has gone on for longer than recv_timeout. */
  protected *giveUpAfter(stamp: number): Program<void> {
    if ((yield* this.secondsSince(stamp)) > real(this.recvTimeout))
      throw mmqttException(`No data received from broker for ${numberText(this.recvTimeout)} seconds.`)
  }
}

function refusal(code: number): PythonError {
  const reason = REFUSALS[code - 1]
  return reason === undefined
    ? new PythonError('KeyError', code)
    : mmqttException(`Connection Refused - ${reason}`, code)
}

const hostName = (broker: PyValue): string =>
  broker instanceof Uint8Array ? new TextDecoder().decode(broker) : (broker as string)

/** `str(session_id)`, unless it is false in a condition. */
const sessionIdText = (id: PyValue): PyValue =>
  !truthy(id) || typeof id === 'string' ? id : typeof id === 'number' ? numberText(id) : String(id)
