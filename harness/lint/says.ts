// What the lints say of a packet, as far as it is fixed: a claim on other words waits for ever.

import { PACKET_TYPES } from '../../emulators/index.ts'
import { MALFORMED } from './malformed-says.ts'
import { mayFind, saysPattern } from './may-find.ts'

/** `*`: a name, a number, or what a client wrote; one that a text begins with is a word. */
export const SAYS: readonly string[] = [
  '* after CONNACK with code *',
  '* after CONNACK with reason code *',
  '* after DISCONNECT',
  '* after a CONNACK with a session that this client has not',
  '* before CONNACK',
  '* before CONNACK, with an authentication method in CONNECT',
  '* has *',
  '* has *, and the client asked for none',
  '* has no property *',
  '* is *',
  '* messages are not acknowledged, where at most * may be',
  '* of * bytes, where at most * are taken',
  '* stands * times in *',
  '* *, and no PUBLISH * waits for one',
  '* * answers a PUBLISH of another QoS',
  '* * overtakes that of packet id *, which came first',
  'AUTH to a client that named no authentication method',
  'AUTH with reason code * answers the server, where 24 is due',
  'AUTH with reason code * before CONNACK, where 24 is due',
  'AUTH without an authentication method in CONNECT',
  'CONNACK assigns no client id to a client without one',
  'CONNACK has response information, and the client did not ask for it',
  'CONNACK names an authentication method, and CONNECT none',
  'CONNACK names no authentication method, and CONNECT does',
  'DISCONNECT of a server before CONNACK',
  'DISCONNECT sets a session expiry interval, and that of CONNECT was 0',
  'PINGRESP without a PINGREQ',
  'PUBCOMP * without a PUBREL *',
  'PUBLISH * again after its PUBREL',
  'PUBLISH * is sent again after one that was first sent later',
  'PUBLISH * is sent again as another message',
  'PUBLISH * is sent again on the same connection',
  'PUBLISH * is sent again without DUP',
  'PUBLISH * of a session that the server does not know is sent again',
  'PUBREL * before there was a PUBREC *',
  'PUBREL * of a session that the server does not know',
  'PUBREL * overtakes that of packet id *, whose PUBREC came first',
  'QoS * where at most * was granted',
  'QoS *, where the server has at most *',
  'RETAIN is set, and no new subscription asked for "*"',
  'RETAIN is set, and no subscription asks for * on "*"',
  'RETAIN is set, and the server has no retained messages',
  'SUBACK * has * codes for * filters',
  'SUBACK *, and no SUBSCRIBE * waits for one',
  'UNSUBACK *, and no UNSUBSCRIBE * waits for one',
  'a * frame, not a binary one',
  'a QoS 0 PUBLISH has DUP set',
  'a client sends *',
  'a client sends a subscription identifier in PUBLISH',
  'a message that was not sent before has DUP set (packet id *)',
  'a second CONNACK',
  'a second CONNECT on one connection',
  'a server sends *',
  'a server sends a session expiry interval in DISCONNECT',
  'an empty client id without clean session',
  'authentication data without a method in *',
  'malformed *: *',
  'no local on the shared subscription "*"',
  'no subscription identifier, and each subscription that matches "*" has one',
  'nothing was sent for *ms, with * of *s',
  'nothing was sent for *ms, with a keep alive of *s',
  'packet id * is still in use',
  'packet id * is that of a message which is not acknowledged yet',
  'packet id * is that of a request without an answer yet',
  'reason code * is none of **',
  'retain handling 3 of "*"',
  'session present after CONNECT with clean session',
  'session present after CONNECT with clean start',
  'session present in CONNACK with code *',
  'session present, *ms after the session had expired',
  'session present, and the last session of this client id was a clean one',
  'subscription identifier * is that of no subscription which matches "*"',
  'the answer to the upgrade names *, not mqtt',
  'the client id "*" is assigned, which is not a new one',
  'the first packet is *, not CONNECT',
  'the response topic "*" has a wildcard',
  'the upgrade request offers *, not mqtt',
  'the will of "*" is published *',
  'topic "*" matches *',
  'topic alias * has no topic on this connection',
  'topic alias *, where * taken',
]

/** What stands in the place of a `*` and is of several words. */
export const PARTS: readonly string[] = [
  ' of a *',
  '(empty) *',
  '* *',
  '*ms before its delay is over',
  ', ',
  'a keep alive',
  'a reason string',
  'a server keep alive',
  'a will',
  'after a DISCONNECT with reason code 0',
  'by client',
  'by server',
  'from its start',
  'in part',
  'no subprotocol',
  "none of the client's filters",
  'only filters that were refused',
  'though its client came back before the will delay was over',
  'truncated at the end of the connection',
  'user properties',
]

const patterns: readonly RegExp[] = SAYS.map(saysPattern)

const TYPES = PACKET_TYPES.flatMap((type) => (type === undefined ? [] : [type.toUpperCase()]))
/** A name and a number are a packet's. */
const named = (text: string): readonly string[] =>
  /^\* \*/.test(text) ? TYPES.map((type) => text.replace('*', type)) : [text.replace('**', '*')]
const parts: readonly string[] = PARTS.flatMap(named)

/** With each part in each place of a value. */
const filled: readonly string[] = [
  ...SAYS.flatMap(named),
  ...MALFORMED,
  ...SAYS.filter((text) => !/^\* \*/.test(text)).flatMap((text) =>
    [...text.matchAll(/\*+/g)].flatMap((value) =>
      parts.map((part) => `${text.slice(0, value.index)}${part}${text.slice(value.index + value[0].length)}`),
    ),
  ),
]

/** What a violation is, in words, as a claim on it may have it. */
export const SAID = {
  some: SAYS.map((text) => text.replaceAll('*', 'x')),
  may: (text: string): boolean => patterns.some((pattern) => pattern.test(text)),
  mayFind: (regex: RegExp): boolean => mayFind(regex, filled),
}
