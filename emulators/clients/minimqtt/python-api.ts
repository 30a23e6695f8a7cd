// What MiniMQTT shows to the outside: options, methods, verbs, known quirks. Texts for people; the
// behaviour itself is in client.ts.

import { PyFloat, type PyValue } from '../../board.ts'
import type { Habits, LibraryCall, OptionSpec, Options, Quirk, VerbMap } from '../client.ts'
import { isNumber } from '../python/number.ts'
import type { Parameter, Signature } from '../python/python.ts'

const required = (name: string): Parameter => ({ name })
const optional = (name: string, value: PyValue): Parameter => ({ name, default: value })

const DEFAULT_SOCKET_TIMEOUT = 1

/** All by keyword only. `socket_pool` is the board's. */
export const MINIMQTT_OPTIONS: readonly OptionSpec[] = [
  { name: 'broker', type: 'str', default: undefined, summary: "the broker's host name or address" },
  { name: 'port', type: 'int', default: null, summary: 'TCP port; None is 1883, or 8883 with is_ssl' },
  { name: 'username', means: 'user name', type: 'str', default: null, summary: 'user name' },
  { name: 'password', means: 'password', type: 'str', default: null, summary: 'password; wanted with a user name' },
  {
    name: 'client_id',
    means: 'client id',
    type: 'str',
    default: null,
    summary: 'client id; None is "cpy" and two small random numbers',
  },
  { name: 'is_ssl', means: 'tls', type: 'bool', default: null, summary: 'TLS; wants ssl_context' },
  {
    name: 'keep_alive',
    means: 'keep alive',
    type: 'seconds',
    default: 60,
    summary: 'keep alive as announced; only loop pings',
  },
  {
    name: 'recv_timeout',
    type: 'seconds',
    fractional: true,
    default: 10,
    summary: 'how long it waits for an acknowledgement; more than socket_timeout',
  },
  {
    name: 'ssl_context',
    means: 'tls context',
    type: 'tls',
    default: null,
    summary: 'true or context: a context that verifies nothing; verify: one that verifies',
  },
  {
    name: 'use_binary_mode',
    type: 'bool',
    default: false,
    summary: 'messages are bytes; else a payload that is no UTF-8 raises',
  },
  {
    name: 'socket_timeout',
    type: 'seconds',
    fractional: true,
    default: DEFAULT_SOCKET_TIMEOUT,
    summary: 'how long one read waits; the smallest timeout of loop',
  },
  { name: 'connect_retries', type: 'int', default: 5, summary: 'attempts of one connect' },
  { name: 'user_data', type: 'str', default: null, summary: 'what callbacks are given as user_data' },
]

export const MINIMQTT_METHODS: Readonly<Record<string, Signature>> = {
  connect: [
    optional('clean_session', true),
    optional('host', null),
    optional('port', null),
    optional('keep_alive', null),
    optional('session_id', null),
  ],
  reconnect: [optional('resub_topics', true)],
  disconnect: [],
  deinit: [],
  is_connected: [],
  publish: [required('topic'), required('msg'), optional('retain', false), optional('qos', 0)],
  subscribe: [required('topic'), optional('qos', 0)],
  unsubscribe: [required('topic')],
  loop: [optional('timeout', new PyFloat(1))],
  ping: [],
  will_set: [required('topic'), required('msg'), optional('retain', false), optional('qos', 0)],
  username_pw_set: [required('username'), optional('password', null)],
  add_topic_callback: [required('mqtt_topic'), required('callback_method')],
  remove_topic_callback: [required('mqtt_topic')],
  enable_logger: [required('log_pkg'), optional('log_level', 20), optional('logger_name', 'log')],
  disable_logger: [],
  /** No method of the library: the property, set when a value is given. */
  mqtt_msg: [optional('msg_size', null)],
  /** `client.NAME` and `client.NAME = value`, for properties and callbacks. */
  getattr: [required('name')],
  setattr: [required('name'), required('value')],
}

export const minimqttVerbs: VerbMap = {
  connect: ({ clean }) => say('connect', clean === undefined ? [] : [clean]),
  publish: ({ topic, payload, qos, retain }) => say('publish', [text(topic), payload], given({ retain, qos })),
  subscribe: ({ topic, qos }) => say('subscribe', [text(topic)], given({ qos })),
  unsubscribe: ({ topic }) => say('unsubscribe', [text(topic)]),
  will: ({ topic, payload, qos, retain }) => say('will_set', [text(topic), payload], given({ retain, qos })),
  ping: () => say('ping'),
  /** It cannot look without waiting. */
  check: (options) => say('loop', [smallestTimeout(options)]),
  /** Nor wait for just one message. */
  wait: (options) => say('loop', [smallestTimeout(options)]),
  loop: ({ timeout }) => say('loop', timeout === undefined ? [] : [timeout]),
  disconnect: () => say('disconnect'),
}

/** Topics are str in this library: bytes have no `encode`. */
/** As Python's decode: U+FEFF at the start stays. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })
const text = (topic: Uint8Array): string => UTF8.decode(topic)

function smallestTimeout(options: Options | undefined): PyValue {
  const timeout = options?.socket_timeout
  return timeout !== undefined && isNumber(timeout) ? timeout : DEFAULT_SOCKET_TIMEOUT
}

function say(method: string, args: readonly PyValue[] = [], kwargs: Options = {}): LibraryCall {
  return { method, args, kwargs }
}

function given(kwargs: Readonly<Record<string, PyValue | undefined>>): Options {
  return Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== undefined)) as Options
}

export const MINIMQTT_QUIRKS: readonly Quirk[] = [
  { id: 'M1', text: 'connect returns 0 and tells flags 0 whatever the broker said: session-present is never seen' },
  {
    id: 'M2',
    text: 'after a TCP error it tries again at once, after a refusal it backs off; a connect that has failed for good hands its pause on to the next',
  },
  { id: 'M3', text: 'end of file costs recv_timeout of busy waiting, then MMQTTException; is_connected stays True' },
  {
    id: 'M4',
    text: 'reconnect takes a clean session and subscribes again in reverse order with QoS 0; after a failed attempt not at all',
  },
  { id: 'M5', text: 'unsubscribe waits for its acknowledgement for ever' },
  { id: 'M6', text: 'a publish(qos=1) inside a callback makes the outer one fail after recv_timeout' },
  { id: 'M7', text: 'with keep_alive=0 each loop pings, and raises although the PINGRESP has come' },
  { id: 'M8', text: 'pings only inside loop, when nothing was sent for keep_alive; a PUBACK does not count as sent' },
  {
    id: 'M9',
    text: 'an unknown CONNACK code is a KeyError, a user name without password an AttributeError; the socket stays open and managed, and the next attempt finds it in its way',
  },
  {
    id: 'M10',
    text: 'a pause inside a packet longer than socket_timeout is a raw OSError, and the stream is out of step',
  },
  { id: 'M11', text: 'a PINGRESP or PUBACK while it waits for SUBACK or UNSUBACK raises MMQTTException' },
  { id: 'M12', text: 'an error while sending is a raw OSError, and is_connected stays True' },
  { id: 'M13', text: 'a will with QoS uses up a packet id: the first publish(qos=1) has id 2' },
  { id: 'M14', text: 'loop takes at least its timeout, and up to one socket_timeout more' },
]

export const MINIMQTT_HABITS: Habits = {
  pings: 'loop, when nothing was sent for keep_alive, 60 s (M8); nobody while the program does not call it',
  deadLink:
    'inside of loop, a keep alive (60 s) after a ping without answer; the end of a stream after recv_timeout, 10 s, each time (M3)',
  comesBack: 'when the program calls reconnect, which backs off after refusals and not after TCP errors (M2)',
  sendsAgain: 'nothing; reconnect subscribes again, the newest first, with QoS 0 (M4)',
  loses: 'its subscriptions when the first reconnect fails (M4); the session, which reconnect does not keep',
}
