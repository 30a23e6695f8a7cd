// MQTT.js at the reference broker, over TCP: a client of MQTT 5 that others wrote.

import {
  connect,
  connectAsync,
  type IClientOptions,
  type IDisconnectPacket,
  type IPublishPacket,
  type MqttClient,
} from 'mqtt'
import { expect, it } from 'vitest'
import type { Broker } from '../broker.ts'
import { reference } from './reference.ts'

const join = ({ host, port }: Broker, options: IClientOptions = {}): Promise<MqttClient> =>
  connectAsync({ host, port, protocolVersion: 5, reconnectPeriod: 0, ...options })

/** What the client emits with its next event of the name. */
const happens = <T>(client: MqttClient, event: 'connect' | 'disconnect' | 'message'): Promise<T> =>
  new Promise((resolve) => client.once(event, (...given: unknown[]) => resolve(given as T)))

const next = async (client: MqttClient): Promise<{ topic: string; text: string; packet: IPublishPacket }> => {
  const [topic, payload, packet] = await happens<[string, Buffer, IPublishPacket]>(client, 'message')
  return { topic, text: String(payload), packet }
}

it('carries a request and its answer', async () => {
  await using broker = await reference.open()
  const server = await join(broker)
  const client = await join(broker)
  await server.subscribeAsync('ask', { qos: 1 })
  await client.subscribeAsync('answers/me', { qos: 2, properties: { subscriptionIdentifier: 9 } })
  const asked = next(server)
  const correlationData = Buffer.from([0, 255])
  await client.publishAsync('ask', '?', { qos: 1, properties: { responseTopic: 'answers/me', correlationData } })
  const { packet } = await asked
  expect(packet.properties).toMatchObject({ responseTopic: 'answers/me', correlationData })
  const answered = next(client)
  await server.publishAsync(packet.properties!.responseTopic!, '!', { qos: 2, properties: { correlationData } })
  expect(await answered).toMatchObject({
    text: '!',
    packet: { qos: 2, properties: { correlationData, subscriptionIdentifier: 9 } },
  })
  for (const one of [client, server]) await one.endAsync()
})

it('resolves topic aliases that MQTT.js gives, and gives some that MQTT.js resolves', async () => {
  await using broker = await reference.open()
  const publisher = await join(broker, { autoAssignTopicAlias: true, autoUseTopicAlias: true })
  const subscriber = await join(broker, { properties: { topicAliasMaximum: 2 } })
  await subscriber.subscribeAsync('#', { qos: 1 })
  const heard: string[] = []
  const all = new Promise<void>((resolve) => {
    subscriber.on('message', (topic, payload) => {
      heard.push(`${topic} ${payload}`)
      if (heard.length === 9) resolve()
    })
  })
  const wanted = [0, 1, 2].flatMap((k) => ['one', 'two', 'three'].map((topic) => `${topic} ${k}`))
  for (const line of wanted) {
    const [topic, payload] = line.split(' ') as [string, string]
    await publisher.publishAsync(topic, payload, { qos: 1 })
  }
  await all
  expect(heard).toEqual(wanted)
  for (const one of [publisher, subscriber]) await one.endAsync()
})

it('challenges who names the toy method', async () => {
  await using broker = await reference.open({ authentication: {} })
  const client = await join(broker, { properties: { authenticationMethod: 'toy' } }).catch((error: Error) => error)
  // MQTT.js has no answer to a challenge unless it is given one; it says so and is refused.
  expect(client).toBeInstanceOf(Error)
})

it('refuses who has no password', async () => {
  await using broker = await reference.open({ users: { u: 'p' } })
  await expect(join(broker)).rejects.toMatchObject({ code: 0x86 })
  await (await join(broker, { username: 'u', password: 'p' })).endAsync()
})

it('names the codes that refuse a message or a subscription', async () => {
  await using broker = await reference.open({ denyPublish: ['secret/#'], denySubscribe: ['#'] })
  const client = await join(broker)
  await expect(client.publishAsync('secret/a', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 })
  await expect(client.publishAsync('secret/a', 'x', { qos: 2 })).rejects.toMatchObject({ code: 0x87 })
  await expect(client.subscribeAsync('#')).rejects.toThrow()
  await client.publishAsync('open', 'x', { qos: 2 })
  await client.endAsync()
})

it('says goodbye at a stop, and keeps sessions over it, but not over a kill', async () => {
  await using broker = await reference.open()
  const lasting = { clientId: 'a', clean: false, properties: { sessionExpiryInterval: 100 } }
  const client = await join(broker, lasting)
  const told = happens<[IDisconnectPacket]>(client, 'disconnect')
  await broker.stop()
  expect((await told)[0]).toMatchObject({ reasonCode: 0x8b })
  const back = async (): Promise<boolean> => {
    await broker.start()
    const { host, port } = broker
    const again = connect({ host, port, protocolVersion: 5, reconnectPeriod: 0, ...lasting })
    const [{ sessionPresent }] = await happens<[{ sessionPresent: boolean }]>(again, 'connect')
    again.end(true)
    return sessionPresent
  }
  expect(await back()).toBe(true)
  await broker.kill()
  expect(await back()).toBe(false)
})
