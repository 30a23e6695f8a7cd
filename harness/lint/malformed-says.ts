// What is said of a packet that cannot be decoded, as far as it is fixed; `*` is a value.

import { PROPERTIES } from '../../emulators/index.ts'
import { mayFind, saysPattern } from './may-find.ts'

/** The fields that a reader names. */
const FIELDS: readonly string[] = [
  'acknowledge flags',
  'client id',
  'connect flags',
  'keep alive',
  'length of the properties',
  'name of a user property',
  'packet id',
  'password',
  'properties',
  'property identifier',
  'protocol level',
  'protocol name',
  'reason code',
  'requested QoS',
  'return code',
  'subscription options',
  'topic',
  'topic filter',
  'user name',
  'value of a user property',
  'will message',
  'will topic',
]

/** `~`: a field, or a property. A statement may follow each. */
const TEXTS: readonly string[] = [
  '# stands alone in the last level of a topic filter [*]',
  '* more byte than the packet has fields',
  '* more bytes than the packet has fields',
  '+ fills a whole level of a topic filter [*]',
  'SUBACK without a reason code [MQTT-3.8.4-6]',
  'SUBACK without a return code [MQTT-3.8.4-5]',
  'SUBSCRIBE without a topic filter [MQTT-3.8.3-2]',
  'SUBSCRIBE without a topic filter [MQTT-3.8.3-3]',
  'UNSUBACK without a reason code [MQTT-3.11.3-1]',
  'UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]',
  'a password flag without a user name flag [MQTT-3.1.2-22]',
  'a shared subscription without a filter [MQTT-4.8.2-2]',
  'a will QoS without a will flag [MQTT-3.1.2-13]',
  'a will retain flag without a will flag [MQTT-3.1.2-15]',
  'both QoS bits are set [MQTT-3.3.1-4]',
  'packet id 0 [MQTT-2.2.1-3]',
  'packet id 0 [MQTT-2.3.1-1]',
  'packet type * is reserved [MQTT 3.1.1, 2.2.1]',
  'requested QoS byte * [MQTT-3.8.3-4]',
  'reserved acknowledge flags are set [MQTT 3.1.1, 3.2.2.1]',
  'reserved acknowledge flags are set [MQTT-3.2.2-1]',
  'return code * in SUBACK is reserved [MQTT-3.9.3-2]',
  'subscription options * [MQTT-3.8.3-5]',
  'the flags of * must be *, not * [*]',
  'the group of a shared subscription has no name [MQTT-4.8.2-1]',
  'the name of a shared subscription’s group has a wildcard [MQTT-4.8.2-2]',
  'the packet ends before the length of its properties [MQTT-2.2.2-1]',
  'the remaining length has more than four bytes [MQTT 3.1.1, 2.2.3]; the rest of the stream is lost',
  'the remaining length has more than four bytes [MQTT-1.5.5-1]; the rest of the stream is lost',
  'the remaining length takes more bytes than it needs [MQTT-1.5.5-1]',
  'the reserved connect flag is set [MQTT-3.1.2-3]',
  'the topic filter contains U+0000 [MQTT-4.7.3-2]',
  'the topic filter is empty [MQTT-4.7.3-1]',
  'the topic filter is longer than 65535 bytes [MQTT-4.7.3-3]',
  'the topic is empty, and no topic alias stands for it [MQTT-4.7.3-1]',
  'the topic name contains U+0000 [MQTT-4.7.3-2]',
  'the topic name contains a wildcard [MQTT-3.3.2-2]',
  'the topic name is empty [MQTT-4.7.3-1]',
  'the topic name is longer than 65535 bytes [MQTT-4.7.3-3]',
  'the packet ends before its ~',
  'the packet ends inside its length of the ~',
  'the packet ends inside its ~',
  'the properties end before its ~',
  'the properties end inside its length of the ~',
  'the properties end inside its ~',
  'the ~ contains U+0000 [*]',
  'the ~ has more than four bytes [MQTT-1.5.5-1]',
  'the ~ is not well-formed UTF-8 [*]',
  'the ~ say * bytes, only * are left',
  'the ~ says * bytes, only * are left',
  'the ~ takes more bytes than it needs [MQTT-1.5.5-1]',
  'truncated at the end of the connection: * byte came, its header announced *',
  'truncated at the end of the connection: * byte came, its length is not complete',
  'truncated at the end of the connection: * bytes came, its header announced *',
  'truncated at the end of the connection: * bytes came, its length is not complete',
  'unknown property * [MQTT 5.0, 2.2.2.2]',
  'will QoS 3 [MQTT-3.1.2-14]',
]

const named: readonly string[] = [
  ...FIELDS,
  ...Object.keys(PROPERTIES).map((name) => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)),
]
const whole: readonly string[] = TEXTS.flatMap((text) =>
  text.includes('~') ? named.map((name) => text.replace('~', name)) : [text],
).flatMap((text) => (text.endsWith(']') ? [text] : [text, `${text} [*]`]))
const patterns: readonly RegExp[] = whole.map(saysPattern)

/** Why a packet is malformed, as a claim on it may have it. */
export const REASONS = {
  some: whole.map((text) => text.replaceAll('*', '7')),
  may: (reason: string): boolean => patterns.some((pattern) => pattern.test(reason)),
  mayFind: (regex: RegExp): boolean => mayFind(regex, whole),
}
/** As the lints say it. */
export const MALFORMED: readonly string[] = whole.map((text) => `malformed *: ${text}`)
