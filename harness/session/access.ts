// How a client of the harness's own gets in at a broker.

import { isIP } from 'node:net'
import type { IClientOptions, MqttClient } from 'mqtt'
import type { Broker } from '../brokers/index.ts'

/** Where it is, and what it wants to see of a client of ours. */
export const accessTo = (broker: Broker): IClientOptions => ({
  host: broker.host,
  port: broker.port,
  ...(broker.access.credentials ?? {}),
  ...secure(broker),
})

function secure({ access: { tls }, host }: Broker): IClientOptions {
  if (tls === undefined) return {}
  const { ca, cert, key, serverName = host, insecure = false } = tls
  return {
    protocol: 'mqtts',
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert, key: key! }),
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
  }
}

/** Rejects also when it is given up meanwhile. */
export function connected(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('error', reject)
    client.once('close', () => reject(new Error('the broker closed the connection')))
  })
}
