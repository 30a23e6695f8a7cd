// What each kind of device takes, and which fields each packet has. Made by `npm run docs` from the registries.

import type { YamlMap } from '../plan/index.ts'
import type { DurationText } from './words.ts'

/**
 * By the word that `device()` is given: the keys it takes, its options under `with`, the methods of its library. A project adds its own:
 * `declare module 'mqtt-hil/vitest/test' { interface DeviceKinds { pump: { … } } }`.
 */
export interface DeviceKinds {
  /** micropython-lib umqtt.simple 1.8.0, emulated: MicroPython's own small client: blocking, no time limits, no reconnect */
  readonly 'umqtt.simple': {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** client id */
      readonly client_id?: string
      /** user name */
      readonly user?: string
      /** password; ignored without a user */
      readonly password?: string
      /** keep alive as announced; the library never pings by itself */
      readonly keepalive?: DurationText
      /** TLS; true: no server name, no verification; context: an SSLContext that verifies nothing; verify: one that verifies */
      readonly ssl?: boolean | 'context' | 'verify'
    }
    readonly methods: 'set_callback' | 'set_last_will' | 'connect' | 'disconnect' | 'ping' | 'publish' | 'subscribe' | 'wait_msg' | 'check_msg' | 'setattr' | 'unsubscribe'
  }
  /** micropython-lib umqtt.robust over umqtt.simple 1.8.0 1.0.3, emulated: umqtt.simple that reconnects on OSError, every two seconds, for ever */
  readonly 'umqtt.robust': {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** client id */
      readonly client_id?: string
      /** user name */
      readonly user?: string
      /** password; ignored without a user */
      readonly password?: string
      /** keep alive as announced; the library never pings by itself */
      readonly keepalive?: DurationText
      /** TLS; true: no server name, no verification; context: an SSLContext that verifies nothing; verify: one that verifies */
      readonly ssl?: boolean | 'context' | 'verify'
    }
    readonly methods: 'set_callback' | 'set_last_will' | 'connect' | 'disconnect' | 'ping' | 'publish' | 'subscribe' | 'wait_msg' | 'check_msg' | 'setattr' | 'unsubscribe' | 'reconnect' | 'delay'
  }
  /** umqttsimple.py of the Eduponics and Random Nerd Tutorials guides as printed, emulated: the copy of an old umqtt.simple that many tutorials have you save beside main.py */
  readonly umqttsimple: {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** client id; the board's unique id in hex */
      readonly client_id?: string
      /** user name */
      readonly user?: string
      /** password; ignored without a user */
      readonly password?: string
      /** keep alive as announced; the library never pings by itself */
      readonly keepalive?: DurationText
      /** TLS as with ssl=True: no server name, no verification */
      readonly ssl?: boolean
    }
    readonly methods: 'set_callback' | 'set_last_will' | 'connect' | 'disconnect' | 'ping' | 'publish' | 'subscribe' | 'wait_msg' | 'check_msg' | 'setattr'
  }
  /** Adafruit MiniMQTT 8.1.0, emulated: CircuitPython's client: pings in loop, backs off after refusals, resubscribes at reconnect */
  readonly minimqtt: {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** user name */
      readonly username?: string
      /** password; wanted with a user name */
      readonly password?: string
      /** client id; None is "cpy" and two small random numbers */
      readonly client_id?: string
      /** TLS; wants ssl_context */
      readonly is_ssl?: boolean
      /** keep alive as announced; only loop pings */
      readonly keep_alive?: DurationText
      /** how long it waits for an acknowledgement; more than socket_timeout */
      readonly recv_timeout?: DurationText
      /** true or context: a context that verifies nothing; verify: one that verifies */
      readonly ssl_context?: boolean | 'context' | 'verify'
      /** messages are bytes; else a payload that is no UTF-8 raises */
      readonly use_binary_mode?: boolean
      /** how long one read waits; the smallest timeout of loop */
      readonly socket_timeout?: DurationText
      /** attempts of one connect */
      readonly connect_retries?: number
      /** what callbacks are given as user_data */
      readonly user_data?: string
    }
    readonly methods: 'connect' | 'reconnect' | 'disconnect' | 'deinit' | 'is_connected' | 'publish' | 'subscribe' | 'unsubscribe' | 'loop' | 'ping' | 'will_set' | 'username_pw_set' | 'add_topic_callback' | 'remove_topic_callback' | 'enable_logger' | 'disable_logger' | 'mqtt_msg' | 'getattr' | 'setattr'
  }
  /** QuecPython umqtt 24e3ada, emulated: the client of Quectel's cellular modules: pings, reconnects and subscribes again by itself */
  readonly quecpython: {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** client id */
      readonly client_id?: string
      /** user name */
      readonly user?: string
      /** password; sent without a user as well */
      readonly password?: string
      /** keep alive; 0 or at least 5. A thread pings when the client has been idle for three seconds less */
      readonly keepalive?: DurationText
      /** TLS, with the server name and without verification */
      readonly ssl?: boolean
      /** reconnect and subscribe again when wait_msg fails */
      readonly reconn?: boolean
      /** 3 is MQTT 3.1; anything else 3.1.1 */
      readonly version?: number
      /** how many unanswered pings are sent again */
      readonly pingmaxnum?: number
      /** subscribe again three seconds after a reconnect */
      readonly manage?: boolean
      /** 1 is IPv6 on the module; here the host decides */
      readonly ipvtype?: number
    }
    readonly methods: 'set_callback' | 'error_register_cb' | 'set_last_will' | 'connect' | 'disconnect' | 'close' | 'ping' | 'publish' | 'subscribe' | 'publish_ack' | 'wait_msg' | 'check_msg' | 'get_mqttsta' | 'base_reconnect' | 'sub_timer_task' | 'delay'
  }
  /** espressif/esp-mqtt, the MQTT client of ESP-IDF 1.1.0, emulated: a task that connects, pings, resends and reconnects by itself; ESP-IDF, ESPHome, RainMaker, Arduino */
  readonly 'esp-mqtt': {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** path of a WebSocket */
      readonly 'broker.address.path'?: string
      /** a certificate that the broker must match (mqtts only) */
      readonly 'broker.verification.certificate'?: string
      /** verify by the global store (mqtts only) */
      readonly 'broker.verification.use_global_ca_store'?: boolean
      /** verify by the bundle of certificates */
      readonly 'broker.verification.crt_bundle_attach'?: boolean
      /** client id; absent: ESP32_ and half of the Wi-Fi address */
      readonly 'credentials.client_id'?: string
      /** an empty client id */
      readonly 'credentials.set_null_client_id'?: boolean
      /** user name; an empty one is none */
      readonly 'credentials.username'?: string
      /** password; alone it has an empty user beside it */
      readonly 'credentials.authentication.password'?: string
      /** the will, if there is one */
      readonly 'session.last_will.topic'?: string
      /** the will's payload */
      readonly 'session.last_will.msg'?: string
      /** bytes of it; 0: up to its end */
      readonly 'session.last_will.msg_len'?: number
      /** the will's QoS */
      readonly 'session.last_will.qos'?: number
      /** 1: the will is retained */
      readonly 'session.last_will.retain'?: number
      /** keep the session */
      readonly 'session.disable_clean_session'?: boolean
      /** keep alive; 0 is 120. A ping leaves at half of it */
      readonly 'session.keepalive'?: DurationText
      /** keep alive 0, and no pings */
      readonly 'session.disable_keepalive'?: boolean
      /** MQTT_PROTOCOL_V_3_1, MQTT_PROTOCOL_V_3_1_1 (default), MQTT_PROTOCOL_V_5 */
      readonly 'session.protocol_ver'?: string
      /** ms until an unacknowledged packet is sent again; 0 is 1000 */
      readonly 'session.message_retransmit_timeout'?: number
      /** ms from a lost connection to the next attempt, in effect 1.5 times that; 0 is 10000 */
      readonly 'network.reconnect_timeout_ms'?: number
      /** ms that connecting, a write and CONNACK may take; 0 is 10000 */
      readonly 'network.timeout_ms'?: number
      /** ms after which a connection is closed and another one made; 0: never */
      readonly 'network.refresh_connection_after_ms'?: number
      /** wait for reconnect() after a lost connection */
      readonly 'network.disable_auto_reconnect'?: boolean
      /** bytes; larger messages come in several events; 0 is 1024 */
      readonly 'buffer.size'?: number
      /** bytes; larger messages leave in several writes; 0 is buffer.size */
      readonly 'buffer.out_size'?: number
      /** bytes of packets that wait; 0: no limit */
      readonly 'outbox.limit'?: number
      /** of the task; makes no difference here */
      readonly 'task.priority'?: number
      /** of the task; makes no difference here */
      readonly 'task.stack_size'?: number
      /** false: MQTT 3.1 unless session.protocol_ver says otherwise */
      readonly CONFIG_MQTT_PROTOCOL_311?: boolean
      /** MQTT 5 is built in, which MQTT_PROTOCOL_V_5 needs */
      readonly CONFIG_MQTT_PROTOCOL_5?: boolean
      /** packet ids 1, 2, 3, … in place of random ones */
      readonly CONFIG_MQTT_MSG_ID_INCREMENTAL?: boolean
      /** publish gives -1 while not connected */
      readonly CONFIG_MQTT_SKIP_PUBLISH_IF_DISCONNECTED?: boolean
      /** an event DELETED for a message that was too old */
      readonly CONFIG_MQTT_REPORT_DELETED_MESSAGES?: boolean
      /** every event of a long message has its topic */
      readonly CONFIG_MQTT_TOPIC_PRESENT_ALL_DATA_EVENTS?: boolean
      /** the turn of the task */
      readonly CONFIG_MQTT_POLL_READ_TIMEOUT_MS?: number
      /** the age at which a message is dropped */
      readonly CONFIG_MQTT_OUTBOX_EXPIRED_TIMEOUT_MS?: number
      /** events that can wait; this emulation knows 1 */
      readonly CONFIG_MQTT_EVENT_QUEUE_SIZE?: number
      /** ticks a second: 100 in ESP-IDF, 1000 in Arduino and ESPHome */
      readonly CONFIG_FREERTOS_HZ?: number
    }
    readonly methods: 'start' | 'startAndWait' | 'stop' | 'disconnect' | 'disconnectAndWait' | 'reconnect' | 'destroy' | 'publish' | 'enqueue' | 'subscribe' | 'subscribe_multiple' | 'unsubscribe' | 'set_uri' | 'set_config' | 'get_outbox_size' | 'get_state' | 'dispatch_custom_event' | 'set_connect_property' | 'set_publish_property' | 'set_subscribe_property' | 'set_unsubscribe_property' | 'set_disconnect_property'
  }
  /** PubSubClient (knolleary) 2.8, emulated: the Arduino library that most sketches and Tasmota are made with; QoS 0, one buffer, and nothing waited for */
  readonly pubsubclient: {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** client id, for a connect that gives none */
      readonly id?: string
      /** user name, for a connect that gives none */
      readonly user?: string
      /** password, for a connect that gives none; without a user it is not sent */
      readonly pass?: string
      /** setKeepAlive: a ping is due when one of the two directions has been quiet for longer */
      readonly keepAlive?: DurationText
      /** setSocketTimeout: of the wait for each byte, not of TCP connect */
      readonly socketTimeout?: DurationText
      /** setBufferSize, in bytes, for both ways */
      readonly bufferSize?: number
      /** whether the sketch has called setCallback */
      readonly callback?: boolean
      /** whether the sketch has called setStream */
      readonly stream?: boolean
      /** a define: 3 is MQTT 3.1, 4 is 3.1.1 */
      readonly MQTT_VERSION?: number
      /** a define, in bytes: the largest write; a longer packet leaves in several */
      readonly MQTT_MAX_TRANSFER_SIZE?: number
      /** whose network object: ethernet, esp8266, esp32. It decides what is lost when the broker sends and closes at once */
      readonly core?: string
      /** TLS, as a WiFiClientSecure after setInsecure(): the server is named and nothing is verified */
      readonly secure?: boolean
    }
    readonly methods: 'setServer' | 'setCallback' | 'setStream' | 'setKeepAlive' | 'setSocketTimeout' | 'setBufferSize' | 'getBufferSize' | 'connect' | 'disconnect' | 'loop' | 'connected' | 'state' | 'endPublish' | 'write' | 'print' | 'subscribe' | 'unsubscribe' | 'will' | 'net.connect' | 'net.stop' | 'net.connected' | 'net.available' | 'publish' | 'publish_P' | 'beginPublish'
  }
  /** MQTT (arduino-mqtt, 256dpi) 2.5.3, emulated: the Arduino library over lwmqtt: QoS 0 to 2, a second for each answer, and whatever goes wrong closes */
  readonly 'arduino-mqtt': {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** client id, for a connect that gives none */
      readonly clientID?: string
      /** user name, for a connect that gives none; an empty one is none */
      readonly username?: string
      /** password, for a connect that gives none; an empty one is none */
      readonly password?: string
      /** setKeepAlive, cut to 16 bits: a ping is due when nothing was sent for this time */
      readonly keepAlive?: DurationText
      /** setCleanSession */
      readonly cleanSession?: boolean
      /** setTimeout: of each command as a whole */
      readonly timeout?: DurationText
      /** bytes: whole incoming packets */
      readonly readBufSize?: number
      /** bytes: outgoing packets without a PUBLISH's payload */
      readonly writeBufSize?: number
      /** dropOverflow: what does not fit is dropped */
      readonly dropOverflow?: boolean
      /** advanced, simple (a payload ends at a NUL) or none: which callback the sketch has set */
      readonly callback?: string
      /** whose network object: ethernet, esp8266, esp32. It decides what is lost when the broker sends and closes at once */
      readonly core?: string
      /** TLS, as a WiFiClientSecure after setInsecure(): the server is named and nothing is verified */
      readonly secure?: boolean
    }
    readonly methods: 'begin' | 'setHost' | 'onMessage' | 'onMessageAdvanced' | 'setWill' | 'clearWill' | 'setKeepAlive' | 'setCleanSession' | 'setTimeout' | 'setOptions' | 'dropOverflow' | 'droppedMessages' | 'connect' | 'publish' | 'prepareDuplicate' | 'lastPacketID' | 'subscribe' | 'unsubscribe' | 'loop' | 'connected' | 'sessionPresent' | 'lastError' | 'returnCode' | 'disconnect' | 'net.connect' | 'net.stop' | 'net.connected' | 'net.available'
  }
  /** mqtt_as (Peter Hinch) 0.8.3, emulated: MicroPython's asynchronous client: pings, sends again, reconnects with Wi-Fi and all, for ever */
  readonly mqtt_as: {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** client id */
      readonly client_id?: string
      /** user name */
      readonly user?: string
      /** password; ignored without a user, sent empty with one */
      readonly password?: string
      /** keep alive; a task pings four times as often, whatever the traffic */
      readonly keepalive?: DurationText
      /** how often to ping, if that is more often than a quarter of the keep alive; 0: a quarter */
      readonly ping_interval?: DurationText
      /** TLS: no server name, no verification */
      readonly ssl?: boolean
      /** how long it waits for any answer */
      readonly response_time?: DurationText
      /** clean session on the first connection */
      readonly clean_init?: boolean
      /** clean session on each reconnect; false with clean_init true connects twice at first */
      readonly clean?: boolean
      /** how often a QoS 1 message is sent again, with DUP */
      readonly max_repubs?: number
      /** name of the Wi-Fi */
      readonly ssid?: string
      /** its password */
      readonly wifi_pw?: string
      /** 0: callbacks and coroutines; more: events, and a queue that holds one message fewer */
      readonly queue_len?: number
    }
    readonly methods: 'connect' | 'publish' | 'subscribe' | 'unsubscribe' | 'isconnected' | 'broker_up' | 'disconnect' | 'close' | '_set_last_will'
  }
  /** espMqttClient (bertmelis) 1.7.3, emulated: a queue and a state machine for ESP32 and ESP8266: QoS 0 to 2 in the background, sent again until answered */
  readonly espmqttclient: {
    readonly keys: 'version' | 'protocol' | 'with' | 'will' | 'firmware' | 'callback' | 'poll' | 'signals' | 'files' | 'wifi'
    readonly with: {
      /** setClientId; none: the chip’s own */
      readonly clientId?: string
      /** setCredentials */
      readonly username?: string
      /** setCredentials; sent without a user as well */
      readonly password?: string
      /** setKeepAlive; a ping when either side has been quiet for that time, and the end when the broker has for twice that */
      readonly keepAlive?: DurationText
      /** setTimeout: until a packet without its answer is sent again */
      readonly timeout?: DurationText
      /** setCleanSession */
      readonly cleanSession?: boolean
      /** as on an ESP32, where a task calls loop; false: the program does, as on an ESP8266 */
      readonly internalTask?: boolean
      /** whose network object: ethernet, esp8266, esp32. It decides what is lost when the broker sends and closes at once */
      readonly core?: string
      /** TLS, as a WiFiClientSecure after setInsecure(): the server is named and nothing is verified */
      readonly secure?: boolean
    }
    readonly methods: 'setServer' | 'setClientId' | 'setKeepAlive' | 'setTimeout' | 'setCleanSession' | 'setCredentials' | 'setWill' | 'connect' | 'connectAndWait' | 'disconnect' | 'connected' | 'disconnected' | 'publish' | 'subscribe' | 'unsubscribe' | 'loop' | 'clearQueue' | 'queueSize' | 'getClientId'
  }
  /** a virtual board: the real MicroPython with the modules of an ESP32, running the program in files: */
  readonly micropython: {
    readonly keys: 'files' | 'console' | 'commands' | 'client' | 'protocol' | 'version' | 'callback' | 'with' | 'will' | 'firmware' | 'poll' | 'signals' | 'wifi' | 'chip'
    readonly with: YamlMap
    readonly methods: string
  }
  /** a real board with MicroPython at a serial port */
  readonly board: {
    readonly keys: 'port' | 'reset' | 'power' | 'image' | 'flash' | 'elf' | 'clean' | 'console' | 'commands' | 'files' | 'client' | 'protocol' | 'version' | 'callback' | 'with' | 'will' | 'firmware' | 'poll' | 'signals'
    readonly with: YamlMap
    readonly methods: string
  }
  /** any program that speaks MQTT, started by the harness; its input and output are the console */
  readonly process: {
    readonly keys: 'command' | 'protocol' | 'directory' | 'env' | 'tty' | 'console' | 'commands' | 'with' | 'will'
    readonly with: {
      /** keep alive, with commands: */
      readonly keepalive?: DurationText
      /** user name, with commands: */
      readonly username?: string
      /** password, with commands: */
      readonly password?: string
    }
    readonly methods: string
  }
  /** sends any packet, part of a packet, or any bytes, and answers only what answers: lists */
  readonly raw: {
    readonly keys: 'protocol' | 'with' | 'will' | 'auto'
    readonly with: {
      /** client id; without it the device's name */
      readonly clientId?: string
      /** keep alive of CONNECT */
      readonly keepalive?: DurationText
      /** clean session, when connect does not say */
      readonly clean?: boolean
      /** any protocol level, known or not; protocol: has words for the known ones */
      readonly protocolLevel?: number
      /** over WebSocket: what its upgrade offers; "" is none, "mqtt, mqttv3.1" is two */
      readonly subprotocol?: string
      /** without it MQIsdp for level 3, MQTT for the others */
      readonly protocolName?: string
      /** user name */
      readonly username?: string
      /** password */
      readonly password?: string
    }
    readonly methods: string
  }
  /** MQTT.js, the well-behaved reference client; messages it receives are lines on its console */
  readonly mqttjs: {
    readonly keys: 'protocol' | 'with' | 'will' | 'poll'
    readonly with: {
      /** client id; without it the device's name */
      readonly clientId?: string
      /** clean session, when connect does not say */
      readonly clean?: boolean
      /** keep alive; it pings by itself */
      readonly keepalive?: DurationText
      /** from a loss to the next attempt; 0s: none */
      readonly reconnectPeriod?: DurationText
      /** how long it waits for CONNACK */
      readonly connectTimeout?: DurationText
      /** user name */
      readonly username?: string
      /** password */
      readonly password?: string
      /** 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5.0; see protocol: */
      readonly protocolVersion?: number
      /** without it MQIsdp for version 3, MQTT for the others */
      readonly protocolId?: string
      /** subscribes again after a reconnect */
      readonly resubscribe?: boolean
      /** puts off a ping when something else was sent */
      readonly reschedulePings?: boolean
      /** keeps QoS 0 messages while it is not connected */
      readonly queueQoSZero?: boolean
      /** verifies the certificate, with link: { tls: … } */
      readonly rejectUnauthorized?: boolean
      /** tries again after a refusal */
      readonly reconnectOnConnackError?: boolean
      /** MQTT 5: gives topics aliases by itself */
      readonly autoAssignTopicAlias?: boolean
      /** MQTT 5: uses aliases that were given before */
      readonly autoUseTopicAlias?: boolean
    }
    readonly methods: string
  }
  /** a device as it was recorded: the same packets, at their times or after the same answers */
  readonly replay: {
    readonly keys: 'file' | 'device' | 'speed' | 'begin' | 'with'
    readonly with: {
      /** the password that it gave, which no recording has */
      readonly password?: string
    }
    readonly methods: string
  }
}

/** The programs that a device can run in place of the puppet, with their options under `with`. */
export interface FirmwareOptions {
  /** publishes its button twice a second and shows another board's button on its LED */
  readonly 'button-led': {
    /** client id, and the first level of its button topic */
    readonly name?: string
    /** the name of the board whose button lights this LED */
    readonly peer?: string
  }
  /** the Eduponics light: publishes its state, and resets the board five seconds after an OSError */
  readonly 'room-light': {
    /** the first level of its topics */
    readonly uuid?: string
    /** publishes when more whole seconds than this have passed */
    readonly interval?: DurationText
    /** what it publishes */
    readonly light_status?: string
    /** false: publish the int 1 as printed, a TypeError */
    readonly fix_payload?: boolean
  }
  /** connects, subscribes, publishes, unsubscribes and disconnects, and prints every callback */
  readonly 'feed-walkthrough': {
    /** the feed that it subscribes and publishes to */
    readonly topic?: string
  }
  /** QuecPython with reconn=False: listens in a thread, and on an error closes, connects and subscribes again; after the first time nobody pings, so a broker that is gone again is not noticed */
  readonly 'quec-reconnect': {
    /** what it subscribes to, with QoS 0 */
    readonly topic?: string
    /** keep alive; 0 or at least 5 */
    readonly keepalive?: DurationText
    /** time from closing to the next attempt */
    readonly retry?: DurationText
  }
  /** umqtt.robust with its own connect, which subscribes again after a lost session */
  readonly 'robust-resubscribe': {
    /** what it subscribes to, with QoS 0 */
    readonly topic?: string
    /** keep alive; nobody pings */
    readonly keepalive?: DurationText
  }
  /** mqtt_as's own example: subscribes at each `up`, prints what comes, publishes a counter every five seconds */
  readonly 'mqtt-as-demo': {
    /** what it subscribes to, with QoS 1 */
    readonly subscribes?: string
    /** where it publishes its counter, with QoS 1 */
    readonly publishes?: string
    /** how long it pauses before each of them */
    readonly every?: DurationText
    /** keep alive; a task pings four times as often */
    readonly keepalive?: DurationText
    /** of the queue that messages lie in; it holds one fewer */
    readonly queue_len?: number
    /** how long the program has to do with each message */
    readonly busy?: DurationText
  }
  /** PubSubClient's mqtt_basic: blocks until it is connected, an attempt every five seconds, without a pause when it was thrown out */
  readonly 'pubsubclient-reconnect': {
    /** client id; none: the device's name. The sketch says arduinoClient */
    readonly id?: string
    /** where it publishes once it is connected */
    readonly publishes?: string
    /** what it publishes */
    readonly message?: string
    /** what it subscribes to, with QoS 0 */
    readonly subscribes?: string
    /** setKeepAlive */
    readonly keepAlive?: DurationText
    /** setSocketTimeout */
    readonly socketTimeout?: DurationText
  }
  /** PubSubClient's mqtt_reconnect_nonblocking: at most one attempt every five seconds, none in the first five, and each may block */
  readonly 'pubsubclient-nonblocking': {
    /** client id; none: the device's name. The sketch says arduinoClient */
    readonly id?: string
    /** where it publishes once it is connected */
    readonly publishes?: string
    /** what it publishes */
    readonly message?: string
    /** what it subscribes to, with QoS 0 */
    readonly subscribes?: string
    /** setKeepAlive */
    readonly keepAlive?: DurationText
    /** setSocketTimeout */
    readonly socketTimeout?: DurationText
  }
  /** arduino-mqtt's ESP32DevelopmentBoard: an attempt each second until one succeeds, and a message about every second */
  readonly 'arduino-mqtt-example': {
    /** client id; none: the device's name */
    readonly id?: string
    /** what it subscribes to, with QoS 0 */
    readonly subscribes?: string
    /** where it publishes world */
    readonly publishes?: string
    /** setKeepAlive */
    readonly keepAlive?: DurationText
  }
  /** espMqttClient's simple-esp32: subscribes and publishes at each connect, and comes back at once, without the five seconds it means to wait */
  readonly 'espmqttclient-example': {
    /** client id; none: the device's name */
    readonly id?: string
    /** what its topic begins with: /lol follows */
    readonly prefix?: string
    /** setKeepAlive */
    readonly keepAlive?: DurationText
    /** the loop asks for the time in each turn, and so waits five seconds; the example does once, and never waits */
    readonly waits?: boolean
  }
  /** ESP-IDF's examples/protocols/mqtt/tcp: subscribes, unsubscribes and publishes in its handler at each CONNECTED */
  readonly 'esp-mqtt-example': {
    /** client id; none: the device's name */
    readonly id?: string
    /** what its topics begin with: /qos0 and /qos1 follow */
    readonly prefix?: string
    /** session.keepalive */
    readonly keepalive?: DurationText
  }
  /** a Tasmota plug: LWT, commands, telemetry, and attempts 10, 20, 30, … 120 s apart */
  readonly tasmota: {
    /** Topic; none: the device's name */
    readonly topic?: string
    /** GroupTopic, of which it also takes commands */
    readonly group?: string
    /** fallback topic, from the MAC address */
    readonly fallback?: string
    /** MqttRetry: 10 s after the first failure, 20 s after the next, … to 120 s */
    readonly retry?: DurationText
    /** TelePeriod; 0 is none */
    readonly tele_period?: DurationText
    /** MqttKeepAlive */
    readonly keepalive?: DurationText
    /** MqttTimeout, which is setSocketTimeout */
    readonly timeout?: DurationText
    /** whether the relay is on at boot */
    readonly power?: boolean
  }
  /** what ESPHome does with esp-mqtt: birth and will, discovery, retained states, reboot after 15 min without a broker */
  readonly esphome: {
    /** what topics begin with; absent: the device's name */
    readonly topic_prefix?: string
    /** keep alive */
    readonly keepalive?: DurationText
    /** a clean session */
    readonly clean_session?: boolean
    /** tell Home Assistant of sensor and switch, retained */
    readonly discovery?: boolean
    /** where Home Assistant listens for that */
    readonly discovery_prefix?: string
    /** time without a broker after which it reboots; 0s: never */
    readonly reboot_timeout?: DurationText
    /** from one state of the sensor to the next */
    readonly update_interval?: DurationText
  }
}

/** Fields of a decoded packet, by its type. */
export interface FieldsOf {
  readonly connect: 'protocolName' | 'protocolLevel' | 'clean' | 'keepalive' | 'clientId' | 'will' | 'username' | 'password' | 'properties' | 'length' | 'flags' | 'hex'
  readonly connack: 'sessionPresent' | 'returnCode' | 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly publish: 'topic' | 'payload' | 'qos' | 'retain' | 'dup' | 'packetId' | 'properties' | 'length' | 'flags' | 'hex'
  readonly puback: 'packetId' | 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly pubrec: 'packetId' | 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly pubrel: 'packetId' | 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly pubcomp: 'packetId' | 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly subscribe: 'packetId' | 'topic' | 'qos' | 'noLocal' | 'retainAsPublished' | 'retainHandling' | 'properties' | 'length' | 'flags' | 'hex'
  readonly suback: 'packetId' | 'granted' | 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly unsubscribe: 'packetId' | 'topic' | 'properties' | 'length' | 'flags' | 'hex'
  readonly unsuback: 'packetId' | 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly pingreq: 'length' | 'flags' | 'hex'
  readonly pingresp: 'length' | 'flags' | 'hex'
  readonly disconnect: 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly auth: 'reasonCode' | 'properties' | 'length' | 'flags' | 'hex'
  readonly malformed: 'claims' | 'reason' | 'statement' | 'offset' | 'length' | 'flags' | 'hex'
}
