// The `loop()` of the libraries' examples, one turn of it; fixtures/traces/README-arduino.md says what each does.

import type { Program, PyValue } from '../../board.ts'
import { int32, millis } from '../../clients/arduino/c.ts'

/** What a sketch does, as it is written down. */
export interface SketchBoard {
  /** Its answer is written down when it has changed, or something has happened. */
  look(method: 'connected' | 'loop'): Program<PyValue>
  call(method: string, ...args: readonly PyValue[]): Program<PyValue>
  /** How long ago `onDisconnect` was, in ms, if nothing has been done about it; null else. */
  disconnectedFor(): number | null
  /** Time that is written down. */
  delay(ms: number): Program<void>
  /** Time that is not. */
  pass(ms: number): Program<void>
}

/** A function for one turn. */
export type Sketch = (board: SketchBoard) => () => Program<void>

const RETRY = 5000

/** PubSubClient's mqtt_basic. */
const blocking: Sketch = (board) =>
  function* turn() {
    while ((yield* board.look('connected')) !== true) {
      if ((yield* board.call('connect', 'arduinoClient')) === true) yield* greet(board)
      else {
        yield* board.call('state')
        yield* board.delay(RETRY)
      }
    }
    yield* board.look('loop')
  }

function* greet(board: SketchBoard): Program<void> {
  yield* board.call('publish', 'outTopic', 'hello world')
  yield* board.call('subscribe', 'inTopic')
}

/** PubSubClient's mqtt_reconnect_nonblocking, whose times are signed. */
const nonblocking: Sketch = (board) => {
  let lastAttempt = 0
  return function* turn() {
    if ((yield* board.look('connected')) === true) {
      yield* board.look('loop')
      return
    }
    const now = int32(yield* millis())
    if (int32(now - lastAttempt) <= RETRY) return
    lastAttempt = now
    if ((yield* board.call('connect', 'arduinoClient')) === true) yield* greet(board)
    if ((yield* board.look('connected')) === true) lastAttempt = 0
  }
}

/** arduino-mqtt's examples for shiftr.io. */
const shiftr: Sketch = (board) => {
  let started = false
  let lastMillis = 0
  function* connect(): Program<void> {
    while ((yield* board.call('connect', 'arduino', 'public', 'public')) !== true) yield* board.delay(1000)
    yield* board.call('subscribe', '/hello')
  }
  return function* turn() {
    if (!started) yield* connect()
    started = true
    yield* board.look('loop')
    yield* board.pass(10)
    if ((yield* board.look('connected')) !== true) yield* connect()
    const now = yield* millis()
    if (now - lastMillis <= 1000) return
    lastMillis = now
    yield* board.call('publish', '/hello', 'world')
  }
}

/** espMqttClient's simple-esp8266, whose Wi-Fi is up. */
const emc: Sketch = (board) => {
  let started = false
  return function* turn() {
    if (!started) yield* board.call('connect')
    started = true
    yield* board.look('loop')
    if ((board.disconnectedFor() ?? 0) > RETRY) yield* board.call('connect')
  }
}

export const SKETCHES: Readonly<Record<string, Sketch>> = { blocking, nonblocking, shiftr, emc }
