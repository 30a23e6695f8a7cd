// lwmqtt's results (lwmqtt.h). Any but SUCCESS closes the connection.

export const SUCCESS = 0
export const BUFFER_TOO_SHORT = -1
export const NETWORK_FAILED_CONNECT = -3
export const NETWORK_TIMEOUT = -4
export const NETWORK_FAILED_READ = -5
export const NETWORK_FAILED_WRITE = -6
export const REMAINING_LENGTH_OVERFLOW = -7
export const REMAINING_LENGTH_MISMATCH = -8
export const MISSING_OR_WRONG_PACKET = -9
export const CONNECTION_DENIED = -10
export const FAILED_SUBSCRIPTION = -11
export const SUBACK_ARRAY_OVERFLOW = -12
export const PONG_TIMEOUT = -13

/** One of the above. */
export type LwmqttError = number

/** `returnCode()` where no CONNACK has come, or one with a code that it does not know. */
export const UNKNOWN_RETURN_CODE = 6
