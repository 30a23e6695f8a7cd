// A team's own mosquitto.conf, as it is except for where it listens and what it writes: it gets our port and our log.

import { Problem } from '../../../emulators/index.ts'

/** Ours: where it listens, what it logs, and what would leave something behind or be another program's. */
const OURS = new Set([
  'port',
  'bind_address',
  'bind_interface',
  'socket_domain',
  'log_dest',
  'log_type',
  'log_facility',
  'pid_file',
  'persistence_location',
  'persistence_file',
  'user',
  'daemon',
])

/** About one listener alone, wherever else it stands. [mosquitto.conf(5)] */
const OF_A_LISTENER = new Set([
  ...['accept_protocol_versions', 'cafile', 'capath', 'certfile', 'ciphers', 'ciphers_tls1.3', 'crlfile'],
  ...['dhparamfile', 'disable_client_cert_date_checks', 'enable_proxy_protocol', 'enable_proxy_protocol_v2'],
  ...['http_dir', 'keyfile', 'max_connections', 'max_qos', 'max_topic_alias', 'max_topic_alias_broker'],
  ...['mount_point', 'protocol', 'proxy_protocol_v2_require_tls', 'psk_hint', 'require_certificate'],
  ...['tls_engine', 'tls_engine_kpass_sha1', 'tls_keyform', 'tls_version', 'use_identity_as_username'],
  ...['use_subject_as_username', 'use_username_as_clientid', 'websockets_headers_size', 'websockets_log_level'],
  ...['websockets_origin'],
])

/** About all listeners, unless `per_listener_settings true`. */
const PER_LISTENER =
  /^(?:acl_file|allow_anonymous|allow_zero_length_clientid|auto_id_prefix|password_file|psk_file|plugin|plugin_opt_.*|auth_plugin|auth_plugin_deny_special_chars|auth_opt_.*)$/

export interface MergedConf {
  /** What stands before and in our listener, in their order. */
  readonly lines: readonly string[]
  /** Their first listener speaks TLS. */
  readonly tls: boolean
  /** Their `persistence true`. */
  readonly persistence: boolean
}

/**
 * The settings of their first listener for MQTT become those of ours; further ones are left out, but not what stands in
 * them and is about the whole broker. Throws Problem `broker/bad-options` when there is none that speaks MQTT over TCP.
 */
export function mergeConf(text: string, file: string, listener: string): MergedConf {
  const blocks: { head: string | null; lines: string[] }[] = [{ head: null, lines: [] }]
  let hasDefaultListener = false
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const word = wordOf(line)
    if (word === 'port') hasDefaultListener = true
    if (word === 'listener') blocks.push({ head: line, lines: [] })
    else if (!OURS.has(word)) blocks.at(-1)!.lines.push(line)
  }
  const [main, ...listeners] = blocks
  const all = blocks.flatMap(({ lines }) => lines)
  const perListener = all.some((line) => /^per_listener_settings\s+true/.test(line))
  const isWeb = ({ lines }: { readonly lines: readonly string[] }): boolean =>
    lines.some((line) => /^protocol\s+websockets/.test(line))
  const first = hasDefaultListener
    ? main!
    : listeners.find((block) => !isWeb(block) && !/^listener\s+0\b/.test(block.head!))
  if (listeners.length > 0 && first === undefined)
    throw new Problem('broker/bad-options', `broker mosquitto: ${file} has no listener for MQTT over TCP`)
  const ofBroker = (line: string): boolean =>
    !OF_A_LISTENER.has(wordOf(line)) && !(perListener && PER_LISTENER.test(wordOf(line)))
  const further = listeners.filter((block) => block !== first).flatMap((block) => block.lines.filter(ofBroker))
  // Without a listener of theirs, all that they say is about the only one.
  const lines =
    first === undefined || first === main
      ? [listener, ...main!.lines, ...further]
      : [...main!.lines, ...further, listener, ...first.lines]
  return {
    lines,
    tls: lines.some((line) => /^(certfile|psk_hint)\s/.test(line)),
    persistence: lines.some((line) => /^persistence\s+true/.test(line)),
  }
}

const wordOf = (line: string): string => line.split(/\s+/)[0]!
