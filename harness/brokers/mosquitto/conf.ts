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

export interface MergedConf {
  /** What stands before and in our listener, in their order. */
  readonly lines: readonly string[]
  /** Their first listener speaks TLS. */
  readonly tls: boolean
  /** Their `persistence true`. */
  readonly persistence: boolean
}

/**
 * The settings of their first listener for MQTT become those of ours; further ones are left out. Throws Problem
 * `broker/bad-options` when there is none that speaks MQTT over TCP.
 */
export function mergeConf(text: string, file: string, listener: string): MergedConf {
  const blocks: { head: string | null; lines: string[] }[] = [{ head: null, lines: [] }]
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [word = ''] = line.split(/\s+/)
    if (word === 'listener') blocks.push({ head: line, lines: [] })
    else if (!OURS.has(word)) blocks.at(-1)!.lines.push(line)
  }
  const [main, ...listeners] = blocks
  const isWeb = ({ lines }: { readonly lines: readonly string[] }): boolean =>
    lines.some((line) => /^protocol\s+websockets/.test(line))
  const first = listeners.find((block) => !isWeb(block) && !/^listener\s+0\b/.test(block.head!))
  if (listeners.length > 0 && first === undefined)
    throw new Problem('broker/bad-options', `broker mosquitto: ${file} has no listener for MQTT over TCP`)
  // Without a listener of theirs, all that they say is about the only one.
  const lines = first === undefined ? [listener, ...main!.lines] : [...main!.lines, listener, ...first.lines]
  return {
    lines,
    tls: lines.some((line) => /^(certfile|psk_hint)\s/.test(line)),
    persistence: lines.some((line) => /^persistence\s+true/.test(line)),
  }
}
