// The MQTT 5 property calls, `esp_mqtt5_client_set_…_property`. Those of CONNECT and DISCONNECT are copied, and stay until
// they are set anew; those of PUBLISH, SUBSCRIBE and UNSUBSCRIBE are for the next such packet that can be built.

import type { Program } from '../../board.ts'
import type { Mqtt5 } from './base.ts'
import { cString, int, isEmpty, pointer } from './c.ts'
import type { Properties } from './message5.ts'
import { EspPublish } from './publish.ts'

const OF_CONNECT = ['session_expiry_interval', 'receive_maximum', 'topic_alias_maximum'] as const
const OF_WILL = ['payload_format_indicator', 'will_delay_interval', 'message_expiry_interval'] as const

export abstract class PropertyCalls extends EspPublish {
  protected *setProperty(method: string, given: Properties): Program<string> {
    yield* this.apiLock.take()
    const done = this.mqtt5 !== null && this.#set(this.mqtt5, method, given)
    yield* this.apiLock.give()
    return done ? 'ESP_OK' : 'ESP_FAIL'
  }

  #set(mqtt5: Mqtt5, method: string, given: Properties): boolean {
    const { server } = mqtt5
    const mayShare =
      int(given.is_share_subscribe) === 0 || (server.shared_subscribe_available && !isEmpty(cString(given.share_name)))
    switch (method) {
      case 'set_connect_property':
        return this.#setConnect(mqtt5, given)
      case 'set_disconnect_property':
        keep(mqtt5.disconnect, given, ['session_expiry_interval', 'disconnect_reason'])
        keepList(mqtt5.disconnect, given, 'user_property')
        return true
      case 'set_publish_property':
        if (int(given.topic_alias) > server.topic_alias_maximum) return false
        mqtt5.publish = given
        return true
      case 'set_subscribe_property':
        if (int(given.retain_handle) > 2) return false
        if (int(given.is_share_subscribe) !== 0 && int(given.no_local_flag) !== 0) return false
        if (!mayShare) return false
        mqtt5.subscribe = given
        return true
      default:
        if (!mayShare) return false
        mqtt5.unsubscribe = given
        return true
    }
  }

  /** The call alone announces the buffer's size as the largest packet, if no other is given. */
  #setConnect({ connect, will }: Mqtt5, given: Properties): boolean {
    const largest = int(given.maximum_packet_size)
    if (this.version.boundsPacketSize && largest > this.config.inBuffer) return false
    keep(connect, given, OF_CONNECT)
    connect.maximum_packet_size = largest !== 0 ? largest : this.config.inBuffer
    keep(connect, given, ['request_resp_info', 'request_problem_info'])
    keepList(connect, given, 'user_property')
    keep(will, given, OF_WILL)
    for (const name of ['content_type', 'response_topic'] as const)
      if (cString(given[name]) !== null) will[name] = given[name]!
    if (!isEmpty(pointer(given.correlation_data))) will.correlation_data = given.correlation_data!
    if (Array.isArray(given.will_user_property) && given.will_user_property.length > 0)
      will.user_property = given.will_user_property
    return true
  }
}

/** What is not 0 takes the place of what was. A list without entries is none. */
function keep(into: Record<string, Properties[string]>, given: Properties, names: readonly string[]): void {
  for (const name of names) if (int(given[name]) !== 0) into[name] = given[name]!
}

function keepList(into: Record<string, Properties[string]>, given: Properties, name: string): void {
  const list = given[name]
  if (Array.isArray(list) && list.length > 0) into[name] = list
}
