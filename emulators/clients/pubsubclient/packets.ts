// Packet types and states by the library's own names (PubSubClient.h).

export const MQTTCONNECT = 1 << 4
export const MQTTPUBLISH = 3 << 4
export const MQTTPUBACK = 4 << 4
export const MQTTPUBREC = 5 << 4
export const MQTTPUBREL = 6 << 4
export const MQTTPUBCOMP = 7 << 4
export const MQTTSUBSCRIBE = 8 << 4
export const MQTTUNSUBSCRIBE = 10 << 4
export const MQTTPINGREQ = 12 << 4
export const MQTTPINGRESP = 13 << 4
export const MQTTDISCONNECT = 14 << 4
export const MQTTQOS1 = 1 << 1

export const MQTT_CONNECTION_TIMEOUT = -4
export const MQTT_CONNECTION_LOST = -3
export const MQTT_CONNECT_FAILED = -2
export const MQTT_DISCONNECTED = -1
export const MQTT_CONNECTED = 0

/** Room in front of a packet that is built in the buffer: one byte and at most four of remaining length. */
export const MQTT_MAX_HEADER_SIZE = 5

/** The two bytes at `at`. */
export const uint16At = (buffer: Uint8Array, at: number): number => (buffer[at]! << 8) | buffer[at + 1]!
