// The built-in programs. The key is the word in a scenario's `firmware:`.

import { buttonLed } from './button-led.ts'
import { esphome } from './esphome.ts'
import { feedWalkthrough } from './feed-walkthrough.ts'
import type { FirmwareKind } from './firmware.ts'
import { arduinoMqttExample, espMqttClientExample, espMqttExample } from './library-examples.ts'
import { mqttAsDemo } from './mqtt-as-demo.ts'
import { pubsubclientNonblocking, pubsubclientReconnect } from './pubsubclient-examples.ts'
import { puppet } from './puppet.ts'
import { quecReconnect } from './quec-reconnect.ts'
import { robustResubscribe } from './robust-resubscribe.ts'
import { roomLight } from './room-light.ts'
import { tasmota } from './tasmota.ts'

/** The programs that a device can run, by the word after `firmware:`; `puppet` does what it is told. */
export const firmware = {
  puppet,
  'button-led': buttonLed,
  'room-light': roomLight,
  'feed-walkthrough': feedWalkthrough,
  'quec-reconnect': quecReconnect,
  'robust-resubscribe': robustResubscribe,
  'mqtt-as-demo': mqttAsDemo,
  'pubsubclient-reconnect': pubsubclientReconnect,
  'pubsubclient-nonblocking': pubsubclientNonblocking,
  'arduino-mqtt-example': arduinoMqttExample,
  'espmqttclient-example': espMqttClientExample,
  'esp-mqtt-example': espMqttExample,
  tasmota,
  esphome,
} satisfies Record<string, FirmwareKind>

/** Names of the programs. */
export type FirmwareName = keyof typeof firmware
