// What a program was built with (menuconfig), as far as it changes what the library does.

import type { Options } from '../client.ts'
import { int } from './c.ts'

export interface SdkConfig {
  readonly protocol311: boolean
  readonly protocol5: boolean
  readonly incrementalIds: boolean
  readonly skipsPublishIfDisconnected: boolean
  readonly reportsDeleted: boolean
  readonly topicInAllDataEvents: boolean
  /** Milliseconds. */
  readonly pollReadTimeout: number
  /** Milliseconds. */
  readonly outboxExpiry: number
  readonly eventQueueSize: number
  /** CONFIG_FREERTOS_HZ, ticks a second. */
  readonly tickHz: number
}

const known = new Map<string, SdkConfig>()
let usual: SdkConfig | null = null

/** One object for all clients that were built alike: a fleet has thousands of them. */
export function sdkConfig(options: Options): SdkConfig {
  for (const name of Object.keys(options)) if (name.startsWith('CONFIG_')) return sharedConfig(options)
  usual ??= sharedConfig(options)
  return usual
}

function sharedConfig(options: Options): SdkConfig {
  const made: SdkConfig = {
    protocol311: int(options.CONFIG_MQTT_PROTOCOL_311) !== 0,
    protocol5: int(options.CONFIG_MQTT_PROTOCOL_5) !== 0,
    incrementalIds: int(options.CONFIG_MQTT_MSG_ID_INCREMENTAL) !== 0,
    skipsPublishIfDisconnected: int(options.CONFIG_MQTT_SKIP_PUBLISH_IF_DISCONNECTED) !== 0,
    reportsDeleted: int(options.CONFIG_MQTT_REPORT_DELETED_MESSAGES) !== 0,
    topicInAllDataEvents: int(options.CONFIG_MQTT_TOPIC_PRESENT_ALL_DATA_EVENTS) !== 0,
    pollReadTimeout: int(options.CONFIG_MQTT_POLL_READ_TIMEOUT_MS),
    outboxExpiry: int(options.CONFIG_MQTT_OUTBOX_EXPIRED_TIMEOUT_MS),
    eventQueueSize: int(options.CONFIG_MQTT_EVENT_QUEUE_SIZE),
    tickHz: int(options.CONFIG_FREERTOS_HZ),
  }
  const key = Object.values(made).join()
  const same = known.get(key)
  if (same !== undefined) return same
  known.set(key, made)
  return made
}
