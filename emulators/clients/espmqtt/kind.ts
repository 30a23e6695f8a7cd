// What esp-mqtt shows to the outside: the fields of its config struct by their dotted names, the build options that change
// what it does, its functions, and its quirks. Texts for people.

import type { PyValue } from '../../board.ts'
import type { Habits, OptionMeaning, OptionSpec, Quirk } from '../client.ts'
import type { Parameter, Signature } from '../python/python.ts'

const required = (name: string): Parameter => ({ name })
const optional = (name: string, value: PyValue): Parameter => ({ name, default: value })

type Type = OptionSpec['type']

const option = (name: string, type: Type, otherwise: PyValue, summary: string, means?: OptionMeaning): OptionSpec => ({
  name,
  type,
  default: otherwise,
  summary,
  ...(means === undefined ? {} : { means }),
})

const FIELDS: readonly OptionSpec[] = [
  option('broker.address.uri', 'str', null, 'mqtt://host, mqtts://user:password@host:port; wins over the parts'),
  option('broker.address.hostname', 'str', null, "the broker's host name or address"),
  option(
    'broker.address.transport',
    'str',
    null,
    'MQTT_TRANSPORT_OVER_TCP, …; without one and without a URI nothing is done',
  ),
  option('broker.address.port', 'int', 0, 'TCP port; 0 is that of the scheme'),
  option('broker.address.path', 'str', null, 'path of a WebSocket'),
  option('broker.verification.certificate', 'str', null, 'a certificate that the broker must match (mqtts only)'),
  option('broker.verification.use_global_ca_store', 'bool', false, 'verify by the global store (mqtts only)'),
  option('broker.verification.crt_bundle_attach', 'bool', false, 'verify by the bundle of certificates'),
  option(
    'credentials.client_id',
    'bytes',
    null,
    'client id; absent: ESP32_ and half of the Wi-Fi address',
    'client id',
  ),
  option('credentials.set_null_client_id', 'bool', false, 'an empty client id'),
  option('credentials.username', 'bytes', null, 'user name; an empty one is none', 'user name'),
  option(
    'credentials.authentication.password',
    'bytes',
    null,
    'password; alone it has an empty user beside it',
    'password',
  ),
  option('session.last_will.topic', 'bytes', null, 'the will, if there is one'),
  option('session.last_will.msg', 'bytes', null, "the will's payload"),
  option('session.last_will.msg_len', 'int', 0, 'bytes of it; 0: up to its end'),
  option('session.last_will.qos', 'int', 0, "the will's QoS"),
  option('session.last_will.retain', 'int', 0, '1: the will is retained'),
  option('session.disable_clean_session', 'bool', false, 'keep the session'),
  option('session.keepalive', 'seconds', 0, 'keep alive; 0 is 120. A ping leaves at half of it', 'keep alive'),
  option('session.disable_keepalive', 'bool', false, 'keep alive 0, and no pings'),
  option(
    'session.protocol_ver',
    'str',
    null,
    'MQTT_PROTOCOL_V_3_1, MQTT_PROTOCOL_V_3_1_1 (default), MQTT_PROTOCOL_V_5',
  ),
  option('session.message_retransmit_timeout', 'int', 0, 'ms until an unacknowledged packet is sent again; 0 is 1000'),
  option(
    'network.reconnect_timeout_ms',
    'int',
    0,
    'ms from a lost connection to the next attempt, in effect 1.5 times that; 0 is 10000',
  ),
  option('network.timeout_ms', 'int', 0, 'ms that connecting, a write and CONNACK may take; 0 is 10000'),
  option(
    'network.refresh_connection_after_ms',
    'int',
    0,
    'ms after which a connection is closed and another one made; 0: never',
  ),
  option('network.disable_auto_reconnect', 'bool', false, 'wait for reconnect() after a lost connection'),
  option('buffer.size', 'int', 0, 'bytes; larger messages come in several events; 0 is 1024'),
  option('buffer.out_size', 'int', 0, 'bytes; larger messages leave in several writes; 0 is buffer.size'),
  option('outbox.limit', 'int', 0, 'bytes of packets that wait; 0: no limit'),
  option('task.priority', 'int', 0, 'of the task; makes no difference here'),
  option('task.stack_size', 'int', 0, 'of the task; makes no difference here'),
]

const BUILD: readonly OptionSpec[] = [
  option('CONFIG_MQTT_PROTOCOL_311', 'bool', true, 'false: MQTT 3.1 unless session.protocol_ver says otherwise'),
  option('CONFIG_MQTT_PROTOCOL_5', 'bool', false, 'MQTT 5 is built in, which MQTT_PROTOCOL_V_5 needs'),
  option('CONFIG_MQTT_MSG_ID_INCREMENTAL', 'bool', false, 'packet ids 1, 2, 3, … in place of random ones'),
  option('CONFIG_MQTT_SKIP_PUBLISH_IF_DISCONNECTED', 'bool', false, 'publish gives -1 while not connected'),
  option('CONFIG_MQTT_REPORT_DELETED_MESSAGES', 'bool', false, 'an event DELETED for a message that was too old'),
  option('CONFIG_MQTT_TOPIC_PRESENT_ALL_DATA_EVENTS', 'bool', false, 'every event of a long message has its topic'),
  option('CONFIG_MQTT_POLL_READ_TIMEOUT_MS', 'int', 1000, 'the turn of the task'),
  option('CONFIG_MQTT_OUTBOX_EXPIRED_TIMEOUT_MS', 'int', 30_000, 'the age at which a message is dropped'),
  option('CONFIG_MQTT_EVENT_QUEUE_SIZE', 'int', 1, 'events that can wait; this emulation knows 1'),
  option('CONFIG_FREERTOS_HZ', 'int', 100, 'ticks a second: 100 in ESP-IDF, 1000 in Arduino and ESPHome'),
]

export const ESP_OPTIONS: readonly OptionSpec[] = [...FIELDS, ...BUILD]

const PROPERTIES = (names: string): Signature => names.split(' ').map((name) => optional(name, null))

export const ESP_METHODS: Readonly<Record<string, Signature>> = {
  start: [],
  startAndWait: [optional('cleanSession', null)],
  stop: [],
  disconnect: [],
  disconnectAndWait: [],
  reconnect: [],
  destroy: [],
  publish: [
    ...[required('topic'), optional('data', null), optional('len', 0)],
    ...[optional('qos', 0), optional('retain', 0)],
  ],
  enqueue: [
    ...[required('topic'), optional('data', null), optional('len', 0)],
    ...[optional('qos', 0), optional('retain', 0), optional('store', false)],
  ],
  subscribe: [required('topic'), optional('qos', 0)],
  subscribe_multiple: [required('topics')],
  unsubscribe: [required('topic')],
  set_uri: [required('uri')],
  set_config: ESP_OPTIONS.map(({ name }) => optional(name, null)),
  get_outbox_size: [],
  get_state: [],
  dispatch_custom_event: [optional('msg_id', 0)],
  set_connect_property: PROPERTIES(
    'session_expiry_interval maximum_packet_size receive_maximum topic_alias_maximum request_resp_info ' +
      'request_problem_info user_property will_delay_interval payload_format_indicator message_expiry_interval ' +
      'content_type response_topic correlation_data will_user_property',
  ),
  set_publish_property: PROPERTIES(
    'payload_format_indicator message_expiry_interval topic_alias response_topic correlation_data user_property content_type',
  ),
  set_subscribe_property: PROPERTIES(
    'subscribe_id no_local_flag retain_as_published_flag retain_handle is_share_subscribe share_name user_property',
  ),
  set_unsubscribe_property: PROPERTIES('is_share_subscribe share_name user_property'),
  set_disconnect_property: PROPERTIES('session_expiry_interval disconnect_reason user_property'),
}

export const ESP_QUIRKS: readonly Quirk[] = [
  {
    id: 'E1',
    text: 'the next attempt comes after 1.5 times reconnect_timeout_ms (15 s), or after 1.0 times when the DISCONNECTED handler takes a tick; constant, without jitter',
  },
  { id: 'E2', text: 'enqueued messages leave one a turn of the task: one a second while nothing comes in' },
  {
    id: 'E3',
    text: 'an unacknowledged QoS 1 or 2 publish is sent again each second for 30 s on a live connection, with DUP',
  },
  { id: 'E4', text: 'the first resend comes after one to two seconds, on the grid of the poll' },
  { id: 'E5', text: 'only the oldest unacknowledged packet is ever sent again' },
  { id: 'E6', text: 'a message of 30 s is dropped without a word, also while disconnected' },
  { id: 'E7', text: 'publish(qos=1) whose write fails returns -1, and is sent after the reconnect all the same' },
  { id: 'E8', text: 'subscribe whose write fails returns -1 and stays connected; it is sent again' },
  { id: 'E9', text: 'SUBSCRIBE and UNSUBSCRIBE are sent again each second until they are acknowledged' },
  { id: 'E10', text: 'MQTT 3.1.1: a reconnect sends nothing again at once, whatever session_present says' },
  { id: 'E11', text: 'packet ids are random and not compared with those in flight' },
  { id: 'E12', text: 'an incoming QoS 2 message is delivered again when it is sent again' },
  { id: 'E13', text: 'pings leave at half the keep alive after the last PINGRESP, whatever else comes or goes' },
  { id: 'E14', text: 'a missing PINGRESP closes the connection a keep alive after the last one, without an ERROR' },
  {
    id: 'E15',
    text: 'a PINGRESP behind another packet comes too late once the time is over: one packet a turn is read',
  },
  { id: 'E16', text: 'pings are up to a second late' },
  {
    id: 'E17',
    text: 'a packet that TCP cuts behind a byte above 127 loses its place: a PUBACK for id 0xF0F1 can end the connection',
  },
  { id: 'E18', text: 'a long message that stalls for network.timeout_ms is taken for complete, and acknowledged' },
  { id: 'E19', text: 'a pause of more than a second inside a packet closes the connection, without an ERROR' },
  { id: 'E20', text: 'disconnect() comes back by itself; stop() gives no DISCONNECTED' },
  { id: 'E21', text: 'set_uri from mqtt to mqtts without a port keeps 1883' },
  { id: 'E22', text: 'a keep alive above 65535 is cut in CONNECT, not in the timer' },
  {
    id: 'E23',
    text: 'stop() takes up to a second while connected, and up to half the reconnect timeout while waiting',
  },
  { id: 'E24', text: 'publish and enqueue wait while the task connects or a write stalls' },
  { id: 'E25', text: 'a SUBACK without codes closes the connection, without an ERROR' },
  { id: 'E26', text: "a custom event that a handler posts pushes out the library's next event" },
  { id: 'E27', text: 'publish overtakes what was enqueued before' },
  { id: 'E28', text: 'an empty client id with clean session off is sent' },
  { id: 'E29', text: 'MQTT 5: after a DISCONNECT of the broker the client stays connected until the broker closes' },
  { id: 'E30', text: 'MQTT 5: the codes in DISCONNECTED may be from an earlier packet' },
  {
    id: 'E31',
    text: 'MQTT 5: a message that was dropped unacknowledged keeps its place in the receive maximum until the next CONNACK',
  },
  { id: 'E32', text: 'MQTT 5: a response topic with response information loses its last character for a NUL' },
  { id: 'E33', text: 'MQTT 5: properties are in the first event of a long message alone' },
  { id: 'E34', text: 'MQTT 5: a PUBREC with an error is answered with PUBREL, again and again' },
  { id: 'E35', text: 'MQTT 5: a CONNACK that cannot be read is a refusal with code 0' },
  { id: 'E36', text: 'MQTT 5: properties of a publish are used up by it; without topic and alias it is -1' },
  { id: 'E37', text: 'a long publish leaves in pieces of buffer.out_size, and is sent again as one write' },
  { id: 'E38', text: 'two start() before the task runs make two tasks, of which the second takes the connection' },
]

export const ESP_HABITS: Habits = {
  pings: 'its task, at half the keep alive (60 s) after the last PINGRESP, whatever else comes or goes (E13)',
  deadLink:
    'half a keep alive after a ping without answer: 60 to 120 s (E14); a write that takes nothing for 10 s (E24)',
  comesBack:
    'by itself, for ever, every 15 s (E1), after a refusal too; clean session as before, nothing is subscribed again',
  sendsAgain: 'the oldest unacknowledged packet, each second for 30 s, with DUP (E3, E5); SUBSCRIBE as well (E9)',
  loses: 'QoS 1 and 2 that are 30 s old (E6), also while it is not connected; QoS 0 into a dead link',
}
