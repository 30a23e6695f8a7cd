// The properties of CONNACK.

import type { Connect } from '../mqtt/packet.ts'
import type { Properties } from '../mqtt/properties.ts'
import type { Peer } from './peer.ts'
import type { Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'

const MOST_EXPIRY = 0xffff_ffff

/** `session`: null when the connection is refused. */
export function announced(connect: Connect, peer: Peer, session: Session | null, settings: BrokerSettings): Properties {
  const { redirect, responseInformation } = settings
  if (session === null) return redirect === null ? {} : { serverReference: redirect.to }
  const asked = connect.properties ?? {}
  const expiry = Math.min(session.expiry, MOST_EXPIRY)
  const wanted = asked.sessionExpiryInterval ?? 0
  return {
    ...(expiry !== wanted ? { sessionExpiryInterval: expiry } : {}),
    ...(settings.receiveMaximum < 65_535 ? { receiveMaximum: settings.receiveMaximum } : {}),
    ...(settings.maximumQos < 2 ? { maximumQos: settings.maximumQos } : {}),
    ...(settings.retainAvailable ? {} : { retainAvailable: 0 }),
    ...(settings.maximumPacketSize === null ? {} : { maximumPacketSize: settings.maximumPacketSize }),
    ...(connect.clientId === '' ? { assignedClientIdentifier: session.clientId } : {}),
    ...(settings.topicAliasMaximum > 0 ? { topicAliasMaximum: settings.topicAliasMaximum } : {}),
    ...(settings.wildcardSubscriptionAvailable ? {} : { wildcardSubscriptionAvailable: 0 }),
    ...(settings.subscriptionIdentifierAvailable ? {} : { subscriptionIdentifierAvailable: 0 }),
    ...(settings.sharedSubscriptionAvailable ? {} : { sharedSubscriptionAvailable: 0 }),
    ...(settings.serverKeepAlive === null ? {} : { serverKeepAlive: settings.serverKeepAlive }),
    ...(asked.requestResponseInformation === 1 && responseInformation !== null ? { responseInformation } : {}),
    ...(peer.authentication === null ? {} : { authenticationMethod: peer.authentication.method }),
  }
}
