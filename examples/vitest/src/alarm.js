// Watches the temperature of every plant, and raises an alarm, which stays until somebody has seen it.

import { connectAsync } from 'mqtt'

/**
 * @param {{ host: string, port: number, limit?: number }} where
 * @returns {Promise<{ stop(): Promise<void> }>} when it is subscribed
 */
export async function startAlarm({ host, port, limit = 30 }) {
  const client = await connectAsync({ host, port, clientId: 'alarm', clean: false, reconnectPeriod: 200 })
  client.on('message', (topic, payload) => {
    const degrees = Number(payload)
    const [, plant] = topic.split('/')
    if (degrees > limit) client.publish(`plant/${plant}/alarm`, `${degrees}`, { qos: 1, retain: true })
  })
  await client.subscribeAsync('plant/+/temperature', { qos: 1 })
  return { stop: () => client.endAsync() }
}
