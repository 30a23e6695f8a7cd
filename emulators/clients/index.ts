// The emulated client libraries. The key is the word in a scenario's `use:`.

import { arduinoMqtt } from './arduino-mqtt/arduino-mqtt.ts'
import type { ClientKind } from './client.ts'
import { espMqtt } from './espmqtt/espmqtt.ts'
import { espMqttClient } from './espmqttclient/espmqttclient.ts'
import { minimqtt } from './minimqtt/minimqtt.ts'
import { mqttAs } from './mqtt-as/mqtt-as.ts'
import { pubsubclient } from './pubsubclient/pubsubclient.ts'
import { quecpython } from './quecpython/quecpython.ts'
import { umqttRobust } from './umqtt/robust.ts'
import { umqttSimple } from './umqtt/simple.ts'
import { umqttsimple } from './umqtt/umqttsimple.ts'

/** The emulated libraries, by the word after `use:`. */
export const clients = {
  'umqtt.simple': umqttSimple,
  'umqtt.robust': umqttRobust,
  umqttsimple,
  minimqtt,
  quecpython,
  'esp-mqtt': espMqtt,
  pubsubclient,
  'arduino-mqtt': arduinoMqtt,
  mqtt_as: mqttAs,
  espmqttclient: espMqttClient,
} satisfies Record<string, ClientKind>

/** Names of the emulated libraries. */
export type ClientName = keyof typeof clients
