// MQTT.js, for the harness's own clients. It has a hundred modules: it is loaded when the first of them connects.

type MqttJs = typeof import('mqtt')

let loaded: Promise<MqttJs> | undefined

export function loadMqttJs(): Promise<MqttJs> {
  loaded ??= import('mqtt')
  return loaded
}
