// The format of mqtt_as's cases.

import type { TraceFormat } from '../format.ts'
import { type MqttAsCase, readMqttAsCase } from './case.ts'
import { differenceOf } from './compare.ts'
import { playMqttAs } from './play.ts'

export const mqttAsFormat: TraceFormat<MqttAsCase> = {
  read: readMqttAsCase,
  play: playMqttAs,
  difference: differenceOf,
}
