// CONNECT, which says what the connection speaks: MQTT 3.1, 3.1.1 or 5.

import type { Connect, Header, Qos, Will } from './packet.ts'
import { readProperties } from './properties.ts'
import { Broken, type FieldReader } from './reader.ts'
import { topicNameFault } from './topic.ts'

/** What is missing, or says too much, breaks this statement of MQTT 3.1.1 and this of MQTT 5. */
const STATEMENTS = {
  clientId: ['MQTT-3.1.3-3', 'MQTT-3.1.3-3'],
  will: ['MQTT-3.1.2-9', 'MQTT-3.1.2-9'],
  user: ['MQTT-3.1.2-19', 'MQTT-3.1.2-18'],
  password: ['MQTT-3.1.2-21', 'MQTT-3.1.2-19'],
  afterUser: ['MQTT-3.1.2-20', 'MQTT-3.1.2-19'],
  afterAll: ['MQTT-3.1.2-18', 'MQTT-3.1.2-18'],
} as const

/** What is wrong with a field breaks this statement, unless it breaks one of its own, as ill-formed UTF-8 does. */
function named<T>(statement: string, read: () => T): T {
  try {
    return read()
  } catch (e) {
    if (e instanceof Broken && !e.message.includes('[')) throw new Broken(`${e.message} [${statement}]`)
    throw e
  }
}

/** Throws Broken. */
export function connect(header: Header, fields: FieldReader): Connect {
  const protocolName = fields.text('protocol name')
  const protocolLevel = fields.byte('protocol level')
  const isFive = protocolLevel === 5
  fields.speaks(protocolLevel)
  const flags = fields.byte('connect flags')
  if ((flags & 0x01) !== 0) throw new Broken('the reserved connect flag is set [MQTT-3.1.2-3]')
  const hasWill = (flags & 0x04) !== 0
  const willQos = (flags >> 3) & 3
  const willRetain = (flags & 0x20) !== 0
  if (!hasWill && willQos !== 0) throw new Broken('a will QoS without a will flag [MQTT-3.1.2-13]')
  if (!hasWill && willRetain) throw new Broken('a will retain flag without a will flag [MQTT-3.1.2-15]')
  if (willQos === 3) throw new Broken('will QoS 3 [MQTT-3.1.2-14]')
  const hasUser = (flags & 0x80) !== 0
  const hasPassword = (flags & 0x40) !== 0
  if (hasPassword && !hasUser && !isFive) throw new Broken('a password flag without a user name flag [MQTT-3.1.2-22]')
  const keepalive = fields.uint16('keep alive')
  const properties = isFive ? { properties: readProperties(fields) } : {}
  const by = (what: keyof typeof STATEMENTS): string => STATEMENTS[what][isFive ? 1 : 0]
  const clientId = named(by('clientId'), () => fields.text('client id'))
  let will: Will | undefined
  if (hasWill) {
    const willProperties = isFive ? { properties: named(by('will'), () => readProperties(fields)) } : {}
    const topic = topicName(named(by('will'), () => fields.text('will topic')))
    const payload = named(by('will'), () => fields.binary('will message'))
    will = { topic, payload, qos: willQos as Qos, retain: willRetain, ...willProperties }
  }
  const username = hasUser ? named(by('user'), () => fields.text('user name')) : undefined
  const password = hasPassword ? named(by('password'), () => fields.binary('password')) : undefined
  if (!hasPassword) named(by(hasUser ? 'afterUser' : 'afterAll'), () => fields.end())
  return {
    type: 'connect',
    ...header,
    protocolName,
    protocolLevel,
    clean: (flags & 0x02) !== 0,
    keepalive,
    clientId,
    ...(will === undefined ? {} : { will }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...properties,
  }
}

function topicName(text: string): string {
  const fault = topicNameFault(text)
  if (fault !== null) throw new Broken(fault)
  return text
}
