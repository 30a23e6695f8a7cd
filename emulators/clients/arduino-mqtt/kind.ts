// What arduino-mqtt shows to the outside: options, methods, known quirks. Texts for people.

import type { PyValue } from '../../board.ts'
import { NETWORK_OPTIONS, SERVER_OPTIONS } from '../arduino/options.ts'
import type { ClientVersion, Habits, LibraryCall, OptionSpec, Options, Quirk, VerbMap } from '../client.ts'
import type { Parameter, Signature } from '../python/python.ts'

const required = (name: string): Parameter => ({ name })
const optional = (name: string, value: PyValue): Parameter => ({ name, default: value })

export const ARDUINO_MQTT_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'clientID',
    means: 'client id',
    type: 'bytes',
    default: undefined,
    summary: 'client id, for a connect that gives none',
  },
  ...SERVER_OPTIONS,
  {
    name: 'username',
    means: 'user name',
    type: 'bytes',
    default: null,
    summary: 'user name, for a connect that gives none; an empty one is none',
  },
  {
    name: 'password',
    means: 'password',
    type: 'bytes',
    default: null,
    summary: 'password, for a connect that gives none; an empty one is none',
  },
  {
    name: 'keepAlive',
    means: 'keep alive',
    type: 'seconds',
    default: 10,
    summary: 'setKeepAlive, cut to 16 bits: a ping is due when nothing was sent for this time',
  },
  { name: 'cleanSession', type: 'bool', default: true, summary: 'setCleanSession' },
  { name: 'timeout', type: 'seconds', fractional: true, default: 1, summary: 'setTimeout: of each command as a whole' },
  { name: 'readBufSize', type: 'int', default: 128, summary: 'bytes: whole incoming packets' },
  { name: 'writeBufSize', type: 'int', default: 128, summary: "bytes: outgoing packets without a PUBLISH's payload" },
  { name: 'dropOverflow', type: 'bool', default: false, summary: 'dropOverflow: what does not fit is dropped' },
  {
    name: 'callback',
    type: 'str',
    default: 'advanced',
    summary: 'advanced, simple (a payload ends at a NUL) or none: which callback the sketch has set',
  },
  ...NETWORK_OPTIONS,
]

export const ARDUINO_MQTT_METHODS: Readonly<Record<string, Signature>> = {
  begin: [required('host'), optional('port', 1883)],
  setHost: [required('host'), optional('port', 1883)],
  onMessage: [required('cb')],
  onMessageAdvanced: [required('cb')],
  setWill: [required('topic'), optional('payload', ''), optional('retained', false), optional('qos', 0)],
  clearWill: [],
  setKeepAlive: [required('keepAlive')],
  setCleanSession: [required('cleanSession')],
  setTimeout: [required('timeout')],
  setOptions: [required('keepAlive'), required('cleanSession'), required('timeout')],
  dropOverflow: [required('enabled')],
  droppedMessages: [],
  /** Without arguments: with what the options say; `cleanSession`, by name, is `setCleanSession` before it. */
  connect: [
    optional('clientID', null),
    optional('username', null),
    optional('password', null),
    optional('skip', false),
  ],
  publish: [required('topic'), optional('payload', ''), optional('retained', false), optional('qos', 0)],
  prepareDuplicate: [required('packetID')],
  lastPacketID: [],
  subscribe: [required('topic'), optional('qos', 0)],
  unsubscribe: [required('topic')],
  loop: [],
  connected: [],
  sessionPresent: [],
  lastError: [],
  returnCode: [],
  disconnect: [],
  /** The program uses its network object itself. */
  'net.connect': [required('host'), required('port')],
  'net.stop': [],
  'net.connected': [],
  'net.available': [],
}

const say = (method: string, args: readonly PyValue[] = [], kwargs: Options = {}): LibraryCall => ({
  method,
  args,
  kwargs,
})

export const arduinoMqttVerbs: VerbMap = {
  connect: ({ clean }) => say('connect', [], clean === undefined ? {} : { cleanSession: clean }),
  publish: ({ topic, payload, qos = 0, retain = false }) => say('publish', [topic, payload, retain, qos]),
  subscribe: ({ topic, qos }) => say('subscribe', qos === undefined ? [topic] : [topic, qos]),
  unsubscribe: ({ topic }) => say('unsubscribe', [topic]),
  will: ({ topic, payload, qos = 0, retain = false }) => say('setWill', [topic, payload, retain, qos]),
  ping: () => null,
  check: () => say('loop'),
  wait: () => null,
  disconnect: () => say('disconnect'),
}

export const ARDUINO_MQTT_VERSIONS: readonly ClientVersion[] = [
  { version: '2.5.2', changes: '' },
  {
    version: '2.5.3',
    changes:
      'first packet id 1 instead of 2; an acknowledgement of another packet, QoS 3, packet id 0, wrong flags of a PUBREL ' +
      'and a SUBACK with too many codes are errors; a password without a user has an empty one',
  },
]

export const ARDUINO_MQTT_QUIRKS: readonly Quirk[] = [
  {
    id: 'L1',
    text: 'an incoming packet that does not fit the read buffer closes the connection, -1: a large retained message after each reconnect',
  },
  { id: 'L2', text: 'with dropOverflow it is dropped, counted, and not acknowledged' },
  { id: 'L3', text: 'a topic or CONNECT that does not fit the write buffer closes the connection as well, -1' },
  {
    id: 'L4',
    text: 'an acknowledgement is waited for a second, and messages are delivered meanwhile; none: closed, -9',
  },
  { id: 'L5', text: 'an acknowledgement of another packet closes, -9; 2.5.2 takes any' },
  { id: 'L6', text: 'time that is over before a packet is -9, in the middle of one -4' },
  { id: 'L7', text: 'prepareDuplicate has no effect: DUP is never set' },
  { id: 'L8', text: 'once a host name was set, an address that is set later changes the port only' },
  {
    id: 'L9',
    text: 'only sending puts a ping off: a program that publishes each second never pings nor notices a dead link',
  },
  { id: 'L10', text: 'a missing PINGRESP is forgotten as long as the program sends' },
  { id: 'L11', text: 'the ping goes out at 10.000 s exactly, and the connection ends at 20.000' },
  { id: 'L12', text: 'over the wrap of millis() its timers are a millisecond late' },
  {
    id: 'L13',
    text: 'loop() takes all packets that were there when it began, and waits for the rest of one that is incomplete',
  },
  {
    id: 'L14',
    text: 'a QoS 2 message that is repeated is delivered again; PUBREL and PUBREC out of the blue are answered',
  },
  { id: 'L15', text: 'PINGREQ, DISCONNECT, type 0 or 15, QoS 3, packet id 0 and wrong flags of a PUBREL close, -9' },
  { id: 'L16', text: "CONNACK's header flags and reserved bits are not looked at; a length other than 2 is -8" },
  { id: 'L17', text: 'sessionPresent() is that of the last success' },
  {
    id: 'L18',
    text: 'a password without a user has an empty user; in 2.5.2 its bytes are missing, and the CONNECT is malformed',
  },
  { id: 'L19', text: 'an empty user is none, an empty password is none' },
  { id: 'L20', text: "the will's QoS 3 is sent, 4 is cut to 0; a keep-alive of 65536 is 0" },
  { id: 'L21', text: 'publish with QoS 3 goes out with packet id 0, waits its second for nothing, and closes, -9' },
  { id: 'L22', text: 'a QoS 1 publish in the callback of one that waits reads its PUBACK: both fail' },
  {
    id: 'L23',
    text: 'connect() while connected closes first, without a DISCONNECT; after a FIN the old connection is not stopped',
  },
  { id: 'L24', text: 'a write that takes part is continued until the second is over' },
  { id: 'L25', text: 'an end while idle leaves no error code: connected() is false, lastError() as before' },
  { id: 'L26', text: 'the first packet id is 1, in 2.5.2 it is 2' },
  { id: 'L27', text: "on an ESP8266 what stands before the broker's FIN is lost: a refusal is -5, its code unknown" },
]

export const ARDUINO_MQTT_HABITS: Habits = {
  pings: 'loop(), when nothing was sent for 10 s; what comes in puts nothing off (L9)',
  deadLink: 'after 20 s without sending; never by a program that publishes QoS 0 more often than every 10 s (L9, L10)',
  comesBack:
    'not at all: whatever goes wrong closes, and the program connects; its example tries every second, for ever',
  sendsAgain:
    'nothing: a QoS 1 publish without an answer within a second is false, and prepareDuplicate has no effect (L7)',
  loses:
    'QoS 0 into a dead link; with dropOverflow what is larger than its buffer (L2), without it the connection (L1); its subscriptions',
}
