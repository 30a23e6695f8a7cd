// A device of this project: the pump's controller, as its program is. It waters when it is told that a plant is dry.

import { MqttClient } from 'mqtt'
import { defineDevice } from 'mqtt-hil'

export default defineDevice({
  summary: 'the controller of the pump',
  options: [{ name: 'dry', type: 'int', default: 30, summary: 'percent below which it waters' }],
  start({ name, connect, log, options }) {
    let client: MqttClient | null = null
    let watered = 0
    const connected = (): MqttClient => {
      if (client === null) throw new Error('not connected')
      return client
    }
    return {
      calls: {
        connect: async () => {
          const made = new MqttClient(() => connect(), { clientId: name, reconnectPeriod: 0 })
          client = made
          made.on('error', () => {})
          made.on('message', (topic, payload) => {
            const moisture = Number(payload.toString())
            log(`${topic} is at ${moisture} %`)
            if (moisture >= Number(options.dry)) return
            watered++
            made.publish(topic.replace('/moisture', '/water'), 'on', { qos: 1 })
          })
          await new Promise((resolve, reject) => {
            made.once('connect', resolve)
            made.once('close', () => reject(new Error('the connection was closed')))
          })
          await made.subscribeAsync('plant/+/moisture', { qos: 1 })
        },
        publish: async (topic: string, payload: Uint8Array, { qos }: { qos: 0 | 1 | 2 }) => {
          await connected().publishAsync(topic, Buffer.from(payload), { qos })
        },
        disconnect: async () => {
          await connected().endAsync()
        },
        watered: () => watered,
      },
      stop: () => void client?.end(true),
    }
  },
})
