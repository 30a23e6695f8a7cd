// `mqtt_task`: connects, and then looks once a second, or when something comes, for what there is to do. One packet is
// read and one queued message sent a turn; a resend looks at the oldest alone.

import type { Program } from '../../board.ts'
import { milliseconds } from '../../core/time.ts'
import { DISCONNECT_BIT, RECONNECT_BIT, STOPPED_BIT, type State } from './base.ts'
import { RECONNECT, SCHEMES } from './config.ts'
import { parseConnack5 } from './connack5.ts'
import { acknowledge, bare, CONNACK, connect, DISCONNECT, PINGREQ, PUBLISH, PUBREL } from './message.ts'
import { acknowledge5, connect5, disconnect5 } from './message5.ts'
import type { OutboxItem } from './outbox.ts'
import { typeOf } from './parse.ts'
import { EspReceive } from './receive.ts'
import { Transport } from './transport.ts'

export abstract class EspTask extends EspReceive {
  protected *mqttTask(): Program<void> {
    const clock = { lastRetransmit: 0 }
    this.running = true
    this.state = 'INIT'
    this.statusBits.clear(STOPPED_BIT)
    while (this.running) {
      if ((yield* this.#turn(clock)) && this.current() === 'CONNECTED')
        yield* this.transport!.pollRead(milliseconds(this.build.pollReadTimeout))
    }
    if (this.transport !== null) yield* this.transport.close()
    this.outbox.deleteAll()
    this.state = 'DISCONNECTED'
    yield* this.statusBits.set(STOPPED_BIT)
  }

  /** False: it was spent waiting for the next attempt. */
  *#turn(clock: { lastRetransmit: number }): Program<boolean> {
    yield* this.apiLock.take()
    yield* this.eventLoop.run()
    yield* this.deleteExpired()
    switch (this.current()) {
      case 'INIT':
        yield* this.#connectTurn()
        break
      case 'CONNECTED':
        yield* this.#connectedTurn(clock)
        break
      case 'WAIT_RECONNECT':
        if (yield* this.#waitTurn()) return false
    }
    this.out.forget()
    yield* this.apiLock.give()
    return true
  }

  /** Read anew: every wait in between may have changed it. */
  protected current(): State {
    return this.state
  }

  *#connectTurn(): Program<void> {
    this.statusBits.clear(RECONNECT_BIT | DISCONNECT_BIT)
    if (!(yield* this.#createTransport())) {
      this.running = false
      return
    }
    const { config } = this
    // The first scheme's port stays, whatever scheme comes after it.
    if (config.port === 0) config.port = SCHEMES[this.transport!.scheme]!.port
    yield* this.dispatch('BEFORE_CONNECT')
    if (!(yield* this.transport!.connect(config.host ?? '', config.port, this.networkTimeout))) {
      yield* this.dispatchTransportError()
      yield* this.abortConnection()
      return
    }
    if (!(yield* this.#mqttConnect())) {
      yield* this.abortConnection()
      return
    }
    this.state = 'CONNECTED'
    yield* this.#dispatchConnected()
    this.refreshTick = yield* this.tick()
    this.keepaliveTick = yield* this.tick()
  }

  /** A transport by the scheme, in place of the one that was. False: no scheme, or none that it knows. */
  *#createTransport(): Program<boolean> {
    if (this.transport !== null) yield* this.transport.close()
    const name = this.config.scheme?.toLowerCase() ?? ''
    const scheme = SCHEMES[name]
    if (scheme === undefined) return false
    const tls = scheme.tls
      ? { serverName: this.config.host ?? '', ...(this.config.verifies ? { verify: 'OSError' as const } : {}) }
      : undefined
    this.transport = new Transport(name, tls)
    return true
  }

  *#mqttConnect(): Program<boolean> {
    this.waitForPingResp = false
    const { info, mqtt5, out } = this
    const built = yield* out.build(() =>
      mqtt5 !== null && this.isV5 ? connect5(out, info, mqtt5.connect, mqtt5.will) : connect(out, info),
    )
    if (!built || !(yield* this.write(out.data))) return false
    this.readLength = 0
    this.messageLength = 0
    const began = yield* this.tick()
    const timeout = this.config.networkTimeout
    let received = yield* this.messageReceive(timeout)
    while (received === 0 && (yield* this.tick()) - began < timeout) received = yield* this.messageReceive(timeout)
    if (received !== 1 || typeOf(this.inBuffer[0]!) !== CONNACK) return false
    const code = this.isV5 ? this.#connack5() : this.#connack()
    if (code === 'accepted') return true
    yield* this.dispatch('ERROR', { error_type: 'CONNECTION_REFUSED', connect_return_code: code })
    return false
  }

  /** The code's place is looked at, whether it was sent this time or not. */
  #connack(): number | 'accepted' {
    this.readLength = 0
    this.sessionPresent = this.inBuffer[2]! & 1
    const code = this.inBuffer[3]!
    return code === 0 ? 'accepted' : code
  }

  /** What cannot be read counts as refused, with the code that it began with. */
  #connack5(): number | 'accepted' {
    const mqtt5 = this.mqtt5!
    const { info } = this
    const length = this.readLength
    this.readLength = 0
    mqtt5.server.receive_maximum = 65535
    const said = parseConnack5(this.inBuffer, length, mqtt5.server, this.version.isNew)
    this.userProperty = said.user
    // What the broker says of the client goes into its later CONNECTs.
    info.clientId = said.clientId ?? info.clientId
    info.keepalive = said.keepalive ?? info.keepalive
    if (said.sessionExpiry !== undefined) mqtt5.connect.session_expiry_interval = said.sessionExpiry
    if (!said.ok || said.reason !== 0) return said.reason
    this.sessionPresent = said.flags & 1
    mqtt5.inFlight = 0
    if (this.version.isNew) this.outbox.requeue(PUBLISH)
    return 'accepted'
  }

  *#dispatchConnected(): Program<void> {
    const session_present = this.sessionPresent
    if (this.mqtt5 === null || !this.isV5) yield* this.dispatch('CONNECTED', { session_present })
    else if (!this.version.isNew) yield* this.dispatch('CONNECTED', { session_present })
    else {
      const { response_info, ...server } = this.mqtt5.server
      yield* this.dispatch('CONNECTED', {
        ...{ session_present, ...server },
        ...(response_info === null ? {} : { response_info }),
      })
    }
  }

  *#connectedTurn(clock: { lastRetransmit: number }): Program<void> {
    if (this.statusBits.get(DISCONNECT_BIT)) {
      this.statusBits.clear(DISCONNECT_BIT)
      yield* this.sendDisconnect()
      yield* this.abortConnection()
      return
    }
    if (!(yield* this.processReceive())) {
      yield* this.abortConnection()
      return
    }
    if (clock.lastRetransmit === 0) clock.lastRetransmit = yield* this.tick()
    const item = this.#nextQueued()
    if (item !== undefined) yield* this.#sendQueued(item)
    else if (yield* this.hasTimedOut(clock.lastRetransmit, this.config.retransmit)) {
      clock.lastRetransmit = yield* this.tick()
      yield* this.#resend(clock.lastRetransmit)
    }
    if (!(yield* this.#processKeepalive())) return
    const { refresh } = this.config
    if (refresh !== 0 && (yield* this.hasTimedOut(this.refreshTick, refresh))) {
      yield* this.abortConnection()
      this.state = 'INIT'
    }
  }

  /** The oldest message that was never sent. While the broker's receive maximum is used up, one of QoS 0 goes before it. */
  #nextQueued(): OutboxItem | undefined {
    const item = this.outbox.dequeue('QUEUED')
    if (item === undefined || item.msgType !== PUBLISH || item.qos === 0 || !this.version.isNew) return item
    if (this.mayFly()) return item
    const first = this.outbox.get(0)
    return first?.pending === 'QUEUED' && first.msgType === PUBLISH && first.qos === 0 ? first : undefined
  }

  /** MQTT 5: fewer are in flight than the broker takes. */
  protected mayFly(): boolean {
    const { mqtt5 } = this
    return mqtt5 === null || mqtt5.inFlight < mqtt5.server.receive_maximum
  }

  *#sendQueued(item: OutboxItem): Program<void> {
    if (!(yield* this.#send(item))) return
    if (this.pendingMsgType === PUBLISH && this.pendingPublishQos === 0) {
      this.outbox.deleteItem(item)
      return
    }
    if (this.version.isNew) this.outbox.setTick(this.pendingMsgId, yield* this.tick())
    this.outbox.setPending(this.pendingMsgId, 'TRANSMITTED')
    if (this.mqtt5 !== null && item.msgType === PUBLISH) this.mqtt5.inFlight++
  }

  /** The oldest packet, and the oldest PUBREL, when they are old enough. */
  *#resend(now: number): Program<void> {
    const sent = this.outbox.dequeue('TRANSMITTED')
    if (sent !== undefined && now - sent.tick > this.config.retransmit) yield* this.#send(sent)
    const received = this.outbox.dequeue('ACKNOWLEDGED')
    if (received !== undefined && now - received.tick > this.config.retransmit) yield* this.#resendPubrel(received)
  }

  /** `mqtt_resend_queued`: what has been sent before is a duplicate. */
  *#send(item: OutboxItem): Program<boolean> {
    this.pendingMsgId = item.msgId
    this.pendingMsgType = item.msgType
    this.pendingPublishQos = item.qos
    if (item.msgType === PUBLISH && item.qos > 0 && item.pending === 'TRANSMITTED') item.data[0]! |= 0x08
    if (yield* this.write(item.data)) return true
    yield* this.abortConnection()
    return false
  }

  *#resendPubrel({ msgId }: OutboxItem): Program<void> {
    const { out } = this
    yield* out.build(() => (this.isV5 ? acknowledge5(out, PUBREL, msgId) : acknowledge(out, PUBREL, msgId)))
    if (!(yield* this.write(out.data))) yield* this.abortConnection()
  }

  /** A ping half the keep alive after the last PINGRESP, whatever else has come or gone. False: given up. */
  *#processKeepalive(): Program<boolean> {
    const { keepalive } = this.info
    if (keepalive <= 0) return true
    if (this.waitForPingResp) {
      if (!(yield* this.hasTimedOut(this.keepaliveTick, keepalive * 1000))) return true
      yield* this.abortConnection()
      return false
    }
    if (!(yield* this.hasTimedOut(this.keepaliveTick, Math.floor((keepalive * 1000) / 2)))) return true
    const { out } = this
    yield* out.build(() => bare(out, PINGREQ))
    if (!(yield* this.write(out.data))) {
      yield* this.abortConnection()
      return false
    }
    this.waitForPingResp = true
    return true
  }

  /** True: the lock has been given back, and the loop begins again. */
  *#waitTurn(): Program<boolean> {
    const { config } = this
    if (!config.autoReconnect && this.statusBits.get(RECONNECT_BIT)) {
      this.statusBits.clear(RECONNECT_BIT)
      this.state = 'INIT'
      this.waitTimeout = RECONNECT
      return false
    }
    const tick = this.waitEnded === null ? yield* this.tick() : Math.floor(this.waitEnded)
    if (config.autoReconnect && tick - this.reconnectTick > this.waitTimeout) {
      this.state = 'INIT'
      this.reconnectTick = yield* this.tick()
      this.waitEnded = null
      return false
    }
    yield* this.apiLock.give()
    // Half of the time, in whole ticks: two of them end exactly with the time, and "more than" is asked for.
    const period = 1000 / this.build.tickHz
    const ticks = Math.floor(Math.floor(this.waitTimeout / 2) / period)
    this.waitEnded = yield* this.statusBits.wait(RECONNECT_BIT, ticks, this.waitEnded)
    return true
  }

  /** False: it could not be built. A write that fails is not told. */
  protected *sendDisconnect(): Program<boolean> {
    const { mqtt5, out } = this
    const built = yield* out.build(() =>
      mqtt5 !== null && this.isV5 ? disconnect5(out, mqtt5.disconnect) : bare(out, DISCONNECT),
    )
    if (!built) return false
    if (mqtt5 !== null) mqtt5.disconnect = {}
    yield* this.write(out.data)
    return true
  }
}
