// What QuecPython's client shows to the outside: options, methods, known quirks. Texts for people.

import type { PyValue } from '../../board.ts'
import type { Habits, OptionSpec, Quirk } from '../client.ts'
import type { Parameter, Signature } from '../python/python.ts'

const required = (name: string): Parameter => ({ name })
const optional = (name: string, value: PyValue): Parameter => ({ name, default: value })

/** `ssl_params`, a dict for `ussl.wrap_socket`, cannot be written in a scenario. */
export const QUEC_OPTIONS: readonly OptionSpec[] = [
  { name: 'client_id', means: 'client id', type: 'bytes', default: undefined, summary: 'client id' },
  { name: 'server', type: 'str', default: undefined, summary: "the broker's host name or address" },
  { name: 'port', type: 'int', default: 0, summary: 'TCP port; 0 is 1883, or 8883 with ssl' },
  { name: 'user', means: 'user name', type: 'bytes', default: null, summary: 'user name' },
  {
    name: 'password',
    means: 'password',
    type: 'bytes',
    default: null,
    summary: 'password; sent without a user as well',
  },
  {
    name: 'keepalive',
    means: 'keep alive',
    type: 'seconds',
    default: 60,
    summary: 'keep alive; 0 or at least 5. A thread pings when the client has been idle for three seconds less',
  },
  {
    name: 'ssl',
    means: 'tls',
    type: 'bool',
    default: false,
    summary: 'TLS, with the server name and without verification',
  },
  {
    name: 'reconn',
    means: 'reconnects',
    type: 'bool',
    default: true,
    summary: 'reconnect and subscribe again when wait_msg fails',
  },
  { name: 'version', type: 'int', default: 4, summary: '3 is MQTT 3.1; anything else 3.1.1' },
  { name: 'pingmaxnum', type: 'int', default: 0, summary: 'how many unanswered pings are sent again' },
  { name: 'manage', type: 'bool', default: false, summary: 'subscribe again three seconds after a reconnect' },
  { name: 'ipvtype', type: 'int', default: 0, summary: '1 is IPv6 on the module; here the host decides' },
]

export const QUEC_METHODS: Readonly<Record<string, Signature>> = {
  set_callback: [required('f')],
  error_register_cb: [required('func')],
  set_last_will: [required('topic'), required('msg'), optional('retain', false), optional('qos', 0)],
  connect: [optional('clean_session', true)],
  disconnect: [],
  close: [],
  ping: [],
  publish: [required('topic'), required('msg'), optional('retain', false), optional('qos', 0)],
  subscribe: [required('topic'), optional('qos', 0), optional('sock', null)],
  publish_ack: [required('pid')],
  wait_msg: [],
  check_msg: [],
  get_mqttsta: [],
  base_reconnect: [],
  sub_timer_task: [required('arg')],
  delay: [required('i')],
}

export const QUEC_QUIRKS: readonly Quirk[] = [
  { id: 'QP1', text: 'connect sends a whole CONNECT in one write, and any failure of it is a ValueError with a text' },
  {
    id: 'QP2',
    text: "a CONNACK code 4 reads 'Server Actively FIN Disconnected', because errno 107 and code 4 share a text",
  },
  { id: 'QP3', text: 'connect returns 0 whether a session was present or not' },
  { id: 'QP4', text: 'clean_session defaults to True, although the documentation says False' },
  { id: 'QP5', text: 'an empty client id is left out of the CONNECT, which makes it malformed' },
  { id: 'QP6', text: 'user and password do not need each other; a password alone goes out, against the protocol' },
  { id: 'QP7', text: 'a second connect leaves the old connection open' },
  { id: 'QP8', text: 'every publish takes a packet id, QoS 0 as well; after 65535 comes 1' },
  {
    id: 'QP9',
    text: 'publish swallows exceptions and returns False; before connect and after disconnect it is an AttributeError',
  },
  {
    id: 'QP10',
    text: 'publish(qos=1) takes one packet and then looks for 5.5 s: a message before the PUBACK makes it return False',
  },
  { id: 'QP11', text: 'a QoS 1 publish is never sent again, and DUP is never set' },
  { id: 'QP12', text: 'publish(qos=2) sends the packet and returns False' },
  { id: 'QP13', text: 'subscribe returns None whatever comes: refused, another packet, nothing' },
  { id: 'QP14', text: 'a SUBSCRIBE for a topic of 123 bytes or more is malformed; from 251 on it is an error' },
  { id: 'QP15', text: 'no unsubscribe: AttributeError' },
  {
    id: 'QP16',
    text: 'an end of file looks like no message: wait_msg returns None at once, for ever, without a reconnect',
  },
  { id: 'QP17', text: 'the PUBACK of a QoS 1 message is sent by a thread of its own, when no publish is under way' },
  { id: 'QP18', text: 'an incoming QoS 2 message raises before the callback, which counts as a broken connection' },
  { id: 'QP19', text: 'an exception in the callback is swallowed' },
  { id: 'QP20', text: 'inside the callback wait_msg and check_msg never return, and publish(qos=1) returns False' },
  {
    id: 'QP21',
    text: 'publish in the callback never returns while the message is read by a publish(qos=1) that waits',
  },
  { id: 'QP22', text: 'a ping is due when idle for more than keepalive - 3, looked at every five seconds' },
  {
    id: 'QP23',
    text: 'an unanswered ping is noticed when the next is due: twice the keep-alive after the last traffic',
  },
  {
    id: 'QP24',
    text: 'after that the reader has three seconds and reconnects; without a reader nobody does, and nobody pings',
  },
  { id: 'QP25', text: 'a reconnect closes without DISCONNECT, so the will fires, and keeps clean_session' },
  { id: 'QP26', text: 'attempts to reconnect are 6, 7, 8, … s apart, without end and without jitter' },
  { id: 'QP27', text: 'a reconnect subscribes to all topics again, with the QoS of the last subscription' },
  { id: 'QP28', text: 'close under a waiting wait_msg makes that reconnect, one second later' },
  { id: 'QP29', text: 'a check_msg that reconnects then waits for the next packet, without a time limit' },
  { id: 'QP30', text: 'after disconnect the object connects and publishes QoS 0, but wait_msg returns None unread' },
  {
    id: 'QP31',
    text: 'with reconn=False an error that leaves wait_msg makes publish(qos=1) and subscribe wait 5.5 s unread',
  },
  {
    id: 'QP32',
    text: 'a ping that cannot be written while nobody waits: the thread stops itself in its reconnect, the lock held, and nobody reconnects any more (as the code reads; not seen on a module)',
  },
  {
    id: 'QP33',
    text: 'a link that breaks while a ping is unanswered reconnects without a new keep-alive thread, and nobody pings if the old one has ended',
  },
  {
    id: 'QP34',
    text: 'a reconnect of the keep-alive thread that takes less than a second is done again by the thread that waited',
  },
  { id: 'QP35', text: 'publish(qos=1) that reconnects inside its wait returns False, with its lock released' },
  { id: 'QP36', text: 'ping writes a PINGREQ even with keepalive 0' },
  { id: 'QP37', text: 'a struct value that does not fit is an error: a keep-alive above 65535 fails in connect' },
]

export const QUEC_HABITS: Habits = {
  pings: 'its thread, once idle for keepalive - 3 s, looked at every five (QP22)',
  deadLink:
    'twice the keep alive after the last traffic and up to nine seconds more (QP23), if somebody waits for messages (QP24)',
  comesBack: 'by itself, inside of wait_msg: 6, 7, 8, … s apart, for ever (QP26); subscribes again (QP27)',
  sendsAgain: 'nothing (QP11)',
  loses: 'a QoS 1 publish whose PUBACK was not the next packet: False (QP10)',
}
