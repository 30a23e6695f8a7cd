// The library's client object: its state, its events, and what it writes. Receiving, the task and the calls of a program
// are in the files beside. Names are the library's, where it has one for the thing.

import { atOnce, settled } from '../../at-once.ts'
import * as board from '../../board.ts'
import { macAddress, nothing, type Program, type Signal, signal, type ThreadHandle } from '../../board.ts'
import { type Instant, milliseconds } from '../../core/time.ts'
import { RecursiveLock } from '../../threads.ts'
import type { Options } from '../client.ts'
import { type Config, newConfig, newConnectInfo, setConfig } from './config.ts'
import { type ServerProperties, serverDefaults } from './connack5.ts'
import { EventGroup } from './event-group.ts'
import { type EspHandler, EventLoop, type EventValue } from './event-loop.ts'
import { type ConnectInfo, OutBuffer } from './message.ts'
import type { Properties } from './message5.ts'
import { Outbox } from './outbox.ts'
import type { UserProperties } from './properties5.ts'
import type { SdkConfig } from './sdkconfig.ts'
import type { Transport } from './transport.ts'

export type State = 'INIT' | 'DISCONNECTED' | 'CONNECTED' | 'WAIT_RECONNECT'

export const STOPPED_BIT = 1
export const RECONNECT_BIT = 2
export const DISCONNECT_BIT = 4

/** What differs between versions. */
export interface EspVersion {
  readonly version: string
  /** 1.1.0: percent-decoding, a clock that restarts when a queued message is sent, requeueing, receive maximum kept. */
  readonly isNew: boolean
  /** 1.0.0: a maximum packet size above the buffer is refused. */
  readonly boundsPacketSize: boolean
}

/** Of MQTT 5: properties that a program has set, and what the broker said. */
export interface Mqtt5 {
  readonly connect: Record<string, Properties[string]>
  readonly will: Record<string, Properties[string]>
  disconnect: Record<string, Properties[string]>
  publish: Properties | null
  subscribe: Properties | null
  unsubscribe: Properties | null
  readonly server: ServerProperties
  /** The broker's topic aliases. */
  readonly aliases: Map<number, Uint8Array>
  /** PUBLISH with QoS 1 and 2 that were sent and not acknowledged. */
  inFlight: number
}

export abstract class EspBase {
  protected readonly build: SdkConfig
  protected readonly version: EspVersion
  protected config: Config = newConfig()
  protected readonly info: ConnectInfo = newConnectInfo()
  protected state: State = 'INIT'
  /** `client->run`. */
  protected running = false
  protected taskHandle: ThreadHandle | null = null
  protected transport: Transport | null = null
  protected out!: OutBuffer
  protected readonly outbox = new Outbox()
  protected readonly apiLock = new RecursiveLock('mqtt api')
  protected readonly statusBits: EventGroup
  protected readonly eventLoop: EventLoop
  protected keepaliveTick = 0
  protected reconnectTick = 0
  protected refreshTick = 0
  protected waitTimeout = 0
  /** The tick with which the last wait for a reconnect ended; null: it has not waited since it lost its connection. */
  protected waitEnded: Instant | null = null
  protected waitForPingResp = false
  protected pendingMsgId = 0
  protected pendingMsgType = 0
  /** Of the last publish; SUBSCRIBE and UNSUBSCRIBE leave it as it is. */
  protected pendingPublishQos = 0
  protected mqtt5: Mqtt5 | null = null
  // What an event's struct still holds from the event before.
  protected reasonCode = 0
  protected disconnectReturnCode = 0
  protected sessionPresent = 0
  protected userProperty: UserProperties | null = null
  /** Of a program that waits for what becomes of its connect; null: of none. */
  protected outcome: Signal | null = null

  constructor(version: EspVersion, build: SdkConfig, handler: EspHandler) {
    this.version = version
    this.build = build
    this.statusBits = new EventGroup(build.tickHz)
    this.eventLoop = new EventLoop(build.eventQueueSize, handler)
  }

  get scheme(): string | null {
    return this.config.scheme
  }

  protected get isV5(): boolean {
    return this.info.protocolVer === '5'
  }

  protected get networkTimeout(): ReturnType<typeof milliseconds> {
    return milliseconds(this.config.networkTimeout)
  }

  /** `esp_mqtt_client_init`; false: NULL. */
  protected *initialise(options: Options): Program<boolean> {
    if ((yield* this.setConfig(options, true)) !== 'ESP_OK') return false
    const now = yield* this.tick()
    this.keepaliveTick = now
    this.reconnectTick = now
    this.refreshTick = now
    if (this.isV5)
      this.mqtt5 = {
        ...{ connect: {}, will: {}, disconnect: {}, publish: null, subscribe: null, unsubscribe: null },
        ...{ server: serverDefaults(), aliases: new Map(), inFlight: 0 },
      }
    return true
  }

  /** `esp_mqtt_set_config`. */
  protected *setConfig(options: Options, first: boolean): Program<string> {
    yield* this.apiLock.take()
    const mac = yield* macAddress()
    const { build } = this
    const result = setConfig(
      this.config,
      this.info,
      options,
      {
        protocol5: build.protocol5,
        protocol311: build.protocol311,
        decodes: this.version.isNew,
        mac,
      },
      first,
    )
    if (first) this.out = new OutBuffer(this.config.outBuffer, build.incrementalIds)
    else this.out.resize(this.config.outBuffer)
    yield* this.apiLock.give()
    return result
  }

  /** `platform_tick_get_ms`: whole milliseconds of the board. */
  protected tick(): Program<number> {
    return board.wholeNow()
  }

  protected hasTimedOut(last: number, timeout: number): Program<boolean> {
    const now = atOnce()?.now()
    return now === undefined ? this.#hasTimedOut(last, timeout) : settled(last + timeout - Math.floor(now) <= 0)
  }

  *#hasTimedOut(last: number, timeout: number): Program<boolean> {
    return last + timeout - (yield* this.tick()) <= 0
  }

  protected *dispatch(name: string, fields: Readonly<Record<string, EventValue>> = {}): Program<void> {
    const user = this.userProperty
    yield* this.eventLoop.post({ name, fields: user === null ? fields : { ...fields, user_property: user } })
    yield* this.eventLoop.run()
    this.userProperty = null
    if (this.outcome !== null && (name === 'CONNECTED' || name === 'DISCONNECTED')) yield* signal(this.outcome)
  }

  protected *dispatchDisconnected(): Program<void> {
    if (!this.isV5) yield* this.dispatch('DISCONNECTED')
    else
      yield* this.dispatch('DISCONNECTED', {
        ...this.reason(),
        disconnect_return_code: this.disconnectReturnCode,
      })
  }

  /** `event->reason_code`, which older versions do not have. */
  protected reason(): Readonly<Record<string, EventValue>> {
    return this.version.isNew ? { reason_code: this.reasonCode } : {}
  }

  /** Codes that a broker gave are forgotten with it. */
  protected *dispatchTransportError(): Program<void> {
    this.reasonCode = 0
    this.disconnectReturnCode = 0
    const { espErr, sockErrno } = this.transport?.takeError() ?? { espErr: 0, sockErrno: 0 }
    yield* this.dispatch('ERROR', {
      error_type: 'TCP_TRANSPORT',
      esp_tls_last_esp_err: espErr,
      esp_transport_sock_errno: sockErrno,
    })
  }

  /** All of a packet, in as many writes as it takes. False: it failed, which is an event, or took too long, which is none. */
  protected write(packet: Uint8Array): Program<boolean> {
    return packet.length > 0 && this.transport?.takes(packet) === true ? settled(true) : this.#write(packet)
  }

  *#write(packet: Uint8Array): Program<boolean> {
    for (let at = 0; at < packet.length; ) {
      const taken = yield* this.transport!.write(at === 0 ? packet : packet.subarray(at), this.networkTimeout)
      if (taken < 0) {
        yield* this.dispatchTransportError()
        return false
      }
      if (taken === 0) return false
      at += taken
    }
    return true
  }

  protected *abortConnection(): Program<void> {
    yield* this.apiLock.take()
    yield* this.transport!.close()
    this.waitTimeout = this.config.reconnect
    this.reconnectTick = yield* this.tick()
    this.waitEnded = null
    this.state = 'WAIT_RECONNECT'
    this.waitForPingResp = false
    yield* this.dispatchDisconnected()
    yield* this.apiLock.give()
  }

  /** Puts the packet that was built last into the outbox, as not sent yet. */
  protected *enqueue(rest: Uint8Array): Program<void> {
    const { data } = this.out
    const whole = new Uint8Array(data.length + rest.length)
    whole.set(data)
    whole.set(rest, data.length)
    this.outbox.enqueue({
      data: whole,
      msgId: this.pendingMsgId,
      msgType: this.pendingMsgType,
      qos: this.pendingPublishQos,
      tick: yield* this.tick(),
      pending: 'QUEUED',
    })
  }

  protected deleteExpired(): Program<void> {
    return this.outbox.isEmpty ? nothing() : this.#deleteExpired()
  }

  *#deleteExpired(): Program<void> {
    const timeout = this.build.outboxExpiry
    if (!this.build.reportsDeleted) {
      this.outbox.deleteExpired(yield* this.tick(), timeout)
      return
    }
    for (;;) {
      const id = this.outbox.deleteSingleExpired(yield* this.tick(), timeout)
      if (id <= 0) return
      yield* this.dispatch('DELETED', { msg_id: id })
    }
  }
}
