// `esp_mqtt_set_config`: what of the program's config struct is kept, and what goes back to its default when it is not
// given again. Times are milliseconds.

import type { PyValue } from '../../board.ts'
import type { Options } from '../client.ts'
import { cString, int, pointer, textAt } from './c.ts'
import type { ConnectInfo } from './message.ts'
import { parseUri, percentDecoded } from './uri.ts'

const NOTHING = new Uint8Array()

/** MQTT_KEEPALIVE_TICK, seconds. */
const KEEPALIVE = 120
const BUFFER_SIZE = 1024
const RETRANSMIT = 1000
const NETWORK_TIMEOUT = 10_000
/** MQTT_RECON_DEFAULT_MS. */
export const RECONNECT = 10_000

export const SCHEMES: Readonly<Record<string, { readonly port: number; readonly tls: boolean }>> = {
  mqtt: { port: 1883, tls: false },
  mqtts: { port: 8883, tls: true },
  ws: { port: 80, tls: false },
  wss: { port: 443, tls: true },
}

const TRANSPORTS: Readonly<Record<string, string>> = {
  MQTT_TRANSPORT_OVER_TCP: 'mqtt',
  MQTT_TRANSPORT_OVER_SSL: 'mqtts',
  MQTT_TRANSPORT_OVER_WS: 'ws',
  MQTT_TRANSPORT_OVER_WSS: 'wss',
}

const PROTOCOLS: Readonly<Record<string, ConnectInfo['protocolVer']>> = {
  MQTT_PROTOCOL_V_3_1: '3.1',
  MQTT_PROTOCOL_V_3_1_1: '3.1.1',
  MQTT_PROTOCOL_V_5: '5',
}

/** `mqtt_config_storage_t`. */
export interface Config {
  uri: string | null
  scheme: string | null
  host: string | null
  path: string | null
  port: number
  inBuffer: number
  outBuffer: number
  retransmit: number
  networkTimeout: number
  reconnect: number
  refresh: number
  autoReconnect: boolean
  outboxLimit: number
  /** Somebody looks at the broker's certificate. */
  verifies: boolean
  /** A certificate, a key or the like is set, which only TLS can use. */
  hasTls: boolean
}

/** What changes what set_config does. */
export interface Build {
  readonly protocol5: boolean
  readonly protocol311: boolean
  /** User and password in a URI are decoded, as since 1.1.0. */
  readonly decodes: boolean
  /** Of the Wi-Fi address. */
  readonly mac: Uint8Array
}

// Spread out of smaller literals, each of these would have a hidden class of its own: 400 bytes a device.

export const newConfig = (): Config => ({
  uri: null,
  scheme: null,
  host: null,
  path: null,
  port: 0,
  inBuffer: 0,
  outBuffer: 0,
  retransmit: 0,
  networkTimeout: 0,
  reconnect: 0,
  refresh: 0,
  autoReconnect: true,
  outboxLimit: 0,
  verifies: false,
  hasTls: false,
})

export const newConnectInfo = (): ConnectInfo => ({
  clientId: null,
  username: null,
  password: null,
  willTopic: null,
  willMessage: NOTHING,
  willQos: 0,
  willRetain: false,
  cleanSession: false,
  keepalive: 0,
  protocolVer: '3.1',
})

/** The error's name, or ESP_OK. */
export function setConfig(config: Config, info: ConnectInfo, given: Options, build: Build, first: boolean): string {
  const set = (name: string): PyValue => given[name] ?? null
  const positive = (name: string, otherwise: number): number => (int(set(name)) > 0 ? int(set(name)) : otherwise)
  config.inBuffer = positive('buffer.size', BUFFER_SIZE)
  config.outBuffer = positive('buffer.out_size', config.inBuffer)
  config.retransmit = positive('session.message_retransmit_timeout', RETRANSMIT)
  config.port = int(set('broker.address.port')) || config.port
  config.host = textAt(set('broker.address.hostname')) ?? config.host
  config.path = textAt(set('broker.address.path')) ?? config.path
  const uri = textAt(set('broker.address.uri'))
  config.uri = uri ?? config.uri
  setCredentials(info, given, build.mac)
  setWill(info, given)
  info.cleanSession = int(set('session.disable_clean_session')) === 0
  if (int(set('session.keepalive')) !== 0) info.keepalive = int(set('session.keepalive'))
  if (info.keepalive === 0) info.keepalive = KEEPALIVE
  if (int(set('session.disable_keepalive')) !== 0) info.keepalive = 0
  const version = PROTOCOLS[String(set('session.protocol_ver'))]
  if (version !== undefined) info.protocolVer = version
  else if (first) info.protocolVer = build.protocol311 ? '3.1.1' : '3.1'
  if (info.protocolVer === '5' && !build.protocol5) return 'ESP_ERR_NO_MEM'
  config.networkTimeout = positive('network.timeout_ms', NETWORK_TIMEOUT)
  config.refresh = int(set('network.refresh_connection_after_ms')) || config.refresh
  config.autoReconnect = int(set('network.disable_auto_reconnect')) === 0
  config.reconnect = int(set('network.reconnect_timeout_ms')) || RECONNECT
  const certificate =
    set('broker.verification.certificate') !== null || int(set('broker.verification.use_global_ca_store')) !== 0
  config.verifies = certificate || int(set('broker.verification.crt_bundle_attach')) !== 0
  config.hasTls = certificate
  const transport = TRANSPORTS[String(set('broker.address.transport'))]
  if (transport !== undefined) config.scheme = transport
  // The URI comes last and has the last word.
  if (uri !== null && setUri(config, info, config.uri!, build.decodes) !== 'ESP_OK') return 'ESP_FAIL'
  config.outboxLimit = int(set('outbox.limit'))
  const secure = SCHEMES[config.scheme?.toLowerCase() ?? '']?.tls === true
  const conflict = (!secure && config.hasTls) || (config.uri !== null && transport !== undefined)
  return conflict ? 'ESP_ERR_INVALID_ARG' : 'ESP_OK'
}

function setCredentials(info: ConnectInfo, given: Options, mac: Uint8Array): void {
  const clientId = cString(given['credentials.client_id'])
  // A null id is that of a client that never had one: one that has keeps it.
  if (int(given['credentials.set_null_client_id']) === 0) {
    if (clientId !== null) info.clientId = clientId
    else info.clientId ??= defaultClientId(mac)
  }
  info.username = cString(given['credentials.username']) ?? info.username
  info.password = cString(given['credentials.authentication.password']) ?? info.password
}

function setWill(info: ConnectInfo, given: Options): void {
  info.willTopic = cString(given['session.last_will.topic']) ?? info.willTopic
  const message = given['session.last_will.msg'] ?? null
  const length = int(given['session.last_will.msg_len'])
  if (message !== null) info.willMessage = length > 0 ? sized(pointer(message)!, length) : cString(message)!
  info.willQos = int(given['session.last_will.qos']) || info.willQos
  info.willRetain = int(given['session.last_will.retain']) !== 0 || info.willRetain
}

/** So many bytes; what stands behind a text in memory is taken for zeros. */
export function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes.subarray(0, length)
  const out = new Uint8Array(length)
  out.set(bytes)
  return out
}

/** `ESP32_` on all chips, and half of the address: its first byte small, the others large. */
function defaultClientId(mac: Uint8Array): Uint8Array {
  const [a, b, c] = [...mac.subarray(3)].map((byte) => byte.toString(16).padStart(2, '0'))
  return new TextEncoder().encode(`ESP32_${a}${b!.toUpperCase()}${c!.toUpperCase()}`)
}

/** `esp_mqtt_client_set_uri`. A port that was set stays, whatever the scheme is now; when it fails everything stays. */
export function setUri(config: Config, info: ConnectInfo, text: string, decodes: boolean): string {
  const uri = parseUri(text)
  if (uri === null) return 'ESP_FAIL'
  // 1.1.0 takes what is missing for memory that is missing.
  if (decodes && uri.host === null) return 'ESP_ERR_NO_MEM'
  if (uri.userInfo !== null && !setUserInfo(info, uri.userInfo, decodes)) return 'ESP_FAIL'
  // 1.1.0 keeps the text as well, which set_config compares with a transport.
  if (decodes) config.uri = text
  config.scheme = uri.scheme
  config.host = uri.host
  config.path = uri.path
  config.port = uri.port ?? config.port
  return 'ESP_OK'
}

/** False: it cannot be decoded, and both are as before. */
function setUserInfo(info: ConnectInfo, userInfo: string, decodes: boolean): boolean {
  const colon = userInfo.indexOf(':')
  const decode = (part: string): Uint8Array | null =>
    decodes ? cString(percentDecoded(part)) : new TextEncoder().encode(part)
  const user = decode(colon < 0 ? userInfo : userInfo.slice(0, colon))
  const password = colon < 0 ? info.password : decode(userInfo.slice(colon + 1))
  if (user === null || (colon >= 0 && password === null)) return false
  info.username = user
  info.password = password
  return true
}
