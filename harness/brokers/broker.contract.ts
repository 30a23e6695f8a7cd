// What every broker kind that we start must do. An implementation's test calls `brokerContract`; what a
// broker is known not to do is a gap with its reason, listed by the kind. A gap is run all the same: it is
// shown as skipped while it fails, and fails when it has been closed.

import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import { connectAsync, type IPublishPacket, type MqttClient } from 'mqtt'
import { afterAll, describe, expect, test } from 'vitest'
import { Decoder, encode, type Packet, type Problem, type Sendable } from '../../emulators/index.ts'
import { isFree } from '../link/index.ts'
import type { Broker, BrokerKind, Gap } from './broker.ts'
import { unlessMissing } from './needs.testing.ts'
import { versionFits } from './versions.ts'

const CONNECT_LIMIT_MS = 5000

export interface ContractSettings {
  readonly options?: Readonly<Record<string, unknown>>
  /** Why the whole suite cannot run here; in CI it runs nevertheless, and fails. */
  readonly unavailable?: string | null
  /** Milliseconds for each test; default 120 s. */
  readonly limit?: number
}

export function brokerContract(
  kind: BrokerKind,
  { options = {}, unavailable = null, limit = 120_000 }: ContractSettings = {},
) {
  const { skip: skipped, why } = unlessMissing(unavailable)
  const open = () => kind.open(options)
  // Some take ten seconds to start: tests that leave it running share one.
  let shared: Promise<Broker> | undefined
  const running = async (): Promise<Broker> => {
    shared ??= open()
    await (await shared).start()
    return shared
  }
  afterAll(async () => (await shared?.catch(() => undefined))?.[Symbol.asyncDispose]())
  const known = new Set<string>()
  const check = (name: string, body: () => Promise<void>, how: typeof test | typeof test.concurrent = test): void => {
    known.add(name)
    const gap = kind.gaps.find((g) => g.test === name)
    if (gap === undefined) how(name, body, limit)
    else how(name, (context) => runGap(gap, body, context.skip), limit)
  }
  /** With brokers of its own: several of these run side by side. */
  const checkAlone = (name: string, body: () => Promise<void>): void => check(name, body, test.concurrent)
  const runGap = async (gap: Gap, body: () => Promise<void>, skip: (note: string) => never): Promise<void> => {
    const failure = await body().then(
      () => null,
      (error: unknown) => error,
    )
    const broker = await running()
    if (!versionFits(broker.version, gap.versions)) {
      if (failure !== null) throw failure
    } else if (failure === null) expect.fail(`no longer a gap of ${kind.name} ${broker.version}: ${gap.reason}`)
    else skip(`gap: ${gap.reason}`)
  }

  describe.skipIf(skipped)(`${kind.name} as a broker${why}`, () => {
    check('says who it is and answers CONNECT', async () => {
      const broker = await running()
      expect(broker).toMatchObject({ name: kind.name, controllable: true, deviceCredentials: null })
      expect(broker.version).toMatch(/^\d+\.\d+/)
      expect(broker.keepaliveSlack).toBe(kind.keepaliveSlack(options))
      const client = await rawClient(broker)
      expect(client.first).toMatchObject({ type: 'connack', returnCode: 0 })
      expect(broker.log()).not.toBe('')
    })

    for (const qos of [0, 1, 2] as const)
      check(`passes messages of QoS ${qos} on`, async () => {
        const broker = await running()
        await using subscriber = await client(broker)
        await subscriber.mqtt.subscribeAsync('t/#', { qos })
        await using publisher = await client(broker)
        const message = subscriber.next()
        await soon(publisher.mqtt.publishAsync(`t/${qos}`, `qos ${qos}`, { qos }))
        expect(await message).toMatchObject({ topic: `t/${qos}`, text: `qos ${qos}`, qos, retain: false })
      })

    // [MQTT-4.7.2-1]
    check('keeps its own $ topics from who subscribes to #', async () => {
      const broker = await running()
      await using subscriber = await client(broker)
      const topics: string[] = []
      subscriber.mqtt.on('message', (topic) => topics.push(topic))
      await subscriber.mqtt.subscribeAsync('#')
      await using other = await client(broker)
      await other.mqtt.subscribeAsync('u', { qos: 1 })
      await other.mqtt.publishAsync('u', 'x', { qos: 1 })
      await other.mqtt.endAsync()
      await using last = await client(broker)
      await last.mqtt.publishAsync('t', 'the end', { qos: 1 })
      await expect.poll(() => topics).toContain('t')
      expect(topics.filter((topic) => topic.startsWith('$'))).toEqual([])
    })

    check('keeps a retained message for who comes later', async () => {
      const broker = await running()
      await using publisher = await client(broker)
      await publisher.mqtt.publishAsync('kept', 'here', { qos: 1, retain: true })
      await using subscriber = await client(broker)
      const message = subscriber.next()
      await subscriber.mqtt.subscribeAsync('kept')
      expect(await message).toMatchObject({ topic: 'kept', text: 'here', retain: true })
    })

    check('publishes the will of a client that is gone without DISCONNECT', async () => {
      const broker = await running()
      await using subscriber = await client(broker)
      await subscriber.mqtt.subscribeAsync('wills')
      const message = subscriber.next()
      const will = { topic: 'wills', payload: Buffer.from('gone'), qos: 0, retain: false } as const
      const dying = await rawClient(broker, { type: 'connect', clientId: 'dying', will })
      dying.socket.resetAndDestroy()
      expect(await message).toMatchObject({ topic: 'wills', text: 'gone' })
    })

    check('stops, refuses, and starts on the same port', async () => {
      const broker = await running()
      const { port } = broker
      const held = await rawClient(broker)
      const ended = closed(held.socket)
      await broker.stop()
      await ended
      expect(await refusal(broker)).toBe('ECONNREFUSED')
      await broker.stop()
      await broker.start()
      await broker.start()
      expect(broker.port).toBe(port)
      expect((await rawClient(broker)).first).toMatchObject({ type: 'connack' })
    })

    check('killed, it ends its clients without a word', async () => {
      const broker = await running()
      const held = await rawClient(broker)
      const ended = closed(held.socket)
      await broker.kill()
      await ended
      expect(held.packets.map((p) => p.type)).toEqual(['connack'])
      expect(await refusal(broker)).toBe('ECONNREFUSED')
      await broker.kill()
      await broker.start()
      expect((await rawClient(broker)).first).toMatchObject({ type: 'connack' })
    })

    check('a death that nobody asked for is told, with its cause', async () => {
      const broker = await running()
      const deaths: Problem[] = []
      broker.onDeath(() => expect.fail('it had left'))()
      const death = new Promise<Problem>((resolve) => broker.onDeath(resolve))
      broker.onDeath((d) => deaths.push(d))
      await broker.stop()
      await broker.start()
      await broker.kill()
      await broker.start()
      expect(deaths).toEqual([])
      process.kill(broker.pid!, 'SIGKILL')
      expect(await death).toMatchObject({ code: 'broker/died', message: expect.stringContaining('SIGKILL') })
      expect(deaths).toHaveLength(1)
      await broker.start()
      expect((await rawClient(broker)).first).toMatchObject({ type: 'connack' })
    })

    if (kind.withWebSocket(options) !== null)
      checkAlone('with its WebSocket takes packets there as well, and after a restart at the same port', async () => {
        await using broker = await kind.open(kind.withWebSocket(options))
        await using subscriber = await client(broker)
        await subscriber.mqtt.subscribeAsync('web', { qos: 1 })
        const message = subscriber.next()
        const { host, port, path } = broker.websocket!
        const url = `ws://${host}:${port}${path}`
        const web = await connectAsync(url, { reconnectPeriod: 0, clientId: 'web' })
        await web.publishAsync('web', 'here', { qos: 1 })
        expect(await message).toMatchObject({ topic: 'web', text: 'here' })
        const gone = new Promise<void>((resolve) => web.once('close', () => resolve()))
        await broker.stop()
        await soon(gone)
        expect(await isFree(host, port)).toBe(true)
        await broker.start()
        expect(broker.websocket).toEqual({ host, port, path })
        await (await connectAsync(url, { reconnectPeriod: 0, clientId: 'again' })).endAsync(true)
      })

    checkAlone('given back, its port is free and no child is left', async () => {
      const broker = await open()
      const { pid, port, host } = broker
      const held = await rawClient(broker)
      const ended = closed(held.socket)
      await broker[Symbol.asyncDispose]()
      await broker[Symbol.asyncDispose]()
      await ended
      expect(await isFree(host, port)).toBe(true)
      if (pid !== null) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    })

    checkAlone('two at once have two ports and know nothing of each other', async () => {
      const [a, b] = await Promise.all([open(), open()])
      await using one = a
      await using two = b
      expect(one.port).not.toBe(two.port)
      await using subscriber = await client(two)
      await subscriber.mqtt.subscribeAsync('t')
      const message = subscriber.next()
      await using elsewhere = await client(one)
      await elsewhere.mqtt.publishAsync('t', 'not for you', { qos: 1 })
      await using here = await client(two)
      await here.mqtt.publishAsync('t', 'for you', { qos: 1 })
      expect(await message).toMatchObject({ text: 'for you' })
    })

    check('options that it does not know are a Problem', async () => {
      await expect(kind.open({ ...options, prot: 1 })).rejects.toMatchObject({ code: 'broker/bad-options' })
    })

    test('each of its gaps is a test of this suite', () => {
      expect([...known]).toEqual(expect.arrayContaining(kind.gaps.map((gap) => gap.test)))
    })
  })
}

interface Message extends Pick<IPublishPacket, 'topic' | 'qos' | 'retain'> {
  readonly text: string
}

interface Client extends AsyncDisposable {
  readonly mqtt: MqttClient
  /** The next message; ask before it can come. */
  next(): Promise<Message>
}

async function client(broker: Broker): Promise<Client> {
  const mqtt = await connectAsync({ host: broker.host, port: broker.port, protocolVersion: 4, reconnectPeriod: 0 })
  mqtt.on('error', () => {})
  return {
    mqtt,
    next: () => {
      const message = new Promise<Message>((resolve) => {
        mqtt.once('message', (topic, payload, { qos, retain }) =>
          resolve({ topic, qos, retain, text: payload.toString() }),
        )
      })
      const timely = soon(message)
      timely.catch(() => {}) // whoever awaits it hears of it
      return timely
    },
    async [Symbol.asyncDispose]() {
      await mqtt.endAsync(true)
    },
  }
}

/** A broker that does not do it must not hold up the suite. */
async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${CONNECT_LIMIT_MS} ms`)), CONNECT_LIMIT_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

interface RawClient {
  readonly socket: Socket
  readonly packets: Packet[]
  readonly first: Packet
}

/** A socket that has sent a CONNECT and got an answer. */
async function rawClient(broker: Broker, hello: Sendable = { type: 'connect', clientId: 'raw' }): Promise<RawClient> {
  const socket = connectSocket(broker.port, broker.host)
  await once(socket, 'connect')
  socket.on('error', () => {})
  const decoder = new Decoder()
  const packets: Packet[] = []
  socket.on('data', (chunk) => packets.push(...decoder.push(chunk).map((d) => d.packet)))
  socket.write(encode(hello))
  while (packets.length === 0) await once(socket, 'data')
  return { socket, packets, first: packets[0]! }
}

/** However it ends. */
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()))

async function refusal(broker: Broker): Promise<string | undefined> {
  const socket = connectSocket(broker.port, broker.host)
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  return error.code
}
