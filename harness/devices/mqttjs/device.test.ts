// MQTT.js as a device on a real link, before a real broker, or before a broker's end that the test holds.

import { afterEach, describe, expect, it } from 'vitest'
import { realClock, seeded } from '../../../emulators/index.ts'
import { type Broker, brokers } from '../../brokers/index.ts'
import { type CallEvent, type Event, Timeline } from '../../evidence/index.ts'
import { type Link, openLink } from '../../link/index.ts'
import { Loopback } from '../../link/loopback.testing.ts'
import type { Device, GeneralCall } from '../index.ts'
import { type MqttjsSettings, mqttjsDevice } from './device.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const held: AsyncDisposable[] = []
const bugs: unknown[] = []

afterEach(async () => {
  for (const one of held.splice(0).reverse()) await one[Symbol.asyncDispose]()
  expect(bugs.splice(0)).toEqual([])
})

function made(link: Link, timeline: Timeline, options: MqttjsSettings['options'] = {}, name = 'js'): Device {
  const device = mqttjsDevice({
    name,
    attachment: link,
    recorder: timeline,
    clock: realClock(),
    random: seeded(1),
    onBug: (bug) => bugs.push(bug),
    options: { clientId: name, ...options },
  })
  held.push(device)
  return device
}

interface Bench {
  readonly link: Link
  readonly timeline: Timeline
  readonly broker: Broker
}

async function onAedes(): Promise<Bench> {
  const broker = await brokers.aedes.open()
  held.push(broker)
  const timeline = new Timeline(realClock())
  const link = await openLink({
    device: 'js',
    upstream: () => ({ host: broker.host, port: broker.port }),
    recorder: timeline,
  })
  held.push(link)
  return { broker, timeline, link }
}

/** Before a peer that says nothing by itself. */
async function onPeer(): Promise<Loopback> {
  const net = await Loopback.open({ device: 'js' })
  held.push(net)
  return net
}

let calls = 0
async function call(device: Device, timeline: Timeline, general: GeneralCall): Promise<CallEvent> {
  const id = `c${++calls}`
  device.call(id, general)
  return (await event(timeline, (e) => e.kind === 'call' && e.id === id && e.state !== 'started')) as CallEvent & Event
}

async function event(timeline: Timeline, wanted: (event: Event) => boolean): Promise<Event> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = timeline.events.find(wanted)
      if (found === undefined) return
      leave()
      resolve(found)
    }
    const leave = timeline.subscribe(look)
    look()
  })
}

const says = (line: string) => (e: Event) => e.kind === 'serial' && e.line === line
const packets = (timeline: Timeline, direction: string): string[] =>
  timeline.events.flatMap((e) => (e.kind === 'packet' && e.direction === direction ? [e.packet.type] : []))
const sockets = (timeline: Timeline): string[] =>
  timeline.events.flatMap((e) => (e.kind === 'socket' ? [`${e.change} by ${e.by}`] : []))

const CONNECT: GeneralCall = { verb: 'connect', clean: undefined }
const publish = (qos: number, payload = 'x'): GeneralCall => ({
  verb: 'publish',
  topic: 't',
  payload: utf8(payload),
  qos,
  retain: undefined,
})

describe('verbs', () => {
  it('connect, subscribe, publish, unsubscribe, disconnect: each waits for its answer', async () => {
    const { link, timeline } = await onAedes()
    const device = made(link, timeline)
    await device.boot()
    const ask = (general: GeneralCall) => call(device, timeline, general)
    expect(await ask(CONNECT)).toMatchObject({ state: 'returned', value: [0, false] })
    expect(await ask({ verb: 'subscribe', topics: ['t', 'u'], qos: 2 })).toMatchObject({ value: [2, 2] })
    const { value: id } = await ask(publish(2, 'hello'))
    expect(packets(timeline, 'down')).toContain('pubcomp')
    await event(timeline, says('message t hello'))
    const sent = timeline.events.find((e) => e.kind === 'packet' && e.packet.type === 'publish')
    expect(sent).toMatchObject({ direction: 'up', packet: { qos: 2, packetId: id } })
    expect(await ask(publish(0))).toMatchObject({ value: null })
    await ask({ verb: 'unsubscribe', topics: ['t'] })
    expect(packets(timeline, 'down')).toContain('unsuback')
    await ask({ verb: 'disconnect' })
    await event(timeline, (e) => e.kind === 'socket' && e.change === 'closed')
    expect(packets(timeline, 'up').at(-1)).toBe('disconnect')
    expect(await ask(publish(0))).toMatchObject({ state: 'raised', error: { type: 'OSError', args: ['ENOTCONN'] } })
  })

  it('other methods by their own names, and what it has not is an AttributeError', async () => {
    const { link, timeline } = await onAedes()
    const device = made(link, timeline)
    await device.boot()
    const ask = (general: GeneralCall) => call(device, timeline, general)
    await ask(CONNECT)
    const method = (name: string, args: readonly string[] = []): GeneralCall => ({
      verb: 'call',
      method: name,
      args,
      kwargs: {},
    })
    expect(await ask(method('publish', ['t', 'x']))).toMatchObject({ state: 'returned' })
    expect(await ask(method('sendPing'))).toMatchObject({ state: 'returned' })
    await event(timeline, (e) => e.kind === 'packet' && e.packet.type === 'pingresp')
    expect(await ask(method('subscribe', ['a/#/b']))).toMatchObject({ state: 'raised', error: { type: 'Error' } })
    for (const general of [method('teleport'), method('_cleanUp'), { verb: 'wait' } as const])
      expect(await ask(general)).toMatchObject({ state: 'raised', error: { type: 'AttributeError' } })
  })

  it('a session that is not clean goes on, also over a new connect', async () => {
    const { link, timeline } = await onAedes()
    const device = made(link, timeline, { clean: false })
    await device.boot()
    const ask = (general: GeneralCall) => call(device, timeline, general)
    expect(await ask(CONNECT)).toMatchObject({ value: [0, false] })
    await ask({ verb: 'subscribe', topics: ['t'], qos: 1 })
    await ask({ verb: 'disconnect' })
    expect(await ask(CONNECT)).toMatchObject({ value: [0, true] })
    expect(await ask({ verb: 'connect', clean: true })).toMatchObject({ value: [0, false] })
  })
})

describe('connect that fails', () => {
  it('refused by a return code', async () => {
    const net = await onPeer()
    const device = made(net.link, net.timeline)
    await device.boot()
    const connecting = call(device, net.timeline, CONNECT)
    const broker = await net.broker()
    await broker.received(16)
    broker.write('20020005')
    expect(await connecting).toMatchObject({ state: 'raised', error: { type: 'MQTTException', args: [5] } })
  })

  it('refused by TCP', async () => {
    const net = await onPeer()
    await net.link.set({ kind: 'down', mode: 'refuse' })
    const device = made(net.link, net.timeline)
    await device.boot()
    const { state, error } = await call(device, net.timeline, CONNECT)
    expect([state, error]).toEqual(['raised', { type: 'OSError', args: ['ECONNREFUSED'] }])
    expect(sockets(net.timeline)).toEqual(['refused by link'])
  })

  it('closed, without a reconnectPeriod', async () => {
    const net = await onPeer()
    const device = made(net.link, net.timeline, { reconnectPeriod: 0 })
    await device.boot()
    const connecting = call(device, net.timeline, CONNECT)
    const broker = await net.broker()
    await broker.received(16)
    broker.socket.end()
    expect(await connecting).toMatchObject({ state: 'raised', error: { type: 'Error' } })
  })

  it('in a blackhole it waits, until the link is up', async () => {
    const { link, timeline } = await onAedes()
    await link.set({ kind: 'down', mode: 'blackhole' })
    const device = made(link, timeline)
    await device.boot()
    const connecting = call(device, timeline, CONNECT)
    await expect.poll(() => device.hanging()).toMatch(/waiting for the connection/)
    await link.set({ kind: 'up' })
    expect(await connecting).toMatchObject({ state: 'returned' })
  })
})

describe('its life', () => {
  it('comes back by itself after its reconnectPeriod, and subscribes again', async () => {
    const { link, timeline } = await onAedes()
    const device = made(link, timeline, { reconnectPeriod: 300 })
    await device.boot()
    await call(device, timeline, CONNECT)
    await call(device, timeline, { verb: 'subscribe', topics: ['t'], qos: 1 })
    await link.set({ kind: 'down', mode: 'reset' })
    const cut = timeline.now()
    await link.set({ kind: 'up' })
    const again = await event(
      timeline,
      (e) => e.kind === 'packet' && e.connection === 2 && e.direction === 'up' && e.packet.type === 'subscribe',
    )
    expect(again.at - cut).toBeGreaterThan(250)
    expect(timeline.events.flatMap((e) => (e.kind === 'serial' ? [e.line] : []))).toEqual([
      'connect',
      'error ECONNRESET',
      'offline',
      'close',
      'reconnect',
      'connect',
    ])
  })

  it('pings at its keep alive', async () => {
    const { link, timeline } = await onAedes()
    const device = made(link, timeline, { keepalive: 1 })
    await device.boot()
    await call(device, timeline, CONNECT)
    await event(timeline, (e) => e.kind === 'packet' && e.packet.type === 'pingresp')
  })

  it('power off: not a byte, no FIN; what was under way is lost, and it says nothing more', async () => {
    const net = await onPeer()
    const device = made(net.link, net.timeline)
    await device.boot()
    const connecting = call(device, net.timeline, CONNECT)
    const broker = await net.broker()
    await broker.received(16)
    broker.write('20020000')
    await connecting
    const publishing = call(device, net.timeline, publish(1))
    await broker.until((p) => p.length > 16)
    const before = broker.length
    const lines = net.timeline.events.filter((e) => e.kind === 'serial').length
    await device.powerOff()
    expect(await publishing).toMatchObject({ state: 'lost' })
    await broker.quiet()
    expect([broker.length, broker.ended, device.running]).toEqual([before, false, false])
    expect(net.timeline.events.filter((e) => e.kind === 'serial')).toHaveLength(lines)
    expect(() => device.call('x', CONNECT)).toThrow(expect.objectContaining({ code: 'device/off' }))
  })

  it.each([
    ['connected', {}],
    ['waiting to reconnect', { down: true }],
  ])('leaves no timer and no socket behind: %s', async (_, { down = false }: { down?: boolean }) => {
    const handles = (): string[] =>
      process
        .getActiveResourcesInfo()
        .filter((name) => /Timeout|TCP/.test(name))
        .sort()
    const before = handles().length // of other tests in the same process
    // Not by expect.poll, whose own timer is such a handle.
    const released = async (): Promise<void> => {
      while (handles().length > before) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const { link, timeline } = await onAedes()
    const device = made(link, timeline, { keepalive: 5 })
    await device.boot()
    await call(device, timeline, CONNECT)
    if (down) {
      await link.set({ kind: 'down', mode: 'refuse' })
      await event(timeline, (e) => e.kind === 'socket' && e.change === 'refused')
    }
    for (const one of held.splice(0).reverse()) await one[Symbol.asyncDispose]()
    await released()
  })
})
