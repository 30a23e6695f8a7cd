// Emulated devices on a real link, before a real broker.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clients, firmware, realClock, seeded } from '../../../emulators/index.ts'
import { type Broker, brokers } from '../../brokers/index.ts'
import { type Event, type Fact, Timeline } from '../../evidence/index.ts'
import { type Link, openLink } from '../../link/index.ts'
import type { Device, GeneralCall } from '../index.ts'
import { type EmulatedSettings, emulatedDevice } from './device.ts'

let broker: Broker
let link: Link
let timeline: Timeline
let device: Device
let bugs: unknown[]

beforeEach(async () => {
  broker = await brokers.aedes.open()
  timeline = new Timeline(realClock())
  link = await openLink({
    device: 'blue',
    upstream: () => ({ host: broker.host, port: broker.port }),
    recorder: timeline,
  })
})

afterEach(async () => {
  await device[Symbol.asyncDispose]()
  await link[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
  expect(bugs).toEqual([])
})

function make(settings: Partial<EmulatedSettings> = {}): Device {
  bugs = []
  device = emulatedDevice({
    name: 'blue',
    client: clients['umqtt.simple'],
    firmware: firmware.puppet,
    options: {},
    will: null,
    poll: null,
    signals: { button: { pin: 0, active: 'low' }, led: { pin: 2, active: 'high' } },
    attachment: link,
    recorder: timeline,
    clock: realClock(),
    random: seeded(1),
    onBug: (bug) => bugs.push(bug),
    ...settings,
  })
  return device
}

/** The nth event like this (from 1), past or to come. */
function event(like: Partial<Fact>, nth = 1): Promise<Event> {
  const fits = (e: Event): boolean =>
    Object.entries(like).every(([key, value]) => (e as unknown as Record<string, unknown>)[key] === value)
  return new Promise((resolve) => {
    const look = (): void => {
      const found = timeline.events.filter(fits)[nth - 1]
      if (found === undefined) return
      leave()
      resolve(found)
    }
    const leave = timeline.subscribe(look)
    look()
  })
}

async function call(id: string, general: GeneralCall): Promise<Event> {
  const ended = timeline.events.length
  device.call(id, general)
  return new Promise((resolve) => {
    const look = (): void => {
      const found = timeline.events.slice(ended).find((e) => e.kind === 'call' && e.id === id && e.state !== 'started')
      if (found === undefined) return
      leave()
      resolve(found)
    }
    const leave = timeline.subscribe(look)
    look()
  })
}

const connect: GeneralCall = { verb: 'connect', clean: undefined }
const ping: GeneralCall = { verb: 'ping' }
const wait: GeneralCall = { verb: 'wait' }
const packets = (type: string): unknown[] =>
  timeline.events.filter((e) => e.kind === 'packet' && e.packet.type === type)
const changes = (): string[] => timeline.events.flatMap((e) => (e.kind === 'device' ? [e.change] : []))
const signals = (): string[] =>
  timeline.events.flatMap((e) => (e.kind === 'signal' ? [`${e.signal} ${e.value} by ${e.by}`] : []))

describe('calls', () => {
  it('start, and return what the library returns', async () => {
    await make().boot()
    expect(await call('c', connect)).toMatchObject({ state: 'returned', method: 'connect', value: 0 })
    expect(await event({ kind: 'call', state: 'started' })).toMatchObject({ id: 'c', device: 'blue' })
  })

  it('a method that the library has not raises AttributeError, as a user’s program would see', async () => {
    await make().boot()
    expect(await call('m', { verb: 'call', method: 'teleport', args: [], kwargs: {} })).toMatchObject({
      state: 'raised',
      error: { type: 'AttributeError' },
    })
  })

  it('what its socket raises is its exception', async () => {
    await link.set({ kind: 'down', mode: 'refuse' })
    await make().boot()
    expect(await call('c', connect)).toMatchObject({ state: 'raised', error: { type: 'OSError' } })
    expect(await event({ kind: 'socket', change: 'refused' })).toMatchObject({ by: 'link' })
  })

  it('several topics are as many calls of the library, and one outcome', async () => {
    await make().boot()
    await call('c', connect)
    expect(await call('s', { verb: 'subscribe', topics: ['a', 'b', 'c'], qos: 1 })).toMatchObject({ state: 'returned' })
    expect(packets('subscribe')).toHaveLength(3)
    expect(timeline.events.filter((e) => e.kind === 'call' && e.id === 's')).toHaveLength(2)
  })

  it('of several topics the first that raises ends it', async () => {
    await make().boot()
    expect(await call('s', { verb: 'subscribe', topics: ['a', 'b'], qos: 1 })).toMatchObject({ state: 'raised' })
    expect(packets('subscribe')).toHaveLength(0)
  })

  it('with one id may overlap, and each has its outcome', async () => {
    await make().boot()
    await call('c', connect)
    device.call('p', ping)
    device.call('p', ping)
    await event({ kind: 'call', id: 'p', state: 'returned' }, 2)
    await expect.poll(() => packets('pingreq')).toHaveLength(2)
  })

  it('cannot be made on a device that is off, or whose program has ended', async () => {
    const off = expect.objectContaining({ code: 'device/off' })
    make()
    expect(() => device.call('c', connect)).toThrow(off)
    await device.boot()
    await device.powerOff()
    expect(() => device.call('c', connect)).toThrow(off)
    expect(timeline.events.filter((e) => e.kind === 'call')).toEqual([])
  })

  it.each([
    ['reset', () => device.reset()],
    ['power off', () => device.powerOff()],
  ])('are lost in a %s', async (_, end) => {
    await make().boot()
    await call('c', connect)
    device.call('w', wait)
    await event({ kind: 'call', id: 'w', state: 'started' })
    await end()
    expect(await event({ kind: 'call', state: 'lost' })).toMatchObject({ id: 'w', method: 'wait_msg' })
  })

  it('that hang say where', async () => {
    await make().boot()
    expect(device.hanging()).not.toContain('read')
    await call('c', connect)
    device.call('w', wait)
    await expect.poll(() => device.hanging()).toMatch(/waiting in read\(1\).* for /)
  })

  it('typing into it is a Problem', async () => {
    await make().boot()
    expect(() => device.send('x')).toThrow(expect.objectContaining({ code: 'device/no-console' }))
    expect(timeline.events.filter((e) => e.kind === 'serial')).toEqual([])
  })
})

describe('its life', () => {
  it('boots once, resets, and goes off', async () => {
    await make().boot()
    await device.boot()
    await device.reset()
    await device.powerOff()
    await device.powerOff()
    await device.boot()
    expect(changes()).toEqual(['boot', 'reset', 'boot', 'off', 'boot'])
  })

  it('after a reset it has forgotten everything: it connects anew, packet ids from 1', async () => {
    await make().boot()
    await call('c', connect)
    await call('p', { verb: 'publish', topic: 't', payload: new Uint8Array(), qos: 1, retain: false })
    await device.reset()
    await call('c', connect)
    await call('p', { verb: 'publish', topic: 't', payload: new Uint8Array(), qos: 1, retain: false })
    expect(packets('publish')).toMatchObject([
      { connection: 1, packet: { packetId: 1 } },
      { connection: 2, packet: { packetId: 1 } },
    ])
  })

  it('a power cut sends nothing: no DISCONNECT, and the broker’s end stays open', async () => {
    await make().boot()
    await call('c', connect)
    await device.powerOff()
    expect(packets('disconnect')).toEqual([])
    expect(timeline.events.filter((e) => e.kind === 'socket' && e.change !== 'connecting')).toMatchObject([
      { change: 'connected' },
    ])
  })

  it('a program that ends in an exception is an event, and boot starts it again', async () => {
    make({ client: clients.umqttsimple, firmware: firmware['room-light'], options: { uuid: 'x', fix_payload: false } })
    await device.boot()
    expect(await event({ kind: 'device', change: 'crashed' })).toMatchObject({
      detail: expect.stringMatching('TypeError'),
    })
    expect(device.running).toBe(false)
    await device.boot()
    expect(device.running).toBe(true)
  })

  it('machine.reset, five seconds after its broker is gone', async () => {
    make({ client: clients.umqttsimple, firmware: firmware['room-light'], options: { uuid: 'x' } })
    await device.boot()
    await event({ kind: 'serial', stream: 'out' }, 2)
    await link.set({ kind: 'down', mode: 'reset' })
    const cut = timeline.now()
    await link.set({ kind: 'up' })
    const reset = await event({ kind: 'device', change: 'reset' })
    expect(reset.at - cut).toBeGreaterThanOrEqual(4900)
    await event({ kind: 'device', change: 'boot' }, 2)
    await event({ kind: 'socket', change: 'connected' }, 2)
  })
})

describe('its pins', () => {
  const buttonLed = () => make({ firmware: firmware['button-led'], options: { name: 'blue', peer: 'blue' } })

  it('a button lights its own LED through the broker, and only changes are events', async () => {
    await buttonLed().boot()
    await event({ kind: 'socket', change: 'connected' })
    device.drive('button', 0)
    await event({ kind: 'signal', signal: 'led', value: 1 })
    device.drive('button', 1)
    await event({ kind: 'signal', signal: 'led', value: 0 })
    expect(signals()).toEqual(['button 0 by harness', 'led 1 by device', 'button 1 by harness', 'led 0 by device'])
  })

  it('an LED goes dark with its board, and a button stays pressed when it comes back', async () => {
    await buttonLed().boot()
    device.drive('button', 0)
    await event({ kind: 'signal', signal: 'led', value: 1 })
    await device.reset()
    expect(signals()).toEqual(['button 0 by harness', 'led 1 by device', 'led 0 by device'])
    await event({ kind: 'signal', signal: 'led', value: 1 }, 2)
  })

  it('a button may be held before the board is on', async () => {
    buttonLed().drive('button', 0)
    await device.boot()
    await event({ kind: 'signal', signal: 'led', value: 1 })
  })

  it('know which level is active, and their names', async () => {
    make()
    expect([device.activeLevel('button'), device.activeLevel('led')]).toEqual([0, 1])
    expect(() => device.drive('leg', 1)).toThrow(expect.objectContaining({ code: 'device/no-signal' }))
    expect(signals()).toEqual([])
  })
})
