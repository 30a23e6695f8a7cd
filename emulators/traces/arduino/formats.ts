// The cases of PubSubClient and arduino-mqtt: how their options are settings here, and which version they are of.

import type { PyValue } from '../../board.ts'
import { ipAddress } from '../../clients/arduino/c.ts'
import type { ClientKind } from '../../clients/client.ts'
import { clientAt } from '../../clients/client.ts'
import { hexOf, type TraceValue } from '../../drive/scripted.ts'
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

export const espMqttClientFormat: TraceFormat<ArduinoCase> = {
  read: readArduinoCase,
  play: (recorded, kind) =>
    playArduino(recorded, kind, {
      options({ options: { ip, host, ...rest } }) {
        return { server: hostOf(host ?? ip), internalTask: false, ...rest }
      },
      hooks: (recorder, { inCallback, onConnect }) => {
        let heard = false
        return {
          *onMessage(topic, payload, _, properties) {
            const { packetId: pid, ...shown } = properties!
            recorder.add('callback', hexOf(topic), hexOf(payload), { ...shown, pid: pid! })
            if (heard) return
            heard = true
            yield* inCallback()
          },
          *onEvent(name, args) {
            recorder.add(name, ...(args as TraceValue[]))
            if (name === 'onConnect') yield* onConnect()
          },
        }
      },
    }),
}

/** Nothing said: as nobody has called `setServer`. */
const hostOf = (value: PyValue | undefined): string =>
  value === undefined ? '0.0.0.0' : (ipAddress(value) ?? String(value))
