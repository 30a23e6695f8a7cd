// MQTT.js as one would write it, for comparison: the most used client of this platform.

import { connect, type MqttClient } from 'mqtt'
import { payload, type Subject, type SubjectOptions, TOPIC, WINDOW } from './subject.ts'

/** Client ids are unique, also of the clients that warm up. */
let serials = 0

export function mqttjs({ port, qos, size, latency }: SubjectOptions): Subject {
  const serial = serials++
  const clients: MqttClient[] = []
  const bytes = payload(size, 0)
  const subject: Subject = {
    onAck: () => {},
    onMessage: () => {},
    connect(count) {
      return new Promise((resolve) => {
        let begun = 0
        let done = 0
        const begin = (): void => {
          const k = begun++
          const client = connect({
            port,
            host: '127.0.0.1',
            clientId: `js-${serial}-${k}`,
            keepalive: 0,
            reconnectPeriod: 0,
          })
          clients.push(client)
          client.on('message', (_, message) => subject.onMessage(message.readDoubleBE(0)))
          client.on('connect', () => {
            if (latency && k === 0) client.subscribe(TOPIC)
            done++
            if (begun < count) begin()
            else if (done === count) resolve()
          })
        }
        for (let k = 0; k < Math.min(count, WINDOW); k++) begin()
      })
    },
    publish(k) {
      clients[k]!.publish(TOPIC, latency ? Buffer.from(bytes) : bytes, { qos }, () => {
        if (qos === 1) subject.onAck()
      })
    },
    backlog: (k) => (clients[k]!.stream as unknown as { writableLength: number }).writableLength,
    schedule(next, fire) {
      let due = next()
      setInterval(() => {
        for (; due <= performance.now(); due = next()) {
          bytes.writeDoubleBE(due, 0)
          fire(due)
        }
      }, 1)
    },
  }
  return subject
}
