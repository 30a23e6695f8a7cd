// What mqtt_as shows to the outside: options, methods, verbs, known quirks. Texts for people.

import type { PyValue } from '../../board.ts'
import type { Habits, LibraryCall, OptionSpec, Options, Quirk, VerbMap } from '../client.ts'
import type { Parameter, Signature } from '../python/python.ts'

const required = (name: string): Parameter => ({ name })
const optional = (name: string, value: PyValue): Parameter => ({ name, default: value })

/** Entries of the config dict, of which there are more: callbacks, coroutines, `ssl_params`, the ESP-NOW gateway. */
export const OPTIONS: readonly OptionSpec[] = [
  { name: 'client_id', means: 'client id', type: 'bytes', default: undefined, summary: 'client id' },
  { name: 'server', type: 'str', default: null, summary: "the broker's host name or address, looked up once" },
  { name: 'port', type: 'int', default: 0, summary: 'TCP port; 0 is 1883, or 8883 with ssl' },
  { name: 'user', means: 'user name', type: 'bytes', default: '', summary: 'user name' },
  {
    name: 'password',
    means: 'password',
    type: 'bytes',
    default: '',
    summary: 'password; ignored without a user, sent empty with one',
  },
  {
    name: 'keepalive',
    means: 'keep alive',
    type: 'seconds',
    default: 60,
    summary: 'keep alive; a task pings four times as often, whatever the traffic',
  },
  {
    name: 'ping_interval',
    type: 'seconds',
    default: 0,
    summary: 'how often to ping, if that is more often than a quarter of the keep alive; 0: a quarter',
  },
  { name: 'ssl', means: 'tls', type: 'bool', default: false, summary: 'TLS: no server name, no verification' },
  { name: 'response_time', type: 'seconds', default: 10, summary: 'how long it waits for any answer' },
  { name: 'clean_init', type: 'bool', default: true, summary: 'clean session on the first connection' },
  {
    name: 'clean',
    type: 'bool',
    default: true,
    summary: 'clean session on each reconnect; false with clean_init true connects twice at first',
  },
  { name: 'max_repubs', type: 'int', default: 4, summary: 'how often a QoS 1 message is sent again, with DUP' },
  { name: 'ssid', type: 'str', default: 'net', summary: 'name of the Wi-Fi' },
  { name: 'wifi_pw', type: 'str', default: 'pw', summary: 'its password' },
  {
    name: 'queue_len',
    type: 'int',
    default: 0,
    summary: '0: callbacks and coroutines; more: events, and a queue that holds one message fewer',
  },
]

export const METHODS: Readonly<Record<string, Signature>> = {
  connect: [optional('quick', false)],
  publish: [required('topic'), required('msg'), optional('retain', false), optional('qos', 0)],
  subscribe: [required('topic'), optional('qos', 0)],
  unsubscribe: [required('topic')],
  isconnected: [],
  broker_up: [],
  disconnect: [],
  close: [],
  /** What the constructor does with the config's `will`. */
  _set_last_will: [required('topic'), required('msg'), optional('retain', false), optional('qos', 0)],
}

const say = (method: string, args: readonly PyValue[] = [], kwargs: Options = {}): LibraryCall => ({
  method,
  args,
  kwargs,
})

/** Whatever is left out is the library's own default. */
const given = (kwargs: Readonly<Record<string, PyValue | undefined>>): Options =>
  Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== undefined)) as Options

export const VERBS: VerbMap = {
  /** As programs do that cannot wait for Wi-Fi to prove itself; `call` makes the other one. */
  connect: () => say('connect', [], { quick: true }),
  publish: ({ topic, payload, qos, retain }) => say('publish', [topic, payload], given({ retain, qos })),
  subscribe: ({ topic, qos }) => say('subscribe', [topic], given({ qos })),
  unsubscribe: ({ topic }) => say('unsubscribe', [topic]),
  will: ({ topic, payload, qos, retain }) => say('_set_last_will', [topic, payload], given({ retain, qos })),
  ping: () => say('broker_up'),
  check: () => null, // a task delivers messages on its own
  wait: () => null,
  disconnect: () => say('disconnect'),
}

export const QUIRKS: readonly Quirk[] = [
  {
    id: 'A1',
    text: 'a session that is present counts as a failure: with clean=False it never comes back to a broker that has kept it',
  },
  {
    id: 'A2',
    text: 'clean=False with clean_init=True: two connections, and the first one is never closed from this side',
  },
  { id: 'A3', text: 'an end of file ends the reader with an AssertionError; only a later ping finds out' },
  { id: 'A4', text: 'so do a PUBACK of length 3, a SUBACK with two codes, and one without (IndexError)' },
  { id: 'A5', text: 'a reset is noticed at once' },
  {
    id: 'A6',
    text: 'a reconnect takes 7 to 8 s, of which Wi-Fi is 7; a broker that refuses is asked again every 7 s, for ever, without back-off',
  },
  { id: 'A7', text: 'the first connect takes 6 s before CONNECT, with quick=True one; it is not tried again' },
  {
    id: 'A8',
    text: 'a QoS 1 message is sent again with DUP after 10.1 s, four times; then a new connection, and it goes out with a new id',
  },
  { id: 'A9', text: 'a PUBACK for an unknown id, or a second one, is a reconnect' },
  { id: 'A10', text: 'a refused subscription is a reconnect, and is tried again: for ever' },
  { id: 'A11', text: 'packets that it does not know are skipped a byte at a time, and their bytes taken for packets' },
  { id: 'A12', text: 'an incoming QoS 2 message: callback, then a reconnect, and so it is delivered again' },
  { id: 'A13', text: 'while a packet is incomplete nothing can be sent: publish and pings wait up to 10 s' },
  {
    id: 'A14',
    text: 'pings every quarter of the keep alive, whatever the traffic (keep alive 0: every 20 s); four quarters without a byte are a reconnect',
  },
  { id: 'A15', text: 'one packet every 5 ms, and no more' },
  {
    id: 'A16',
    text: 'event mode: the queue holds queue_len - 1 messages; what does not fit is acknowledged and lost, with queue_len 1 everything',
  },
  { id: 'A17', text: 'a non-ASCII str announces fewer bytes than it sends' },
  {
    id: 'A18',
    text: 'after disconnect it still counts as connected until its reader finds the socket closed; a publish then waits for ever',
  },
  { id: 'A19', text: 'a second connect opens another socket and a second reader, and leaves the first one open' },
  { id: 'A20', text: 'a user without password sends an empty one; a password without user is left out' },
  { id: 'A21', text: 'a QoS 0 publish into a dead link returns, and is lost' },
]

export const HABITS: Habits = {
  pings: 'a task, every quarter of the keep alive (60 s), whatever the traffic (A14)',
  deadLink:
    'after four quarters of the keep alive without a byte (A14), or 10 s after a QoS 1 publish that is not acknowledged, the fifth time (A8); a FIN by a later ping (A3)',
  comesBack:
    'by itself, for ever: 7 to 8 s, of which Wi-Fi is 7 (A6), without back-off; never to a broker that kept its session (A1); the program subscribes again',
  sendsAgain: 'a QoS 1 publish with DUP, every 10 s, four times; then on the next connection with a new id (A8)',
  loses:
    'QoS 0 into a dead link (A21); in event mode what does not fit into the queue, acknowledged all the same (A16)',
}
