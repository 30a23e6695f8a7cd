// Which library's cases are in which format.

import { arduinoMqttFormat, espMqttClientFormat, pubsubclientFormat } from './arduino/formats.ts'
import { espFormat } from './esp.ts'
import type { TraceFormat } from './format.ts'
import { mqttAsFormat } from './mqtt-as/mqtt-as.ts'
import { pythonFormat } from './python.ts'

const FORMATS: Readonly<Record<string, unknown>> = {
  'esp-mqtt': espFormat,
  pubsubclient: pubsubclientFormat,
  pubsubclient3: pubsubclientFormat,
  'arduino-mqtt': arduinoMqttFormat,
  'arduino-mqtt-2.5.2': arduinoMqttFormat,
  espmqttclient: espMqttClientFormat,
  mqtt_as: mqttAsFormat,
}

/** Cases of a library that is not named here are in the format of the Python libraries. */
export const formatOf = (client: string): TraceFormat =>
  (Object.hasOwn(FORMATS, client) ? FORMATS[client] : pythonFormat) as TraceFormat
