// How a connection ends, and what is left of it: its session for a time, and its will.

import { after, milliseconds } from '../core/time.ts'
import type { Bare, Will } from '../mqtt/packet.ts'
import { onlyValue } from '../mqtt/properties.ts'
import type { SmallBroker } from './broker.ts'
import * as codes from './codes.ts'
import { carriedOn } from './message.ts'
import type { Cause, Peer } from './peer.ts'
import { route } from './publishing.ts'
import { secondsOf } from './seconds.ts'
import type { Session } from './session.ts'

export function disconnects(broker: SmallBroker, packet: Bare, peer: Peer, session: Session): void {
  const expiry = onlyValue(packet.properties?.sessionExpiryInterval)
  if (expiry !== undefined) {
    // What was 0 in CONNECT stays so [MQTT 5.0, 3.14.2.2.2].
    if (expiry > 0 && session.expiry === 0) return peer.end('violation', codes.PROTOCOL_ERROR)
    session.expiry = broker.rules.sessionExpiry(secondsOf(expiry), peer)
  }
  peer.end('disconnect', packet.reasonCode ?? codes.SUCCESS)
}

export function ended(broker: SmallBroker, peer: Peer, cause: Cause, reason: number): void {
  const { session } = peer
  const { rules } = broker
  const tells = peer.level === 5 && session !== null && reason >= 0x80 && TOLD.includes(cause)
  broker.onLog(`${peer.connect?.clientId ?? 'a client without CONNECT'}: ${cause}, reason ${reason}`)
  rules.hangUp(peer, cause, tells ? reason : null)
  if (session === null || session.peer !== peer) return
  session.peer = null
  for (const will of rules.wills(peer, cause, reason)) leave(broker, will, session, rules.willDelay(will, session))
  const left = rules.forgets(session)
  if (left <= 0) forget(broker, session)
  else if (Number.isFinite(left))
    session.ending = broker.clock.at(after(broker.clock.now(), milliseconds(left)), () => forget(broker, session))
}

/** A will waits for its delay, or for the end of its session [MQTT-3.1.2-8]. */
function leave(broker: SmallBroker, will: Will, session: Session, delay: number): void {
  const { topic, payload, qos, retain, properties = {} } = will
  const publish = (): void => {
    session.will = null
    const message = {
      topic,
      payload,
      qos,
      retain,
      ...carriedOn(properties),
      born: broker.clock.now(),
      from: session.clientId,
    }
    if (retain && !broker.settings.retainAvailable) return
    route(broker, message)
  }
  const wait = delay + broker.rules.late.will
  if (wait <= 0) return publish()
  session.will = { publish, timer: broker.clock.at(after(broker.clock.now(), milliseconds(wait)), publish) }
}

export function callOff(session: Session): void {
  session.will?.timer.cancel()
  session.will = null
}

/** Its session ends: a will that waits is published. */
export function forget(broker: SmallBroker, session: Session): void {
  if (broker.sessions.get(session.clientId) === session) broker.sessions.delete(session.clientId)
  session.ending?.cancel()
  const { will } = session
  if (will === null) return
  will.timer.cancel()
  will.publish()
}

/** Ends that a client of MQTT 5 is told. */
const TOLD: readonly Cause[] = ['violation', 'taken over', 'keep alive', 'shut down']
