// The two sketches that come with PubSubClient and that most others began as: mqtt_basic, which blocks until it is connected,
// and mqtt_reconnect_nonblocking, whose times are signed. Sources: knolleary/pubsubclient 2.8, examples.

import { type Program, type PyValue, print, sleep } from '../board.ts'
import { int32, millis } from '../clients/arduino/c.ts'
import { type EmulatedClient, parseOptions } from '../clients/client.ts'
import { printable } from '../clients/python/python.ts'
import { milliseconds, seconds } from '../core/time.ts'
import { callsOf, type FirmwareContext, type FirmwareKind, needsLibrary, setWill, textOf } from './firmware.ts'

/** `setup` lets the hardware sort itself out. */
const SETUP = milliseconds(1500)
/** The loops have no pause; an emulated board would turn its host's processor into heat. */
const TURN = milliseconds(10)
const RETRY = seconds(5)

const OPTIONS = [
  {
    name: 'id',
    means: 'client id',
    type: 'str',
    default: null,
    summary: "client id; none: the device's name. The sketch says arduinoClient",
  },
  { name: 'publishes', type: 'str', default: 'outTopic', summary: 'where it publishes once it is connected' },
  { name: 'message', type: 'str', default: 'hello world', summary: 'what it publishes' },
  { name: 'subscribes', type: 'str', default: 'inTopic', summary: 'what it subscribes to, with QoS 0' },
  { name: 'keepAlive', type: 'seconds', default: 15, summary: 'setKeepAlive' },
  { name: 'socketTimeout', type: 'seconds', default: 15, summary: 'setSocketTimeout' },
] as const

type Turn = (sketch: Sketch) => () => Program<void>

interface Sketch {
  readonly client: EmulatedClient
  call(method: string, ...args: readonly PyValue[]): Program<PyValue>
  /** What both do after a connect; whether it is connected. */
  connect(): Program<boolean>
}

function example(name: string, summary: string, turn: Turn): FirmwareKind {
  return {
    name,
    summary,
    options: OPTIONS,
    inFleet: { library: 'pubsubclient' },
    program(context) {
      const options = parseOptions(name, OPTIONS, context.options)
      needsLibrary(name, context, 'pubsubclient')
      return () => run(context, options, turn)
    },
  }
}

function* run(context: FirmwareContext, options: Record<string, PyValue>, turn: Turn): Program<void> {
  const { client: kind, name, server, port } = context
  const { id, publishes, message, subscribes, keepAlive, socketTimeout } = options
  const client = kind.create(
    {
      ...kind.identity(id === null ? name : textOf(id!), server, port),
      keepAlive: keepAlive!,
      socketTimeout: socketTimeout!,
    },
    {
      *onMessage(topic, payload) {
        yield* print(`Message arrived [${printable(topic)}] ${printable(payload)}`)
      },
    },
  )
  yield* setWill(client, context)
  yield* sleep(SETUP)
  const call = callsOf(client)
  const loop = turn({
    client,
    call,
    *connect() {
      if ((yield* call('connect')) !== true) return false
      yield* call('publish', publishes!, message!)
      yield* call('subscribe', subscribes!)
      return true
    },
  })
  for (;;) {
    yield* loop()
    yield* sleep(TURN)
  }
}

const blocking: Turn = ({ call, connect }) =>
  function* turn() {
    while ((yield* call('connected')) !== true) {
      yield* print('Attempting MQTT connection...')
      if (yield* connect()) yield* print('connected')
      else {
        yield* print(`failed, rc=${String(yield* call('state'))} try again in 5 seconds`)
        yield* sleep(RETRY)
      }
    }
    yield* call('loop')
  }

const nonblocking: Turn = ({ call, connect }) => {
  let lastReconnectAttempt = 0
  return function* turn() {
    if ((yield* call('connected')) === true) {
      yield* call('loop')
      return
    }
    const now = int32(yield* millis())
    if (int32(now - lastReconnectAttempt) <= RETRY) return
    lastReconnectAttempt = now
    yield* connect()
    if ((yield* call('connected')) === true) lastReconnectAttempt = 0
  }
}

export const pubsubclientReconnect: FirmwareKind = example(
  'pubsubclient-reconnect',
  "PubSubClient's mqtt_basic: blocks until it is connected, an attempt every five seconds, without a pause when it was thrown out",
  blocking,
)

export const pubsubclientNonblocking: FirmwareKind = example(
  'pubsubclient-nonblocking',
  "PubSubClient's mqtt_reconnect_nonblocking: at most one attempt every five seconds, none in the first five, and each may block",
  nonblocking,
)
