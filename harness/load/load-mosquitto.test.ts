// Fleets on mosquitto: what a broker refuses, and certificates.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { brokers } from '../brokers/index.ts'
import { needs } from '../brokers/needs.testing.ts'
import { isFree } from '../link/index.ts'
import { testAuthority } from '../tls/index.ts'
import { claimsOf, runFleet } from './testing.ts'

const { skip, why } = await needs('mosquitto')

describe.skipIf(skip).concurrent(`a fleet on mosquitto${why}`, () => {
  it('counts connections that the broker refuses by its code', async () => {
    const run = await runFleet(
      `
fleet:
  sensors: { use: umqtt.simple, count: 3, with: { user: nobody, password: wrong } }
steps:
  - expect: { fleet: { group: sensors, ended: 100% }, within: 30s }
`,
      { open: () => brokers.mosquitto.open({ config: ['allow_anonymous false'] }) },
    )
    const { load } = run
    expect(claimsOf(run)).toEqual(['pass'])
    expect(load!.errors).toEqual({ 'CONNACK 5': 3, 'MQTTException: 5': 3 })
    expect(load!.counts.all).toMatchObject({ connect_failures: 3, program_errors: 3 })
  })

  it.each(['umqtt.simple', 'esp-mqtt', 'pubsubclient', 'mqtt_as'])(
    'of %s has the login of the broker’s URL',
    async (use) => {
      await using broker = await brokers.mosquitto.open({ passwords: { me: 'secret' } })
      const url = `mqtt://me:secret@${broker.host}:${broker.port}`
      const run = await runFleet(
        `
fleet:
  sensors: { use: ${use}, count: 2 }
observer: false
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 60s }
`,
        { open: () => brokers.external.open({ url }) },
      )
      expect([run.problem, claimsOf(run)]).toEqual([null, ['pass']])
      expect([run.load!.counts.all!.connects, run.load!.errors]).toEqual([2, {}])
    },
  )

  it('counts connections that the broker closes without an answer', async () => {
    const run = await runFleet(
      `
fleet:
  sensors: { use: umqtt.simple, count: 8, arrival: { over: 1s }, connect: { keepalive: 60s } }
observer: false
steps:
  - expect: { fleet: { group: sensors, ended: 50% }, within: 30s }
slo:
  - { metric: connect_failures, total: { eq: 0 } }
`,
      { open: () => brokers.mosquitto.open({ config: ['max_connections 3'] }) },
    )
    const { load } = run
    expect(claimsOf(run)).toEqual(['pass'])
    // Where the machine was slow to start it, mosquitto takes one more: those that asked whether it listens count as gone twice.
    const { connects, connect_failures: refused } = load!.counts.all!
    expect([3, 4]).toContain(connects)
    expect(refused).toBe(8 - connects!)
    const refusals = Object.keys(load!.errors).filter((kind) => kind.startsWith('connect: '))
    expect(new Set(refusals.map((kind) => kind.replace(/closed|ECONNRESET|EPIPE/, 'ended')))).toEqual(
      new Set(['connect: ended before CONNACK']),
    )
    expect(load!.slos.map(({ verdict }) => verdict)).toEqual(['fail'])
  })

  it('has a certificate for each device, which the broker asks for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hil-test-'))
    const authority = await testAuthority()
    const put = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const ca = put('ca.crt', authority.cert)
    const server = await authority.server('valid')
    const config = [
      `cafile ${ca}`,
      `certfile ${put('server.crt', server.cert)}`,
      `keyfile ${put('server.key', server.key)}`,
    ]
    for (const i of [0, 1, 2]) {
      const own = await authority.client(`dev-${i}`)
      put(`dev-${i}.crt`, own.cert!)
      put(`dev-${i}.key`, own.key!)
    }
    let port = 24_883
    while (!(await isFree('127.0.0.1', port))) port++
    const secure = [
      `listener ${port} 127.0.0.1`,
      ...config,
      'require_certificate true',
      'use_identity_as_username true',
    ]
    const group = (use: string, cert: string): string =>
      `{ use: ${use}, count: 3, brokers: ["127.0.0.1:${port}"], client-id: "${cert}-\${{ i }}", publish: [{ topic: "t/${cert}/\${{ i }}", every: 200ms, size: 40, qos: 1, times: 2 }], tls: { ca: ${ca}${cert === 'none' ? '' : `, cert: "${folder}/dev-\${{ i }}.crt", key: "${folder}/dev-\${{ i }}.key"`} } }`
    const open = () => brokers.mosquitto.open({ config: secure })
    try {
      const run = await runFleet(
        `
fleet:
  certified: ${group('umqtt.simple', 'own')}
  mini: ${group('minimqtt', 'mini')}
  bare: ${group('umqtt.simple', 'none')}
steps:
  - expect: { fleet: { group: certified, connected: 100% }, within: 30s }
  - expect: { fleet: { group: mini, connected: 100% }, within: 30s }
  - expect: { fleet: { group: bare, ended: 100% }, within: 30s }
  - delay: 1s
`,
        { open },
      )
      expect(run.problem).toBe(null)
      expect(claimsOf(run)).toEqual(['pass', 'pass', 'pass'])
      expect(run.load!.counts.all).toMatchObject({ connects: 6, messages_acked: 12 })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
