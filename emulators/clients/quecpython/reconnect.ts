// QuecPython's threads: whoever waits in `wait_msg`, the keep-alive thread, and the reconnect that
// either of them may run. Locks are given back by whoever finds them locked, not by their holder,
// and a thread may stop the very thread it runs in: both are the library's, and both can be seen.

import * as board from '../../board.ts'
import { type Program, PythonError, type PyValue, type ThreadHandle } from '../../board.ts'
import { milliseconds, seconds } from '../../core/time.ts'
import type { ClientHooks } from '../client.ts'
import { truthy } from '../python/python.ts'
import { caught, connectError, textOf } from './errors.ts'
import { QuecMessages, SPIN } from './messages.ts'

const TICK = seconds(5)
const BEFORE_RECONNECT = seconds(1)
const BEFORE_RECONNECT_OF_PINGER = seconds(2)
/** With this, the thread that waits for a dead connection fails and reconnects. */
const LAST_READ = seconds(3)
/** Subscribing again `manage=True` leaves to a timer. */
const SUBSCRIBE_LATER = seconds(3)
const BEFORE_CLOSE = milliseconds(500)
const BACK_OFF_SECONDS = 5

export abstract class QuecReconnecting extends QuecMessages {
  protected onError: ClientHooks['onError']
  /** The keep-alive thread, as far as the library knows. */
  #keepAlive: ThreadHandle | null = null
  #subscribeTimer: ThreadHandle | null = null

  get #reconnects(): boolean {
    return truthy(this.options.reconn!)
  }

  /** 0, also for a session that was present; any failure is a ValueError. */
  *connect(cleanSession: PyValue): Program<number> {
    try {
      yield* this.connectBase(cleanSession)
    } catch (e) {
      throw connectError(caught(e))
    }
    if (this.#keepAlive === null && this.keepalive > 0 && !this.pinged) {
      this.#keepAlive = yield* board.spawn('loop_forever', () => this.#loopForever())
      this.pinged = true
    }
    return 0
  }

  /** True once acknowledged, or sent with QoS 0; every exception is False. */
  *publish(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): Program<PyValue> {
    for (;;) {
      try {
        if (this.lock('send').locked) {
          yield* board.sleep(SPIN)
          continue
        }
        this.lock('send').acquire()
        const done = yield* this.publishBase(topic, msg, retain, qos)
        this.lock('send').release()
        return done
      } catch (e) {
        caught(e)
        if (this.lock('send').locked) this.lock('send').release()
        return false
      }
    }
  }

  override *waitMsg(): Program<PyValue> {
    for (;;) {
      try {
        if (!this.usable) {
          yield* board.now() // so that a program that calls this for ever lets the world go on
          return null
        }
        this.waiting = true
        if (this.lock('read').locked) {
          yield* board.sleep(SPIN)
          continue
        }
        this.lock('read').acquire()
        const got = yield* this.waitMsgBase()
        this.lock('read').release()
        this.waiting = false
        return got
      } catch (e) {
        const error = caught(e)
        if (this.locks?.read.locked) this.locks.read.release()
        if (!this.usable) return null
        if (!this.#reconnects) throw error // and `waiting` stays true
      }
      this.waiting = false
      yield* board.sleep(BEFORE_RECONNECT)
      yield* this.baseReconnect()
    }
  }

  /** Until it has worked, or `disconnect` was called. Returns at once while another thread is at it. */
  *baseReconnect(): Program<void> {
    if (this.lock('reconnect').locked) return
    this.lock('reconnect').acquire()
    if (this.#keepAlive !== null && !this.pingUnanswered) {
      this.#releaseSend()
      // When it is the keep-alive thread that runs this, it ends here, with the lock held for ever.
      if (!this.waiting) yield* board.stopThread(this.#keepAlive)
      this.#keepAlive = null
    }
    if (this.#reconnects && this.onError !== undefined) yield* this.onError('reconnect_start')
    for (let tries = 1; ; tries++) {
      try {
        if (!this.usable) return
        yield* this.close()
        this.pinged = false
        this.accepted = false
        yield* this.connect(this.cleanSession)
        yield* this.#subscribeAgain()
        if (this.lock('reconnect').locked) this.lock('reconnect').release()
        if (this.#reconnects && this.onError !== undefined) yield* this.#tell(this.onError('reconnect_success'))
        return
      } catch (e) {
        caught(e)
        if (!this.usable) return
        yield* board.sleep(seconds(BACK_OFF_SECONDS + tries))
      }
    }
  }

  *#subscribeAgain(): Program<void> {
    if (truthy(this.options.manage!)) {
      if (this.#subscribeTimer !== null) yield* board.stopThread(this.#subscribeTimer)
      this.#subscribeTimer = yield* board.spawnLater(SUBSCRIBE_LATER, 'sub_timer_task', () => this.subTimerTask())
      return
    }
    for (const topic of this.topics) yield* this.subscribe(topic, this.qos)
  }

  *subTimerTask(): Program<void> {
    for (const topic of this.topics) yield* this.subscribe(topic, this.qos, this.acceptedSock)
  }

  *#tell(telling: Program<void>): Program<void> {
    try {
      yield* telling
    } catch (e) {
      caught(e)
    }
  }

  /** Errors are swallowed; the object cannot wait for messages any more, not even after a new `connect`. */
  *disconnect(): Program<void> {
    if (this.#subscribeTimer !== null) yield* board.stopThread(this.#subscribeTimer)
    this.#subscribeTimer = null
    this.usable = false
    this.pinged = false
    this.accepted = false
    this.pingUnanswered = false
    this.pingsLeft = Number(this.options.pingmaxnum)
    yield* this.#tell(this.write(Uint8Array.of(0xe0, 0)))
    this.locks = null
    yield* board.sleep(BEFORE_CLOSE)
    yield* this.#tell(this.close())
  }

  #releaseSend(): void {
    if (this.locks?.send.locked) this.locks.send.release()
  }

  *#loopForever(): Program<void> {
    for (;;) {
      try {
        if (!(yield* this.#tick())) return
      } catch (e) {
        const error = caught(e)
        this.#releaseSend()
        if (!this.usable) this.#keepAlive = null
        else if (this.#reconnects) {
          yield* board.sleep(BEFORE_RECONNECT_OF_PINGER)
          yield* this.baseReconnect()
        } else {
          if (this.onError !== undefined) yield* this.onError(textOf(error))
          this.pinged = false
          this.#keepAlive = null
        }
        return
      }
    }
  }

  /** One turn of the keep-alive thread; whether there is another. */
  *#tick(): Program<boolean> {
    if (!this.usable) {
      this.#releaseSend()
      this.#keepAlive = null
      return false
    }
    const idle = (yield* this.wholeSeconds()) - this.lastTime
    if (idle <= this.keepalive - 3 || this.lock('reconnect').locked) {
      yield* board.sleep(TICK)
      return true
    }
    if (this.pingUnanswered && !(yield* this.#pingAgain())) return false
    while (this.locks?.send.locked) yield* board.sleep(SPIN)
    this.lock('send').acquire()
    yield* this.ping()
    this.lock('send').release()
    yield* board.sleep(TICK)
    return true
  }

  /** The last ping was not answered in time: whether to send another. */
  *#pingAgain(): Program<boolean> {
    if (!this.#reconnects) {
      this.#releaseSend()
      this.#keepAlive = null
      throw new PythonError('Exception', 'Send ping timeout.')
    }
    if (this.pingsLeft > 0) {
      this.pingsLeft--
      return true
    }
    yield* board.setTimeoutOf(this.socket('settimeout'), LAST_READ)
    this.pinged = false
    this.#releaseSend()
    this.#keepAlive = null
    return false
  }
}
