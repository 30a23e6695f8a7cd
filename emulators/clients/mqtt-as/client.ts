// mqtt_as's MQTTClient: what MQTT_base raises becomes a reconnect. Wi-Fi is left and joined again each time, which takes
// the six to eight seconds that this library needs to come back; there is no back-off.

import { settled } from '../../at-once.ts'
import * as board from '../../board.ts'
import { isOSError, NO_WAIT, type Program, PythonError, type PyValue, Signal, signal, spawn } from '../../board.ts'
import { type Duration, type Instant, milliseconds, seconds } from '../../core/time.ts'
import type { ClientHooks, EmulatedClient, Options } from '../client.ts'
import { attributeError, bind, integer, truthy } from '../python/python.ts'
import { Event, Task, TURN } from './asyncio.ts'
import { MqttBase, qosCheck, ticks } from './base.ts'
import { METHODS } from './kind.ts'

const SECOND = seconds(1)
/** The reader looks so often, and handles one packet each time; ms. */
const READ_GRAIN = 5
/** It has waited for less long than all others, and so has its turn after whoever is due at the same millisecond. */
const LATER = 0.05
const NO_TASKS: readonly Task[] = []

export class MqttAs extends MqttBase implements EmulatedClient {
  readonly #pingInterval: Duration
  readonly #up = new Event()
  readonly #down = new Event()
  /** Something that `_keep_connected` looks at once a second. */
  readonly #changed = new Signal('connectivity')
  #begun = false
  #isconnected = false
  /** While it connects, everything counts as connected. */
  #inConnect = false
  #hasConnected = false
  #tasks: readonly Task[] = NO_TASKS

  constructor(options: Options, hooks: ClientHooks) {
    super(options, hooks)
    const keepalive = 1000 * integer(options.keepalive!)
    const asked = 1000 * Number(options.ping_interval)
    const usual = keepalive > 0 ? Math.floor(keepalive / 4) : 20_000
    this.#pingInterval = milliseconds(asked > 0 && asked < usual ? asked : usual)
    this.wlan.watch(() => this.#wifiChanged())
  }

  /** The constructor's, and in event mode the tasks of the program's that wait for events and messages. */
  *begin(): Program<void> {
    if (this.#begun) return
    this.#begun = true
    yield* this.wlan.active(true)
    if (this.queue === null) return
    yield* spawn('messages', () => this.#messages())
    yield* spawn('up', () => this.#events(this.#up, 'up'))
    yield* spawn('down', () => this.#events(this.#down, 'down'))
  }

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    if (!this.#begun) yield* this.begin()
    const signature = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
    if (signature === undefined) throw attributeError('MQTTClient', method)
    const a = bind(method, signature, args, kwargs)
    switch (method) {
      case 'connect':
        yield* this.connect(truthy(a[0]!))
        return null
      case 'publish':
        yield* this.publish(a[0]!, a[1]!, a[2]!, a[3]!)
        return null
      case 'subscribe':
        yield* this.subscribe(a[0]!, a[1]!)
        return null
      case 'unsubscribe':
        yield* this.unsubscribe(a[0]!)
        return null
      case 'isconnected':
        return yield* this.isconnected()
      case 'broker_up':
        return yield* this.brokerUp()
      case 'disconnect':
        yield* this.disconnect()
        return null
      case 'close':
        yield* this.close()
        return null
      case '_set_last_will':
        this.setLastWill(a[0], a[1], a[2], a[3])
        return null
      default:
        throw new Error(`${method} has a signature and no code`)
    }
  }

  *#wifiConnect(quick: boolean): Program<void> {
    const { ssid, wifi_pw: key } = this.options
    yield* this.wlan.active(true)
    yield* this.wlan.connect(String(ssid), String(key))
    let tries = 0
    for (; tries < 60; tries++) {
      yield* board.sleep(SECOND)
      if (this.wlan.isconnected()) break
    }
    if (tries === 60) {
      yield* this.wlan.disconnect()
      yield* board.sleep(SECOND)
    }
    if (!this.wlan.isconnected()) throw new PythonError('OSError', 'Wi-Fi connect timed out')
    if (quick) return
    for (let checks = 0; checks < 5; checks++) {
      if (!this.wlan.isconnected()) throw new PythonError('OSError', 'Connection Unstable')
      yield* board.sleep(SECOND)
    }
  }

  *connect(quick = false): Program<void> {
    if (!this.#hasConnected) {
      yield* this.#wifiConnect(quick) // raises to the caller
      yield* this.wlan.getaddrinfo(String(this.options.server), this.port)
    }
    this.#inConnect = true
    try {
      const clean = truthy(this.options.clean!)
      if (!this.#hasConnected && truthy(this.options.clean_init!) && !clean) yield* this.#forgetSession()
      yield* this.connectOnce(clean)
    } catch (e) {
      yield* this.#close()
      this.#inConnect = false
      throw e
    }
    this.rcvPids = null
    this.#isconnected = true
    this.#inConnect = false
    if (this.queue === null) yield* this.#handler('wifi_coro', true)
    if (!this.#hasConnected) {
      this.#hasConnected = true
      yield* spawn('_keep_connected', () => this.#keepConnected())
    }
    yield* spawn('_handle_msg', () => this.#handleMsg())
    const task = yield* new Task().start('_keep_alive', () => this.#keepAlive())
    this.#tasks = [...this.#tasks, task]
    if (this.queue !== null) yield* this.#up.set()
    else yield* this.#handler('connect_coro')
  }

  /** A clean session, which ends at once; the socket stays open, and is never closed. */
  *#forgetSession(): Program<void> {
    yield* this.connectOnce(true)
    yield* ignoringOSErrors(this.lock.hold(() => board.write(this.socket(), DISCONNECT)))
    yield* board.sleep(seconds(2))
  }

  /** Looks for messages until the connection fails. */
  *#handleMsg(): Program<void> {
    let look = yield* board.now()
    try {
      while (yield* this.isconnected()) {
        const sock = this.socket()
        if (yield* this.lock.hold(() => this.waitMsg())) look = yield* this.#nextLook(look, 0)
        else {
          yield* this.idle(sock, 'readable', null)
          look = yield* this.#nextLook(look, yield* board.now())
        }
      }
    } catch (e) {
      if (!isOSError(e)) throw e
      yield* board.sleep(TURN)
    }
    yield* this.#reconnect()
  }

  /** Sleeps until its turn at the look, some grains after `last`, that finds what is there at `found`. When that is. */
  *#nextLook(last: Instant, found: number): Program<Instant> {
    const time = yield* board.now()
    // What took time in between has put off all looks to come.
    const from = found === 0 && time - last > READ_GRAIN ? time : last
    const grains = found === 0 ? 1 : Math.max(1, Math.ceil(wholeMicros(found - last - LATER) / READ_GRAIN))
    const look = (from + grains * READ_GRAIN) as Instant
    yield* board.sleep(milliseconds(Math.max(0, look + LATER - time)))
    return look
  }

  *#keepAlive(): Program<void> {
    while (yield* this.isconnected()) {
      const quiet = ticks(yield* board.now()) - ticks(this.lastRx)
      if (Math.floor(quiet / this.#pingInterval) >= 4) {
        yield* board.sleep(TURN)
        break
      }
      yield* board.sleep(this.#pingInterval)
      try {
        yield* this.ping()
      } catch (e) {
        if (!isOSError(e)) throw e
        break
      }
    }
    yield* this.#reconnect()
  }

  *#killTasks(killSkt: boolean): Program<void> {
    const tasks = this.#tasks
    this.#tasks = NO_TASKS
    for (const task of tasks) {
      this.forget(task.handle!)
      yield* task.cancel()
    }
    if (killSkt) yield* this.#close()
  }

  isconnected(): Program<boolean> {
    return this.standsAtOnce() ? settled(true) : this.#lookAtWifi()
  }

  protected standsAtOnce(): boolean {
    return this.#inConnect || (this.#isconnected && this.wlan.isconnected())
  }

  *#lookAtWifi(): Program<boolean> {
    if (this.#isconnected && !this.wlan.isconnected()) yield* this.#reconnect()
    return this.#isconnected
  }

  /** Has a reconnection done, if none is under way. */
  *#reconnect(): Program<void> {
    if (!this.#isconnected) return
    this.#isconnected = false
    yield* spawn('_kill_tasks', () => this.#killTasks(true))
    if (this.queue !== null) yield* this.#down.set()
    else yield* this.#handler('wifi_coro', false)
    yield* signal(this.#changed)
    yield* this.wake()
  }

  /** Keeps Wi-Fi and the broker's connection up, until `disconnect`. */
  *#keepConnected(): Program<void> {
    while (this.#hasConnected) {
      if (yield* this.isconnected()) {
        yield* this.#secondTick()
        continue
      }
      yield* this.wlan.disconnect()
      yield* board.sleep(SECOND)
      try {
        yield* this.#wifiConnect(false)
      } catch (e) {
        if (!isOSError(e)) throw e
        continue
      }
      if (!this.#hasConnected) break
      try {
        yield* this.connect()
      } catch (e) {
        if (!isOSError(e)) throw e
        yield* this.#close()
        this.#inConnect = false
        this.#isconnected = false
      }
    }
  }

  /** Once a second from now on it would look; the look that finds something is waited for. */
  *#secondTick(): Program<void> {
    const looked = yield* board.now()
    yield* board.waitFor(this.#changed, null)
    const gone = wholeMicros((yield* board.now()) - looked) % 1000
    yield* board.sleep(gone === 0 ? NO_WAIT : milliseconds(1000 - gone))
  }

  *#wifiChanged(): Program<void> {
    yield* signal(this.#changed)
    yield* this.wake()
  }

  /** Awaits the broker's connection. */
  #connection(): Program<void> {
    return this.#isconnected ? board.nothing() : this.#awaitConnection()
  }

  *#awaitConnection(): Program<void> {
    while (!this.#isconnected) yield* board.sleep(SECOND)
  }

  *subscribe(topic: PyValue, qos: PyValue): Program<void> {
    qosCheck(qos)
    yield* this.#again(() => this.usub(topic, qos))
  }

  *unsubscribe(topic: PyValue): Program<void> {
    yield* this.#again(() => this.usub(topic, null))
  }

  *publish(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): Program<void> {
    qosCheck(qos)
    yield* this.#again(() => this.publishOnce(topic, msg, retain, integer(qos)))
  }

  /** For ever, on each new connection. */
  *#again(request: () => Program<void>): Program<void> {
    for (;;) {
      yield* this.#connection()
      const { written } = this
      try {
        return yield* request()
      } catch (e) {
        if (!isOSError(e)) throw e
      }
      if (this.written > written) yield* board.sleep(TURN) // each write has given the others their turn
      yield* this.#reconnect()
    }
  }

  /** Still counts as connected: who reads, finds the socket closed and calls it lost. */
  *disconnect(): Program<void> {
    if (this.sock !== null) {
      yield* this.#killTasks(false)
      yield* ignoringOSErrors(this.lock.hold(() => this.#farewell()))
      yield* this.#close()
    }
    this.#hasConnected = false
    yield* signal(this.#changed)
  }

  *#farewell(): Program<void> {
    yield* board.write(this.socket(), DISCONNECT)
    yield* board.sleep(milliseconds(100))
  }

  *#close(): Program<void> {
    if (this.sock === null) return
    yield* board.closeSocket(this.sock)
    yield* this.wake()
  }

  /** Leaves Wi-Fi, too, without a DISCONNECT. */
  *close(): Program<void> {
    yield* this.#close()
    yield* this.wlan.disconnect()
    yield* this.wlan.active(false)
    yield* signal(this.#changed)
  }

  /** A coroutine of the program's, as a task of its own. */
  *#handler(name: string, ...args: PyValue[]): Program<void> {
    const { hooks } = this
    if (hooks.onEvent !== undefined) yield* spawn(name, () => hooks.onEvent!(name, args))
  }

  *#events(event: Event, name: string): Program<void> {
    for (;;) {
      yield* event.wait()
      event.clear()
      yield* this.hooks.onEvent?.(name, []) ?? nothing()
    }
  }

  *#messages(): Program<void> {
    for (;;) {
      const { topic, msg, retained } = yield* this.queue!.next()
      yield* this.hooks.onMessage?.(topic, msg, undefined, { retain: retained }) ?? nothing()
    }
  }
}

const DISCONNECT = Uint8Array.of(0xe0, 0)

function* nothing(): Program<void> {}

/** Times are compared in whole microseconds: sums of floats are not exact. */
const wholeMicros = (ms: number): number => Math.round(ms * 1000) / 1000

function* ignoringOSErrors(body: Program<void>): Program<void> {
  try {
    yield* body
  } catch (e) {
    if (!isOSError(e)) throw e
  }
}
