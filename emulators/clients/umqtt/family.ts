// What the umqtt family's libraries show to the outside: options, methods, verbs, known quirks.
// Texts for people; the behaviour itself is in umqtt.ts.

import type { PyValue, TlsRequest } from '../../board.ts'
import type { LibraryCall, OptionSpec, Options, Quirk, VerbMap } from '../client.ts'
import { type Parameter, type Signature, typeError, typeName } from '../python/python.ts'

const required = (name: string): Parameter => ({ name })
const optional = (name: string, value: PyValue): Parameter => ({ name, default: value })

/** Options from the third on are the same in all. `ssl_params` cannot be written in a scenario. */
export const FAMILY_OPTIONS: readonly OptionSpec[] = [
  { name: 'port', type: 'int', default: 0, summary: 'TCP port; 0 is 1883, or 8883 with ssl' },
  { name: 'user', means: 'user name', type: 'bytes', default: null, summary: 'user name' },
  { name: 'password', means: 'password', type: 'bytes', default: null, summary: 'password; ignored without a user' },
  {
    name: 'keepalive',
    means: 'keep alive',
    type: 'seconds',
    default: 0,
    summary: 'keep alive as announced; the library never pings by itself',
  },
  {
    name: 'ssl',
    means: 'tls',
    type: 'bool',
    default: false,
    summary: 'TLS as with ssl=True: no server name, no verification',
  },
]

export const FAMILY_METHODS: Readonly<Record<string, Signature>> = {
  set_callback: [required('f')],
  set_last_will: [required('topic'), required('msg'), optional('retain', false), optional('qos', 0)],
  connect: [optional('clean_session', true), optional('timeout', null)],
  disconnect: [],
  ping: [],
  publish: [required('topic'), required('msg'), optional('retain', false), optional('qos', 0)],
  subscribe: [required('topic'), optional('qos', 0)],
  wait_msg: [],
  check_msg: [],
  /** No method of the library: `client.NAME = value`, for keepalive, server, user, pswd and pid. */
  setattr: [required('name'), required('value')],
}

export const familyVerbs: VerbMap = {
  connect: ({ clean }) => say('connect', clean === undefined ? [] : [clean]),
  publish: ({ topic, payload, qos, retain }) => say('publish', [topic, payload], given({ retain, qos })),
  subscribe: ({ topic, qos }) => say('subscribe', [topic], given({ qos })),
  unsubscribe: ({ topic }) => say('unsubscribe', [topic]),
  will: ({ topic, payload, qos, retain }) => say('set_last_will', [topic, payload], given({ retain, qos })),
  ping: () => say('ping'),
  check: () => say('check_msg'),
  wait: () => say('wait_msg'),
  disconnect: () => say('disconnect'),
}

export function umqttIdentity(name: string, server: string, port: number): Options {
  // A copy lies beside other small objects; what the encoder gives has memory of its own, some hundred bytes.
  return { client_id: new Uint8Array(UTF8.encode(name)), server, port }
}

const UTF8 = new TextEncoder()

/**
 * What `ssl` asks of the board. True: `ssl.wrap_socket(sock)`, which names no server and verifies nothing; an
 * SSLContext gives the server's name, and verifies when it was told to.
 */
export function tlsRequest(ssl: PyValue, server: PyValue): TlsRequest | undefined {
  if (ssl === true) return {}
  if (ssl !== 'context' && ssl !== 'verify') return undefined
  return { serverName: serverName(server), ...(ssl === 'verify' ? { verify: 'ValueError' as const } : {}) }
}

/** The host that `getaddrinfo` is asked for. */
export function serverName(server: PyValue): string {
  if (typeof server === 'string') return server
  if (server instanceof Uint8Array) return new TextDecoder().decode(server)
  throw typeError(`can't convert '${typeName(server)}' object to str implicitly`)
}

function say(method: string, args: readonly PyValue[] = [], kwargs: Options = {}): LibraryCall {
  return { method, args, kwargs }
}

function given(kwargs: Readonly<Record<string, PyValue | undefined>>): Options {
  return Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== undefined)) as Options
}

export const FAMILY_QUIRKS: readonly Quirk[] = [
  { id: 'Q1', text: 'never pings by itself: an idle subscriber is dropped at 1.5 x keepalive' },
  { id: 'Q3', text: 'publish(qos=1), subscribe and unsubscribe wait for their acknowledgement for ever' },
  { id: 'Q4', text: 'end of file before CONNACK is an IndexError, not an OSError' },
  { id: 'Q5', text: 'packet ids never wrap: id 65536 goes out as 0 and its acknowledgement never matches' },
  { id: 'Q6', text: 'a non-ASCII str announces fewer bytes than it sends; what is left over reads as a new packet' },
  { id: 'Q7', text: 'of an unexpected packet only the first byte is read; its body stays in the stream' },
  { id: 'Q8', text: 'a foreign PUBACK is swallowed: publish(qos=1) inside a callback can hang the outer one' },
  {
    id: 'Q9',
    text: 'QoS 2: the packet goes out, then AssertionError; an incoming one is delivered, then AssertionError',
  },
  { id: 'Q10', text: 'end of file inside a payload delivers the short payload' },
  { id: 'Q11', text: 'publish(qos=0) on a dead connection can succeed before OSError shows' },
  {
    id: 'Q12',
    text: 'after an exception in check_msg the socket stays non-blocking, and writes may be cut short unnoticed',
  },
  { id: 'Q13', text: 'a PINGRESP looks like "no message": check_msg returns None for both' },
  { id: 'Q14', text: 'on a dead TLS link ping and disconnect succeed while there is room in buffers, and then block' },
  { id: 'Q15', text: 'acknowledgements are read with fixed sizes; a longer one desynchronises the stream' },
  { id: 'Q16', text: 'a PINGRESP must be exactly d0 00, else AssertionError' },
  { id: 'Q17', text: 'after a reset by the peer the first read raises ECONNRESET, later ones OSError(-1)' },
]
