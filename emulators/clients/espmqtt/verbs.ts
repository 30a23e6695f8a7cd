// How esp-mqtt says a scenario's general verbs. There is nothing to check or to wait for: messages come by themselves, in
// events. `start` is over before the TCP connection is made, and `disconnect` before its packet leaves, so these two verbs
// wait for the event; the will is an option of `init`.

import type { PyValue } from '../../board.ts'
import type { LibraryCall, TaskOptions, VerbMap } from '../client.ts'

const say = (method: string, ...args: readonly PyValue[]): LibraryCall => ({ method, args, kwargs: {} })

export const espVerbs: VerbMap = {
  connect: ({ clean }) => (clean === undefined ? say('startAndWait') : say('startAndWait', clean)),
  publish: ({ topic, payload, qos, retain }) => say('publish', topic, payload, null, qos ?? 0, retain === true ? 1 : 0),
  subscribe: ({ topic, qos }) => say('subscribe', topic, qos ?? 0),
  unsubscribe: ({ topic }) => say('unsubscribe', topic),
  will: () => null,
  ping: () => null,
  check: () => null,
  wait: () => null,
  disconnect: () => say('disconnectAndWait'),
}

export const espTaskOptions: TaskOptions = {
  start: say('start'),
  will: ({ topic, payload, qos, retain }) => ({
    'session.last_will.topic': topic,
    'session.last_will.msg': payload,
    'session.last_will.msg_len': payload.length,
    'session.last_will.qos': qos ?? 0,
    'session.last_will.retain': retain === true ? 1 : 0,
  }),
  clean: (clean) => ({ 'session.disable_clean_session': !clean }),
  tls: { 'broker.address.transport': 'MQTT_TRANSPORT_OVER_SSL' },
  manual: { 'network.disable_auto_reconnect': true },
}
