// CONNECT, enhanced authentication, and how a session begins or goes on.

import type { Auth, Connect } from '../mqtt/packet.ts'
import { NO_PROPERTIES, onlyValue } from '../mqtt/properties.ts'
import type { SmallBroker } from './broker.ts'
import * as codes from './codes.ts'
import { callOff, forget } from './leaving.ts'
import type { Peer } from './peer.ts'
import { faultOf } from './protocol.ts'
import { secondsOf } from './seconds.ts'
import { Session } from './session.ts'

export function connects(broker: SmallBroker, connect: Connect, peer: Peer): void {
  const { rules } = broker
  peer.connect = connect
  const fault = connect.protocolLevel === 5 ? faultOf(connect) : null
  if (fault !== null) return refuse(broker, connect, peer, fault)
  const code = rules.admits(connect, peer)
  if (code === null) return peer.end('violation', codes.SUCCESS)
  if (code !== codes.SUCCESS) return refuse(broker, connect, peer, code)
  const asked = connect.properties ?? {}
  peer.receiveMaximum = onlyValue(asked.receiveMaximum) ?? 65_535
  peer.maximumPacketSize = onlyValue(asked.maximumPacketSize) ?? Number.POSITIVE_INFINITY
  peer.topicAliasMaximum = onlyValue(asked.topicAliasMaximum) ?? 0
  peer.wantsProblems = onlyValue(asked.requestProblemInformation) !== 0
  const method = onlyValue(asked.authenticationMethod)
  if (method === undefined) return admit(broker, connect, peer)
  peer.authentication = { method, stage: 'connecting' }
  peer.touch()
  challenge(broker, peer)
}

function refuse(broker: SmallBroker, connect: Connect, peer: Peer, reason: number): void {
  const sessionPresent = broker.rules.present(connect, broker.sessions.has(connect.clientId), reason)
  const returnCode = connect.protocolLevel === 5 ? reason : codes.returnCodeOf(reason)
  peer.send({ type: 'connack', returnCode, sessionPresent, properties: broker.rules.announces(connect, peer, null) })
  peer.end('refused')
}

function admit(broker: SmallBroker, connect: Connect, peer: Peer): void {
  const { rules } = broker
  const clientId = connect.clientId === '' ? rules.assigned(peer) : connect.clientId
  const before = broker.sessions.get(clientId)
  const goesOn = before !== undefined && rules.resumed(connect, before)
  if (before?.will != null && rules.callsWillOff(before, goesOn)) callOff(before)
  if (before?.peer != null) {
    // Not published when its delay lets the session go on before it is over [MQTT-3.1.3-9].
    before.peer.end('taken over', codes.SESSION_TAKEN_OVER)
    if (before.will !== null && rules.callsWillOff(before, goesOn)) callOff(before)
  }
  const stored = broker.sessions.get(clientId)
  const resumed = stored !== undefined && goesOn
  if (stored !== undefined && !resumed) forget(broker, stored)
  const expiry = rules.sessionExpiry(expiryOf(connect), peer)
  const session = resumed ? stored : new Session(clientId, expiry, rules)
  session.expiry = expiry
  session.ending?.cancel()
  session.ending = null
  broker.sessions.set(clientId, session)
  session.peer = peer
  peer.keepalive = rules.keepalive(connect)
  Object.assign(peer, { session, will: connect.will ?? null })
  broker.onLog(`${clientId} connected, level ${peer.level}`)
  if (peer.authentication !== null) peer.authentication.stage = 'done'
  peer.touch()
  const sessionPresent = rules.present(connect, stored !== undefined, codes.SUCCESS)
  const properties = rules.announces(connect, peer, session)
  peer.send({ type: 'connack', returnCode: codes.SUCCESS, sessionPresent, properties })
  peer.waits = true
  broker.soon(resumed ? rules.late.resumed : 0, () => resume(broker, session, peer))
}

function resume(broker: SmallBroker, session: Session, peer: Peer): void {
  if (peer.over) return
  const again = broker.rules.resumes(session.unfinished(), session)
  for (const item of again) item.waits = item.stage === 'publish'
  for (const item of again) {
    if (item.stage === 'pubrel') peer.send({ type: 'pubrel', packetId: item.id })
    else session.repeat(item, peer)
  }
  peer.waits = false
  session.pump()
}

function challenge(broker: SmallBroker, peer: Peer): void {
  const { method, challenge } = broker.settings.authentication!
  const properties = { authenticationMethod: method, authenticationData: Buffer.from(challenge) }
  peer.send({ type: 'auth', reasonCode: codes.CONTINUE_AUTHENTICATION, properties })
}

export function authenticates(broker: SmallBroker, { reasonCode, properties = NO_PROPERTIES }: Auth, peer: Peer): void {
  const { authentication } = peer
  if (authentication === null || onlyValue(properties.authenticationMethod) !== authentication.method)
    return fails(broker, peer, codes.PROTOCOL_ERROR)
  if (reasonCode === codes.RE_AUTHENTICATE) {
    if (authentication.stage !== 'done') return fails(broker, peer, codes.PROTOCOL_ERROR)
    authentication.stage = 'again'
    return challenge(broker, peer)
  }
  if (authentication.stage === 'done') return fails(broker, peer, codes.PROTOCOL_ERROR)
  const proof = Buffer.from(onlyValue(properties.authenticationData) ?? new Uint8Array())
  if (!proof.equals(Buffer.from(broker.settings.authentication!.proof)))
    return fails(broker, peer, codes.NOT_AUTHORIZED)
  if (authentication.stage === 'connecting') return admit(broker, peer.connect!, peer)
  authentication.stage = 'done'
  const said = { authenticationMethod: authentication.method }
  peer.send({ type: 'auth', reasonCode: codes.SUCCESS, properties: said })
}

/** Before CONNACK that is what refuses; DISCONNECT does later [MQTT-3.14.0-1]. */
function fails(broker: SmallBroker, peer: Peer, reason: number): void {
  if (peer.session === null) refuse(broker, peer.connect!, peer, reason)
  else peer.end('violation', reason)
}

const expiryOf = ({ protocolLevel, clean, properties }: Connect): number =>
  protocolLevel === 5
    ? secondsOf(onlyValue(properties?.sessionExpiryInterval) ?? 0)
    : clean
      ? 0
      : Number.POSITIVE_INFINITY
