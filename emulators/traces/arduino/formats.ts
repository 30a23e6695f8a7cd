// The cases of PubSubClient and arduino-mqtt: how their options are settings here, and which version they are of.

import type { PyValue } from '../../board.ts'
import { ipAddress } from '../../clients/arduino/c.ts'
import type { ClientKind } from '../../clients/client.ts'
import { clientAt } from '../../clients/client.ts'
import type { TraceFormat } from '../format.ts'
import { type ArduinoCase, readArduinoCase } from './case.ts'
import { playArduino } from './play.ts'

/** The commit behind 3.3.0 of which some cases are. */
const HEAD_OF_3 = '158603e'

export const pubsubclientFormat: TraceFormat<ArduinoCase> = {
  read: readArduinoCase,
  kind(recorded, { pubsubclient }) {
    if (pubsubclient === undefined || recorded.client !== 'pubsubclient3') return pubsubclient
    return clientAt(pubsubclient, recorded.commit.startsWith(HEAD_OF_3) ? `3.3.0+${HEAD_OF_3}` : '3.3.0')
  },
  play: (recorded, kind) => playArduino(recorded, kind, { options: pubsubclientOptions }),
}

function pubsubclientOptions({ options }: ArduinoCase): Readonly<Record<string, PyValue>> {
  const { ip, domain, ...rest } = options
  return { id: '', server: hostOf(domain ?? ip), ...rest }
}

export const arduinoMqttFormat: TraceFormat<ArduinoCase> = {
  read: readArduinoCase,
  kind: (recorded, catalog): ClientKind | undefined =>
    recorded.client === 'arduino-mqtt-2.5.2' && catalog['arduino-mqtt'] !== undefined
      ? clientAt(catalog['arduino-mqtt'], '2.5.2')
      : catalog['arduino-mqtt'],
  play: (recorded, kind) => playArduino(recorded, kind, { options: arduinoMqttOptions }),
}

function arduinoMqttOptions({ options }: ArduinoCase): Readonly<Record<string, PyValue>> {
  const { address, hostname, ...rest } = options
  return { clientID: '', server: hostOf(hostname ?? address), ...rest }
}

/** Nothing said: as nobody has called `setServer`. */
const hostOf = (value: PyValue | undefined): string =>
  value === undefined ? '0.0.0.0' : (ipAddress(value) ?? String(value))
