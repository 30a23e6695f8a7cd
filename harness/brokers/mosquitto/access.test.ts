import { connect, connectAsync, type IClientOptions } from 'mqtt'
import { describe, expect, test } from 'vitest'
import { testAuthority } from '../../tls/index.ts'
import type { Broker } from '../broker.ts'
import { needs } from '../needs.testing.ts'
import { mosquitto } from './mosquitto.ts'
import { passwordFile } from './password.ts'

const mosquittoHere = await needs('mosquitto')

/** CONNACK's code, `TLS`, or what the client said. */
async function knock({ host, port }: Broker, options: IClientOptions = {}): Promise<string> {
  try {
    const client = await connectAsync({ host, port, protocolVersion: 4, reconnectPeriod: 0, ...options })
    await client.endAsync(true)
    return 'welcome'
  } catch (error) {
    const { code, message } = error as { code?: number | string; message: string }
    return String(code ?? message)
  }
}

test('each user is a line, and no password can be read in it', () => {
  const text = passwordFile({ me: 'secret', you: 'other' })
  expect(text).toMatch(/^me:\$7\$101\$[\w+/=]+\$[\w+/=]+\nyou:\$7\$/)
  expect(text).not.toContain('secret')
})

describe.skipIf(mosquittoHere.skip)(`access to mosquitto${mosquittoHere.why}`, () => {
  test('passwords keep out who has none, and the harness has a user of its own', async () => {
    await using broker = await mosquitto.open({ passwords: { me: 'secret' } })
    expect(await knock(broker)).toBe('5')
    expect(await knock(broker, { username: 'me', password: 'wrong' })).toBe('5')
    expect(await knock(broker, { username: 'me', password: 'secret' })).toBe('welcome')
    expect(await knock(broker, broker.access.credentials!)).toBe('welcome')
    expect(JSON.stringify(broker)).not.toContain(broker.access.credentials!.password)
  })

  test('passwords with allow_anonymous are for those who give one', async () => {
    await using broker = await mosquitto.open({ passwords: { me: 'secret' }, allow_anonymous: true })
    expect(await knock(broker)).toBe('welcome')
    expect(await knock(broker, { username: 'me', password: 'wrong' })).toBe('5')
  })

  test('an ACL holds for others, not for the harness', async () => {
    await using broker = await mosquitto.open({ acl: ['topic read seen'] })
    const { host, port } = broker
    const own = await connectAsync({ host, port, reconnectPeriod: 0, ...broker.access.credentials! })
    const heard: string[] = []
    own.on('message', (topic) => heard.push(topic))
    await own.subscribeAsync('#')
    const other = await connectAsync({ host, port, reconnectPeriod: 0 })
    await other.publishAsync('seen', 'not allowed', { qos: 1 })
    await own.publishAsync('seen', 'allowed', { qos: 1 })
    await own.publishAsync('end', '', { qos: 1 })
    await expect.poll(() => heard).toContain('end')
    expect(heard).toEqual(['seen', 'end'])
    await Promise.all([own.endAsync(true), other.endAsync(true)])
  })

  test('max_keepalive reaches it', async () => {
    await using broker = await mosquitto.open({ max_keepalive: '60s' })
    const { host, port } = broker
    // 2.0.12 and later also refuse MQTT 3.1.1 clients that ask for more.
    const told = new Promise((resolve) => {
      const client = connect({ host, port, protocolVersion: 5, keepalive: 120, reconnectPeriod: 0 })
      client.once('connect', ({ properties }) => {
        client.end(true)
        resolve(properties?.serverKeepAlive)
      })
    })
    expect(await told).toBe(60)
    await expect(mosquitto.open({ max_keepalive: 60 })).rejects.toMatchObject({ code: 'broker/bad-options' })
  })

  test('TLS with a test certificate, and mutual TLS with one of the client', async () => {
    const { cert: ca } = await testAuthority()
    await using broker = await mosquitto.open({ tls: true })
    expect(await knock(broker, { protocol: 'mqtts', ca })).toBe('welcome')
    expect(await knock(broker, { protocol: 'mqtts' })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    await using mutual = await mosquitto.open({ tls: 'mutual' })
    expect(await knock(mutual, { protocol: 'mqtts', ca })).not.toBe('welcome')
    const { cert, key } = mutual.access.tls!
    expect(await knock(mutual, { protocol: 'mqtts', ca, cert: cert!, key: key! })).toBe('welcome')
  })
})
