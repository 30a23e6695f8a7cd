// What PubSubClient shows to the outside: options, methods, known quirks. Texts for people.

import type { PyValue } from '../../board.ts'
import { NETWORK_OPTIONS, SERVER_OPTIONS } from '../arduino/options.ts'
import type { ClientVersion, Habits, LibraryCall, OptionSpec, Options, Quirk, VerbMap } from '../client.ts'
import type { Parameter, Signature } from '../python/python.ts'

const required = (name: string): Parameter => ({ name })
const optional = (name: string, value: PyValue): Parameter => ({ name, default: value })

export const PUBSUBCLIENT_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'id',
    means: 'client id',
    type: 'bytes',
    default: undefined,
    summary: 'client id, for a connect that gives none',
  },
  ...SERVER_OPTIONS,
  {
    name: 'user',
    means: 'user name',
    type: 'bytes',
    default: null,
    summary: 'user name, for a connect that gives none',
  },
  {
    name: 'pass',
    means: 'password',
    type: 'bytes',
    default: null,
    summary: 'password, for a connect that gives none; without a user it is not sent',
  },
  {
    name: 'keepAlive',
    means: 'keep alive',
    type: 'seconds',
    default: 15,
    summary: 'setKeepAlive: a ping is due when one of the two directions has been quiet for longer',
  },
  {
    name: 'socketTimeout',
    type: 'seconds',
    default: 15,
    summary: 'setSocketTimeout: of the wait for each byte, not of TCP connect',
  },
  { name: 'bufferSize', type: 'int', default: 256, summary: 'setBufferSize, in bytes, for both ways' },
  { name: 'callback', type: 'bool', default: true, summary: 'whether the sketch has called setCallback' },
  { name: 'stream', type: 'bool', default: false, summary: 'whether the sketch has called setStream' },
  { name: 'MQTT_VERSION', type: 'int', default: 4, summary: 'a define: 3 is MQTT 3.1, 4 is 3.1.1' },
  {
    name: 'MQTT_MAX_TRANSFER_SIZE',
    type: 'int',
    default: null,
    summary: 'a define, in bytes: the largest write; a longer packet leaves in several',
  },
  ...NETWORK_OPTIONS,
]

const CONNECT: Signature = [
  optional('id', null),
  optional('user', null),
  optional('pass', null),
  optional('willTopic', null),
  optional('willQos', 0),
  optional('willRetain', false),
  optional('willMessage', null),
  optional('cleanSession', true),
]

const METHODS: Readonly<Record<string, Signature>> = {
  setServer: [required('domain'), required('port')],
  setCallback: [required('callback')],
  setStream: [required('stream')],
  setKeepAlive: [required('keepAlive')],
  setSocketTimeout: [required('timeout')],
  setBufferSize: [required('size')],
  getBufferSize: [],
  /** Without arguments, or by name: with what the options and `will` say. */
  connect: CONNECT,
  disconnect: [],
  loop: [],
  connected: [],
  state: [],
  endPublish: [],
  write: [required('data')],
  print: [required('text')],
  subscribe: [required('topic'), optional('qos', 0)],
  unsubscribe: [required('topic')],
  /** No method of the library: what a `connect` without arguments gives as the will. */
  will: [required('topic'), optional('message', ''), optional('retained', false), optional('qos', 0)],
  /** The program uses its network object itself. */
  'net.connect': [required('host'), required('port')],
  'net.stop': [],
  'net.connected': [],
  'net.available': [],
}

export const METHODS_2: Readonly<Record<string, Signature>> = {
  ...METHODS,
  publish: [required('topic'), required('payload'), optional('retained', false)],
  publish_P: [required('topic'), required('payload'), required('retained')],
  beginPublish: [required('topic'), required('plength'), required('retained')],
}

export const METHODS_3: Readonly<Record<string, Signature>> = {
  ...METHODS,
  publish: [required('topic'), required('payload'), optional('qos', 0), optional('retained', false)],
  publish_P: [required('topic'), required('payload'), optional('qos', 0), optional('retained', false)],
  beginPublish: [required('topic'), required('plength'), optional('qos', 0), optional('retained', false)],
}

const say = (method: string, args: readonly PyValue[] = [], kwargs: Options = {}): LibraryCall => ({
  method,
  args,
  kwargs,
})

/** `publishesQos`: 3.x; 2.8 has QoS 0 alone, and a publish that asks for more does not compile. */
export const verbsOf = (publishesQos: boolean): VerbMap => ({
  connect: ({ clean }) => say('connect', [], clean === undefined ? {} : { cleanSession: clean }),
  publish: ({ topic, payload, qos = 0, retain = false }) => {
    if (publishesQos) return say('publish', [topic, payload, qos, retain])
    return say('publish', qos === 0 ? [topic, payload, retain] : [topic, payload, qos, retain])
  },
  subscribe: ({ topic, qos }) => say('subscribe', qos === undefined ? [topic] : [topic, qos]),
  unsubscribe: ({ topic }) => say('unsubscribe', [topic]),
  will: ({ topic, payload, qos = 0, retain = false }) => say('will', [topic, payload, retain, qos]),
  ping: () => null,
  check: () => say('loop'),
  wait: () => null,
  disconnect: () => say('disconnect'),
})

export const PUBSUBCLIENT_VERSIONS: readonly ClientVersion[] = [
  { version: '2.8', changes: 'knolleary/pubsubclient of 2020, the newest there is' },
  {
    version: '3.3.0',
    changes:
      'PubSubClient3 by hmueller01, the continuation: publishes with QoS 1 and 2 and waits for nothing; a PUBLISH takes two writes; ' +
      'keepalive 0 never pings; what comes in is checked; P2, P8 to P10, P12, P20 and P41 are gone',
  },
  { version: '3.3.0+158603e', changes: 'incoming QoS 2 is answered with PUBREC and PUBCOMP, no longer with a PUBACK' },
]

export const PUBSUBCLIENT_QUIRKS: readonly Quirk[] = [
  { id: 'P1', text: 'an end or reset after CONNECT is not noticed: connect() blocks 15 s, state() is -4' },
  { id: 'P2', text: 'a CONNECT that could not be written is not noticed either: the same 15 s' },
  { id: 'P3', text: 'any packet of four bytes that ends in 0 counts as CONNACK' },
  { id: 'P4', text: 'a CONNACK may trickle in: each byte has the whole socket timeout' },
  { id: 'P5', text: 'publish is QoS 0 only, and true means written' },
  { id: 'P6', text: 'publish of a packet that does not fit the buffer is false: nothing is sent, nothing says why' },
  {
    id: 'P7',
    text: 'after a short write the connection is kept, and the next packet goes into the middle of the broken one',
  },
  { id: 'P8', text: 'publish_P writes its payload a byte at a time' },
  { id: 'P9', text: "publish_P of a text cuts it at the buffer's size and returns true" },
  { id: 'P10', text: 'beginPublish of more than 65535 bytes announces the rest of a division by 65536' },
  {
    id: 'P11',
    text: 'endPublish is always 1, whatever was written; write goes out without a connection of MQTT as well',
  },
  { id: 'P12', text: 'empty topics and wildcards are published' },
  {
    id: 'P13',
    text: 'with MQTT_MAX_TRANSFER_SIZE sending does not count as activity: pings go out although the program publishes',
  },
  { id: 'P14', text: "the will's QoS is not checked: 3 is sent as 3, 4 sets the retain bit" },
  { id: 'P15', text: 'an empty user is a user; a password without a user is dropped' },
  { id: 'P16', text: 'an id, will, user or password that does not fit: TCP is opened and closed, false' },
  { id: 'P17', text: 'the first packet id of each connection is 2' },
  { id: 'P18', text: 'subscribe with QoS 2 is false, and nothing is sent' },
  { id: 'P19', text: 'SUBACK is never waited for nor looked at: a refused subscription is true' },
  { id: 'P20', text: 'the longest filter that is taken is written one byte behind the buffer' },
  { id: 'P21', text: 'one packet for each loop()' },
  { id: 'P22', text: 'an incoming message that does not fit the buffer is gone without a sign, and not acknowledged' },
  { id: 'P23', text: 'an incoming QoS 2 message begins with its packet id; no PUBREC is sent (3.3.0: a PUBACK)' },
  { id: 'P24', text: 'without a callback a QoS 1 message is not acknowledged' },
  { id: 'P25', text: "the callback's topic and payload lie in the buffer: a publish in the callback overwrites them" },
  { id: 'P26', text: 'PUBACK is written after the callback, even one that has disconnected' },
  { id: 'P27', text: 'a topic with a NUL is cut for the callback' },
  { id: 'P28', text: 'a message that stops in the middle blocks loop() for 15 s; its rest is read as packets' },
  { id: 'P29', text: 'an end in the middle of a message: 15 s in loop(), then -3' },
  {
    id: 'P30',
    text: 'a ping is due when either direction is quiet; unanswered it ends a connection on which messages come',
  },
  { id: 'P31', text: 'keepalive 0 pings after one millisecond, and is dead in the next' },
  { id: 'P32', text: 'after a minute without loop() the next one just pings' },
  { id: 'P33', text: 'a half-open link is not noticed by publishing, only by the ping behind it' },
  { id: 'P34', text: 'a PINGREQ of the broker is answered; all else that nobody asked for is ignored' },
  { id: 'P35', text: 'a remaining length of five bytes closes the connection: -1' },
  { id: 'P36', text: 'disconnect() without a connection writes e0 00 all the same' },
  { id: 'P37', text: "what stands before the broker's FIN is lost, as far as the board's core says so" },
  { id: 'P38', text: 'the example mqtt_reconnect_nonblocking never reconnects between day 24.8 and 49.7 of uptime' },
  { id: 'P39', text: 'the same example makes no attempt in the first 5 s, and blocks for the 15 s of connect()' },
  { id: 'P40', text: 'the example mqtt_basic reconnects without a pause when it is thrown out after CONNACK' },
  { id: 'P41', text: 'a topic length larger than its packet is not checked' },
]

export const PUBSUBCLIENT_HABITS: Habits = {
  pings: 'loop(), when one of the two directions was quiet for more than 15 s, whatever the other does (P30)',
  deadLink: 'after about 30 s, when the next ping is due and the last has no answer; publishing notices nothing (P33)',
  comesBack:
    'not at all: loop() and connected() are false, and the program connects; its example tries every 5 s, and each try may block for 15 s (P1)',
  sendsAgain: 'nothing; it publishes with QoS 0 (P5), and version 3 forgets a QoS 1 message once it is written',
  loses:
    'each publish since the link died (P33); messages larger than its buffer, both ways (P6, P22); its subscriptions',
}
