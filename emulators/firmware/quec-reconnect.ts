// QuecPython's documented program for those who reconnect by themselves: `reconn=False`, a thread
// that listens, and a callback for the keep-alive thread's errors. It has no way to notice that the
// broker has closed the connection, except by a ping that nobody answers. And that works once: the
// callback runs in the keep-alive thread, before the library has noted that this one is over, so the
// connect inside of it starts no other, and nobody pings any more (umqtt.py, __loop_forever and connect).

import { type Program, print, sleep, spawn } from '../board.ts'
import { type EmulatedClient, parseOptions } from '../clients/client.ts'
import { printable, showException } from '../clients/python/python.ts'
import { caught } from '../clients/quecpython/errors.ts'
import { Problem } from '../core/problem.ts'
import { type Duration, milliseconds, seconds } from '../core/time.ts'
import { type FirmwareContext, type FirmwareKind, textOf } from './firmware.ts'

/** `wait_msg` returns at once after an end of file; the printed loop would turn a host's processor into heat. */
const TURN = milliseconds(50)
const HOUR = seconds(3600)

const OPTIONS = [
  { name: 'topic', type: 'str', default: undefined, summary: 'what it subscribes to, with QoS 0' },
  { name: 'keepalive', type: 'seconds', default: 60, summary: 'keep alive; 0 or at least 5' },
  { name: 'retry', type: 'seconds', default: 5, summary: 'time from closing to the next attempt' },
] as const

interface Settings {
  readonly topic: string
  readonly keepalive: number
  readonly retry: Duration
}

export const quecReconnect: FirmwareKind = {
  name: 'quec-reconnect',
  summary:
    'QuecPython with reconn=False: listens in a thread, and on an error closes, connects and subscribes again; after the first time nobody pings, so a broker that is gone again is not noticed',
  options: OPTIONS,
  inFleet: { library: 'quecpython' },
  program(context) {
    const parsed = parseOptions('quec-reconnect', OPTIONS, context.options)
    if (!context.client.options.some(({ name }) => name === 'reconn'))
      throw new Problem('firmware/wrong-client', `quec-reconnect cannot run with ${context.client.name}`, {
        hint: 'it needs `use: quecpython`',
      })
    const keepalive = Number(parsed.keepalive)
    if (keepalive !== 0 && keepalive < 5)
      throw new Problem('client/bad-option', 'quec-reconnect: keepalive is neither 0 nor at least 5')
    const settings = { topic: textOf(parsed.topic!), keepalive, retry: seconds(Number(parsed.retry)) }
    return () => new Listener(context, settings).run()
  },
}

class Listener {
  readonly #settings: Settings
  readonly #client: EmulatedClient
  /** One reconnect at a time: the listener and the keep-alive thread may both find the error. */
  #reconnecting = false

  constructor({ client: kind, name, server, port }: FirmwareContext, settings: Settings) {
    this.#settings = settings
    const onError = (text: string): Program<void> => this.#failed(`keep-alive thread: ${text}`)
    this.#client = kind.create(
      { ...kind.identity(name, server, port), keepalive: settings.keepalive, reconn: false },
      {
        *onMessage(topic, message) {
          yield* print(`${printable(topic)}: ${printable(message)}`)
        },
        onError,
      },
    )
  }

  *run(): Program<void> {
    yield* this.#connect()
    yield* print('connected')
    yield* spawn('listen', () => this.#listen())
    for (;;) yield* sleep(HOUR)
  }

  *#listen(): Program<void> {
    for (;;) {
      try {
        yield* this.#client.call('wait_msg', [], {})
      } catch (e) {
        yield* this.#failed(`listener: ${showException(caught(e))}`)
      }
      yield* sleep(TURN)
    }
  }

  *#failed(why: string): Program<void> {
    if (this.#reconnecting) return
    this.#reconnecting = true
    yield* print(why)
    for (;;) {
      try {
        yield* this.#client.call('close', [], {})
        yield* sleep(this.#settings.retry)
        yield* this.#connect()
        break
      } catch (e) {
        yield* print(`not yet: ${showException(caught(e))}`)
      }
    }
    this.#reconnecting = false
    yield* print('connected again')
  }

  *#connect(): Program<void> {
    yield* this.#client.call('connect', [], {})
    yield* this.#client.call('subscribe', [this.#settings.topic], {})
  }
}
