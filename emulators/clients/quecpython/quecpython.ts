// QuecPython's umqtt, the client of Quectel's cellular modules: a keep-alive thread, a reconnect of
// its own, and re-subscription. What it shows to the outside; the behaviour is in the four files
// beside it. Its log lines are left out, their wording is nobody's contract.

import type { Program, PyValue } from '../../board.ts'
import * as board from '../../board.ts'
import { seconds } from '../../core/time.ts'
import { type ClientHooks, type ClientKind, type EmulatedClient, type Options, parseOptions } from '../client.ts'
import { attributeError, bind, type Signature } from '../python/python.ts'
import { familyVerbs, umqttIdentity } from '../umqtt/family.ts'
import { QUEC_HABITS, QUEC_METHODS, QUEC_OPTIONS, QUEC_QUIRKS } from './kind.ts'
import { QuecReconnecting } from './reconnect.ts'

const DELAY = seconds(2)

export class QuecPython extends QuecReconnecting implements EmulatedClient {
  readonly #hooks: ClientHooks

  constructor(options: Options, hooks: ClientHooks) {
    super(options)
    this.#hooks = { onMessage: hooks.onMessage?.bind(hooks), onError: hooks.onError?.bind(hooks) } as ClientHooks
    this.onMessage = this.#hooks.onMessage
    this.onError = this.#hooks.onError
  }

  *call(method: string, args: readonly PyValue[], kwargs: Options): Program<PyValue> {
    const signature: Signature | undefined = Object.hasOwn(QUEC_METHODS, method) ? QUEC_METHODS[method] : undefined
    if (signature === undefined) throw attributeError('MQTTClient', method)
    const value = yield* this.#invoke(method, bind(method, signature, args, kwargs))
    return (value as PyValue | undefined) ?? null
  }

  #invoke(method: string, a: readonly PyValue[]): Program<unknown> {
    switch (method) {
      case 'set_callback':
        return this.#register('onMessage', a[0]!)
      case 'error_register_cb':
        return this.#register('onError', a[0]!)
      case 'set_last_will':
        return this.setLastWill(a[0]!, a[1]!, a[2]!, a[3]!)
      case 'connect':
        return this.connect(a[0]!)
      case 'disconnect':
        return this.disconnect()
      case 'close':
        return this.close()
      case 'ping':
        return this.ping()
      case 'publish':
        return this.publish(a[0]!, a[1]!, a[2]!, a[3]!)
      case 'subscribe':
        return this.subscribe(a[0]!, a[1]!, a[2]!)
      case 'publish_ack':
        return this.publishAck(a[0]!)
      case 'wait_msg':
        return this.waitMsg()
      case 'check_msg':
        return this.checkMsg()
      case 'get_mqttsta':
        return this.getMqttsta()
      case 'base_reconnect':
        return this.baseReconnect()
      case 'sub_timer_task':
        return this.subTimerTask()
      case 'delay':
        return board.sleep(DELAY)
      default:
        throw new Error(`${method} has a signature and no code`)
    }
  }

  /** A scenario has no functions to give: None takes the callback away, anything else puts the program's own back. */
  *#register(callback: 'onMessage' | 'onError', f: PyValue): Program<void> {
    if (callback === 'onMessage') this.onMessage = f === null ? undefined : this.#hooks.onMessage
    else this.onError = f === null ? undefined : this.#hooks.onError
  }
}

export const quecpython: ClientKind = {
  name: 'quecpython',
  library: 'QuecPython umqtt',
  version: '24e3ada',
  summary: "the client of Quectel's cellular modules: pings, reconnects and subscribes again by itself",
  options: QUEC_OPTIONS,
  methods: QUEC_METHODS,
  habits: QUEC_HABITS,
  quirks: QUEC_QUIRKS,
  verbs: { ...familyVerbs, unsubscribe: () => null },
  pingsUncalled: true,
  identity: umqttIdentity,
  create: (options, hooks) => new QuecPython(parseOptions('quecpython', QUEC_OPTIONS, options), hooks),
}
