// umqtt.robust of micropython-lib, in any of its versions, each over the umqtt.simple of its day.
// The simple methods call `wait_msg` by dynamic dispatch, so a publish or subscribe that waits
// reconnects inside that wait and then goes on waiting for an acknowledgement that can never come:
// the packet is not sent again.

import * as board from '../../board.ts'
import { isOSError, type Program, type PyValue } from '../../board.ts'
import { seconds } from '../../core/time.ts'
import { type ClientHooks, type ClientKind, type Options, parseOptions } from '../client.ts'
import { type Signature, truthy } from '../python/python.ts'
import { FAMILY_QUIRKS, familyVerbs, umqttIdentity } from './family.ts'
import { ROBUST_HABITS } from './habits.ts'
import { simpleMethods, simpleOptions, UmqttSimple } from './simple.ts'
import { ROBUST_TRAITS, ROBUST_VERSIONS, type RobustTraits, type RobustVersion, SIMPLE_TRAITS } from './versions.ts'

const DELAY = seconds(2)

const methods = new Map<RobustTraits, Readonly<Record<string, Signature>>>()

function robustMethods(traits: RobustTraits): Readonly<Record<string, Signature>> {
  const made = methods.get(traits) ?? {
    ...simpleMethods(SIMPLE_TRAITS[traits.over]),
    ...(traits.checksByAttempts ? { check_msg: [{ name: 'attempts', default: 2 }] } : {}),
    reconnect: [],
    delay: [{ name: 'i' }],
  }
  methods.set(traits, made)
  return made
}

export class UmqttRobust extends UmqttSimple {
  protected override readonly signatures: Readonly<Record<string, Signature>>
  readonly #robust: RobustTraits
  readonly #onReconnect: ClientHooks['onReconnect']
  readonly #override: ClientHooks['connect']

  constructor(options: Options, hooks: ClientHooks, traits: RobustTraits) {
    super(options, hooks, SIMPLE_TRAITS[traits.over])
    this.#robust = traits
    this.#onReconnect = hooks.onReconnect?.bind(hooks)
    this.#override = hooks.connect?.bind(hooks)
    this.signatures = robustMethods(traits)
  }

  protected override invoke(method: string, a: readonly PyValue[]): Program<unknown> {
    switch (method) {
      case 'connect':
        return this.#connectAsProgram(a[0]!, a[1])
      case 'check_msg':
        return this.checkMsg(a[0])
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

  /** `self.connect`: the program's own where it has one. */
  #connectAsProgram(cleanSession: PyValue, timeout?: PyValue): Program<PyValue> {
    const library = (clean: PyValue): Program<PyValue> => this.connect(clean, timeout)
    return this.#override === undefined ? library(cleanSession) : this.#override(library, cleanSession)
  }

  /** For ever, and always with clean_session=False. Anything but an OSError leaves it. */
  *reconnect(): Program<PyValue> {
    const instead = this.#onReconnect === undefined ? null : yield* this.#onReconnect()
    if (instead !== null) return instead
    for (;;) {
      try {
        return yield* this.#robust.reconnectsByOverride ? this.#connectAsProgram(false) : this.connect(false)
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
    if (!this.#robust.checksByAttempts) return yield* super.checkMsg() // and from there this class's wait_msg
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

function robustAt(version: RobustVersion): ClientKind {
  const traits = ROBUST_TRAITS[version]
  const options = simpleOptions(SIMPLE_TRAITS[traits.over])
  return {
    name: 'umqtt.robust',
    library: `micropython-lib umqtt.robust over umqtt.simple ${traits.over}`,
    version,
    versions: ROBUST_VERSIONS,
    at: (other) => robustAt(other as RobustVersion),
    summary: 'umqtt.simple that reconnects on OSError, every two seconds, for ever',
    options,
    methods: robustMethods(traits),
    habits: ROBUST_HABITS,
    quirks: [
      ...FAMILY_QUIRKS,
      { id: 'R1', text: 'reconnects with clean_session=False and never subscribes again' },
      { id: 'R2', text: 'only OSError is caught: IndexError, MQTTException and AssertionError leave the reconnect' },
      { id: 'R3', text: 'publish(qos=1) or subscribe whose connection breaks while it waits hangs for ever' },
      { id: 'R4', text: 'a QoS 1 publish that breaks while writing is sent again with a new id: a possible duplicate' },
      { id: 'R5', text: 'check_msg blocks for as long as the broker cannot be reached' },
      { id: 'R6', text: 'check_msg after disconnect raises OSError(EBADF), before connect AttributeError' },
      { id: 'R7', text: 'a QoS 0 publish into a dead connection is lost without a reconnect' },
      { id: 'R8', text: 'before 1.0.3 a reconnect passes over the connect of a subclass, with all that it does' },
      { id: 'R9', text: 'before 1.0.2 a check_msg that reconnected blocks until a message comes' },
      {
        id: 'R10',
        text: 'an idle subscriber with keepalive reconnects every 1.5 x keepalive, and its will fires each time',
      },
      { id: 'R11', text: 'the first connect is not tried again' },
    ],
    verbs: SIMPLE_TRAITS[traits.over].unsubscribe ? familyVerbs : { ...familyVerbs, unsubscribe: () => null },
    identity: umqttIdentity,
    create: (given, hooks) => new UmqttRobust(parseOptions('umqtt.robust', options, given), hooks, traits),
  }
}

export const umqttRobust: ClientKind = robustAt('1.0.3')
