// Reason codes that the broker gives [MQTT 5.0, table 2-6], and what stands for them in CONNACK and SUBACK of 3.1.1.

export const SUCCESS = 0x00
export const NO_SUBSCRIPTION_EXISTED = 0x11
export const CONTINUE_AUTHENTICATION = 0x18
export const RE_AUTHENTICATE = 0x19
export const MALFORMED_PACKET = 0x81
export const PROTOCOL_ERROR = 0x82
export const UNSUPPORTED_VERSION = 0x84
export const BAD_CLIENT_ID = 0x85
export const BAD_CREDENTIALS = 0x86
export const NOT_AUTHORIZED = 0x87
export const SERVER_SHUTTING_DOWN = 0x8b
export const BAD_AUTHENTICATION_METHOD = 0x8c
export const KEEP_ALIVE_TIMEOUT = 0x8d
export const SESSION_TAKEN_OVER = 0x8e
export const TOPIC_FILTER_INVALID = 0x8f
export const PACKET_ID_NOT_FOUND = 0x92
export const RECEIVE_MAXIMUM_EXCEEDED = 0x93
export const TOPIC_ALIAS_INVALID = 0x94
export const PACKET_TOO_LARGE = 0x95
export const RETAIN_NOT_SUPPORTED = 0x9a
export const QOS_NOT_SUPPORTED = 0x9b
export const USE_ANOTHER_SERVER = 0x9c
export const SERVER_MOVED = 0x9d
export const SHARED_NOT_SUPPORTED = 0x9e
export const IDENTIFIERS_NOT_SUPPORTED = 0xa1
export const WILDCARDS_NOT_SUPPORTED = 0xa2

/** The return code of MQTT 3.1.1, table 3.1, for a reason code of CONNACK. */
export function returnCodeOf(reason: number): number {
  switch (reason) {
    case SUCCESS:
      return 0
    case UNSUPPORTED_VERSION:
      return 1
    case BAD_CLIENT_ID:
      return 2
    case BAD_CREDENTIALS:
      return 4
    case NOT_AUTHORIZED:
      return 5
    default:
      return 3
  }
}
