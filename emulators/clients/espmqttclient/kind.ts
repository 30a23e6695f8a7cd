// What espMqttClient shows to the outside: options, methods, verbs, known quirks. Texts for people.

import type { PyValue } from '../../board.ts'
import { NETWORK_OPTIONS, SERVER_OPTIONS } from '../arduino/options.ts'
import type { Habits, LibraryCall, OptionSpec, Quirk, VerbMap } from '../client.ts'
import type { Parameter, Signature } from '../python/python.ts'

const required = (name: string): Parameter => ({ name })
const optional = (name: string, value: PyValue): Parameter => ({ name, default: value })

export const OPTIONS: readonly OptionSpec[] = [
  { name: 'clientId', means: 'client id', type: 'str', default: null, summary: 'setClientId; none: the chip’s own' },
  ...SERVER_OPTIONS,
  { name: 'username', means: 'user name', type: 'str', default: null, summary: 'setCredentials' },
  {
    name: 'password',
    means: 'password',
    type: 'str',
    default: null,
    summary: 'setCredentials; sent without a user as well',
  },
  {
    name: 'keepAlive',
    means: 'keep alive',
    type: 'seconds',
    default: 15,
    summary:
      'setKeepAlive; a ping when either side has been quiet for that time, and the end when the broker has for twice that',
  },
  {
    name: 'timeout',
    type: 'seconds',
    default: 10,
    summary: 'setTimeout: until a packet without its answer is sent again',
  },
  { name: 'cleanSession', type: 'bool', default: true, summary: 'setCleanSession' },
  {
    name: 'internalTask',
    type: 'bool',
    default: true,
    summary: 'as on an ESP32, where a task calls loop; false: the program does, as on an ESP8266',
  },
  ...NETWORK_OPTIONS,
]

/** `subscribe` and `unsubscribe` take as many topics as are given. */
export const METHODS: Readonly<Record<string, Signature>> = {
  setServer: [required('host'), required('port')],
  setClientId: [required('clientId')],
  setKeepAlive: [required('seconds')],
  setTimeout: [required('seconds')],
  setCleanSession: [required('clean')],
  setCredentials: [required('username'), required('password')],
  setWill: [required('topic'), required('qos'), required('retain'), required('payload')],
  connect: [],
  /** No method of the library: setCleanSession if that is said, `connect`, and then what onConnect or onDisconnect says. */
  connectAndWait: [optional('cleanSession', null)],
  disconnect: [optional('force', false)],
  connected: [],
  disconnected: [],
  publish: [required('topic'), required('qos'), required('retain'), required('payload')],
  subscribe: [required('topic'), required('qos')],
  unsubscribe: [required('topic')],
  loop: [],
  clearQueue: [optional('deleteSessionData', false)],
  queueSize: [],
  getClientId: [],
}

const say = (method: string, ...args: readonly PyValue[]): LibraryCall => ({ method, args, kwargs: {} })

export const VERBS: VerbMap = {
  connect: ({ clean }) => (clean === undefined ? say('connectAndWait') : say('connectAndWait', clean)),
  publish: ({ topic, payload, qos, retain }) => say('publish', topic, qos ?? 0, retain ?? false, payload),
  subscribe: ({ topic, qos }) => say('subscribe', topic, qos ?? 0),
  unsubscribe: ({ topic }) => say('unsubscribe', topic),
  will: ({ topic, payload, qos, retain }) => say('setWill', topic, qos ?? 0, retain ?? false, payload),
  ping: () => null,
  check: (options) => (options?.internalTask === false ? say('loop') : null),
  wait: () => null,
  disconnect: () => say('disconnect'),
}

export const QUIRKS: readonly Quirk[] = [
  { id: 'EC1', text: 'connect only asks for it: TCP in the first loop, CONNECT in the second' },
  {
    id: 'EC2',
    text: 'what has no answer after 10 s is sent again, with DUP, and with it everything behind it in the queue: every 10 s, for ever',
  },
  {
    id: 'EC3',
    text: 'only the oldest PUBLISH can be acknowledged; a PUBACK for another is ignored, and that one sent again',
  },
  {
    id: 'EC4',
    text: 'QoS 1 and 2 survive the connection, clean session or not, and are sent again with DUP; PUBREL only into a session; QoS 0 and subscriptions are dropped',
  },
  { id: 'EC5', text: 'a SUBSCRIBE without its answer is sent again as well' },
  {
    id: 'EC6',
    text: 'disconnect waits until the queue is empty, with an answer missing for ever; messages that come meanwhile are not delivered',
  },
  {
    id: 'EC7',
    text: 'a broker that says nothing for twice the keep alive: closed without DISCONNECT, if need be without a ping',
  },
  { id: 'EC8', text: 'a CONNACK is waited for as long; with keep alive 0 for ever' },
  { id: 'EC9', text: 'a payload comes in parts, as the reads brought it: index, total' },
  { id: 'EC10', text: 'an incoming topic over 128 bytes is cut, its rest taken for payload, and the stream is lost' },
  { id: 'EC11', text: 'so it is after a message with an empty topic: no callback, and what follows is misread' },
  {
    id: 'EC12',
    text: 'a QoS 2 message that is repeated before PUBREL is delivered once, but its second PUBREC stays in the queue, and goes out every 10 s',
  },
  { id: 'EC13', text: 'publish with QoS 3 overwrites the first byte of its packet with the length' },
  { id: 'EC14', text: 'a will without payload: flag and length are counted, the bytes are missing' },
  { id: 'EC15', text: 'a password goes out without a user as well' },
  {
    id: 'EC16',
    text: 'reads strictly: unknown CONNACK codes and flags, PUBACKs of another length, PINGREQ, DISCONNECT, packet id 0 and unknown SUBACK codes close, with reason 7',
  },
  { id: 'EC17', text: 'a packet before CONNACK closes; a second CONNACK calls onConnect again' },
  { id: 'EC18', text: 'the index that a payload callback is given counts in the packet, header included' },
  {
    id: 'EC19',
    text: 'a write that takes part is continued in the same loop, until one takes nothing; CONNECT one write a loop',
  },
  { id: 'EC20', text: 'acknowledgements that nobody waits for are ignored' },
  {
    id: 'EC21',
    text: 'on an ESP8266 what the broker sends before it closes at once is lost: a refusal is reason 7, a PUBACK leads to a second delivery',
  },
]

export const HABITS: Habits = {
  pings: 'its loop, when either side has been quiet for the keep alive (15 s)',
  deadLink: 'when the broker has been silent for twice the keep alive: 30 s (EC7)',
  comesBack:
    'not by itself: its program connects again, five seconds after onDisconnect; the examples mean to, and do at once',
  sendsAgain:
    'the whole queue from the oldest unanswered packet on, every 10 s (EC2), SUBSCRIBE as well (EC5); QoS 1 and 2 on the next connection (EC4)',
  loses:
    'QoS 0 and subscriptions that were queued when the connection broke (EC4); what lies behind a long or empty topic (EC10, EC11)',
}
