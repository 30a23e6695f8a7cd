// umqtt.robust 1.0.3 over umqtt.simple 1.8.0. The simple methods call `wait_msg` by dynamic
// dispatch, so a publish or subscribe that waits reconnects inside that wait and then goes on
// waiting for an acknowledgement that can never come: the packet is not sent again.

import * as board from '../board.ts'
import { isOSError, type Program, type PyValue } from '../board.ts'
import { seconds } from '../ground/time.ts'
import { type ClientKind, parseOptions } from './client.ts'
import { type Signature, truthy } from './python.ts'
import { FAMILY_QUIRKS, familyVerbs, umqttIdentity } from './umqtt.family.ts'
import { SIMPLE_METHODS, SIMPLE_OPTIONS, UmqttSimple } from './umqtt.simple.ts'

const DELAY = seconds(2)

const ROBUST_METHODS: Readonly<Record<string, Signature>> = {
  ...SIMPLE_METHODS,
  check_msg: [{ name: 'attempts', default: 2 }],
  reconnect: [],
  delay: [{ name: 'i' }],
}

export class UmqttRobust extends UmqttSimple {
  protected override readonly signatures: Readonly<Record<string, Signature>> = ROBUST_METHODS

  protected override invoke(method: string, a: readonly PyValue[]): Program<unknown> {
    switch (method) {
      case 'check_msg':
        return this.checkMsg(a[0]!)
      case 'reconnect':
        return this.reconnect()
      case 'delay':
        return this.delay()
      default:
        return super.invoke(method, a)
    }
  }

  /** The same two seconds whatever the attempt's number. */
  *delay(): Program<void> {
    yield* board.sleep(DELAY)
  }

  /** For ever, and always with clean_session=False. Anything but an OSError leaves it. */
  *reconnect(): Program<number> {
    for (;;) {
      try {
        return yield* this.connect(false)
      } catch (e) {
        if (!isOSError(e)) throw e
        yield* this.delay()
      }
    }
  }

  override *publish(topic: PyValue, msg: PyValue, retain: PyValue, qos: PyValue): Program<void> {
    for (;;) {
      try {
        return yield* super.publish(topic, msg, retain, qos) // a new packet id each time, DUP never set
      } catch (e) {
        if (!isOSError(e)) throw e
      }
      yield* this.reconnect()
    }
  }

  override *waitMsg(): Program<number | null> {
    for (;;) {
      try {
        return yield* super.waitMsg()
      } catch (e) {
        if (!isOSError(e)) throw e
      }
      yield* this.reconnect()
    }
  }

  override *checkMsg(attempts: PyValue = 2): Program<number | null> {
    for (let left = attempts; truthy(left); left = Number(left) - 1) {
      yield* board.setBlocking(this.socket(), false) // outside the try: what it raises reaches the program
      try {
        return yield* super.waitMsg()
      } catch (e) {
        if (!isOSError(e)) throw e
      }
      yield* this.reconnect()
    }
    return null
  }
}

export const umqttRobust: ClientKind = {
  name: 'umqtt.robust',
  library: 'micropython-lib umqtt.robust over umqtt.simple 1.8.0',
  version: '1.0.3',
  summary: 'umqtt.simple that reconnects on OSError, every two seconds, for ever',
  options: SIMPLE_OPTIONS,
  methods: ROBUST_METHODS,
  quirks: [
    ...FAMILY_QUIRKS,
    { id: 'R1', text: 'reconnects with clean_session=False and never subscribes again' },
    { id: 'R2', text: 'only OSError is caught: IndexError, MQTTException and AssertionError leave the reconnect' },
    { id: 'R3', text: 'publish(qos=1) or subscribe whose connection breaks while it waits hangs for ever' },
    { id: 'R4', text: 'a QoS 1 publish that breaks while writing is sent again with a new id: a possible duplicate' },
    { id: 'R5', text: 'check_msg blocks for as long as the broker cannot be reached' },
    { id: 'R6', text: 'check_msg after disconnect raises OSError(EBADF), before connect AttributeError' },
    { id: 'R7', text: 'a QoS 0 publish into a dead connection is lost without a reconnect' },
    { id: 'R8', text: 'the first connect is not tried again' },
    {
      id: 'R10',
      text: 'an idle subscriber with keepalive reconnects every 1.5 x keepalive, and its will fires each time',
    },
  ],
  verbs: familyVerbs,
  identity: umqttIdentity,
  create: (options, hooks) => new UmqttRobust(parseOptions('umqtt.robust', SIMPLE_OPTIONS, options), hooks),
}
