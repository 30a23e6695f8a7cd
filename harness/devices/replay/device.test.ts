// Recordings played on a real link, before a broker's end that the tests hold in their hands, on a clock of their own.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Decoder, Dialect, milliseconds, seeded, VirtualClock } from '../../../emulators/index.ts'
import type { Event, Fact } from '../../evidence/index.ts'
import { Loopback, type LoopbackPeer } from '../../link/loopback.testing.ts'
import type { Device } from '../device.ts'
import { replayDevice } from './device.ts'
import { scriptOf } from './script.ts'

const CONNECT = '101000044d5154540402000a0004626c7565'
/** User `me`, password masked. */
const CONNECT_MASKED = '101d00044d51545404c2000a0004626c756500026d6500072a2a2a2a2a2a2a'
const CONNACK = '20020000'
const SUBSCRIBE = '8206000100017401'
const SUBACK = '9003000101'
const PINGREQ = 'c000'
const PINGRESP = 'd000'
const DISCONNECT = 'e000'
/** QoS 1, topic t, payload x. */
const delivery = (id: string, topic = '74', qos = 1): string => `3${qos * 2}06000${topic.length / 2}${topic}${id}78`
const puback = (id: string): string => `4002${id}`

const dialect = new Dialect()

/** `MS up|down HEX`, `MS open`, `MS closed|reset device|broker|link`, `MS off|boot`, `MS broker stop`; `#2` is the second connection. */
function recording(...lines: string[]): Event[] {
  return lines.map((line, seq) => {
    const [at, what, more = '', number = '#1'] = line.split(' ')
    const connection = Number(number.slice(1))
    return { ...fact(what!, more, connection), at: milliseconds(Number(at)), seq } as unknown as Event
  })
}

function fact(what: string, more: string, connection: number): Fact {
  const device = 'blue'
  if (what === 'up' || what === 'down') {
    const [decoded] = new Decoder(dialect).push(Buffer.from(more, 'hex'))
    return { kind: 'packet', device, direction: what, connection, ...decoded!, delivered: true }
  }
  if (what === 'open')
    return {
      kind: 'socket',
      device,
      change: 'connected',
      by: 'device',
      connection: more === '' ? 1 : Number(more.slice(1)),
    }
  if (what === 'broker') return { kind: 'fault', what: `broker ${more}` }
  if (what === 'closed' || what === 'reset')
    return { kind: 'socket', device, change: what, by: more as 'device' | 'broker' | 'link', connection }
  return { kind: 'device', device, change: what as 'off' }
}

let net: Loopback
let clock: VirtualClock
let device: Device
let bugs: unknown[]

beforeEach(async () => {
  net = await Loopback.open()
  clock = new VirtualClock()
  bugs = []
})

afterEach(async () => {
  await device[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
  expect(bugs).toEqual([])
})

async function play(
  lines: readonly string[],
  more: { speed?: number; begin?: number; password?: string; user?: { username: string; password: string } } = {},
): Promise<LoopbackPeer> {
  const attachment = {
    host: net.link.host,
    port: net.link.port,
    credentials: more.user,
    admits: () => net.link.admits(),
    through: (port: number) => net.link.through(port),
    ending: (port: number) => net.link.ending(port),
    vanish: (port: number, how: 'power' | 'reset') => net.link.vanish(port, how),
    state: net.link.state,
    set: async () => {},
  }
  device = replayDevice({
    name: 'blue',
    attachment,
    recorder: net.timeline,
    clock,
    random: seeded(1),
    onBug: (bug) => bugs.push(bug),
    script: scriptOf(recording(...lines), 'blue'),
    speed: more.speed ?? Number.POSITIVE_INFINITY,
    begin: more.begin ?? 0,
    password: more.password === undefined ? null : new TextEncoder().encode(more.password),
  })
  await device.boot()
  return net.broker()
}

const bytes = (...packets: string[]): string => packets.join('')
const sent = (broker: LoopbackPeer, ...packets: string[]): Promise<void> =>
  broker.received(bytes(...packets).length / 2)
/** The exit code, and why. */
async function exit(): Promise<string> {
  await net.event((e) => e.kind === 'exit')
  const told = net.timeline.events.flatMap((e) =>
    e.kind === 'exit' ? [String(e.code)] : e.kind === 'device' && e.detail !== undefined ? [e.detail] : [],
  )
  return told.reverse().join(': ')
}
/** The device is waiting for something, and nothing more will happen by itself. */
async function waiting(what: RegExp): Promise<void> {
  for (let i = 0; !what.test(device.hanging() ?? ''); i++) {
    if (i > 2000) throw new Error(`it waits for ${device.hanging()}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

describe('a replay', () => {
  it('sends each packet after the answers that it had had by then', async () => {
    const broker = await play([
      '0 open',
      `1 up ${CONNECT}`,
      `5 down ${CONNACK}`,
      `6 up ${SUBSCRIBE}`,
      `9 down ${SUBACK}`,
      `10 up ${DISCONNECT}`,
      '11 closed device',
    ])
    await sent(broker, CONNECT)
    await waiting(/CONNACK \(#2/)
    await broker.quiet()
    expect(broker.hex).toBe(CONNECT)
    broker.write(CONNACK)
    await sent(broker, CONNECT, SUBSCRIBE)
    await waiting(/SUBACK packetId 1/)
    broker.write(SUBACK)
    await broker.until((peer) => peer.ended)
    expect(broker.hex).toBe(bytes(CONNECT, SUBSCRIBE, DISCONNECT))
    expect(await exit()).toBe('0')
  })

  it('does each thing at its time, at the speed that was asked for', async () => {
    const broker = await play(['1000 open', `1000 up ${CONNECT}`, `1001 down ${CONNACK}`, `5000 up ${PINGREQ}`], {
      speed: 2,
      begin: 1000,
    })
    await sent(broker, CONNECT)
    broker.write(CONNACK)
    await net.event((e) => e.kind === 'packet' && e.packet.type === 'connack')
    clock.advance(milliseconds(1999))
    await broker.quiet()
    expect(broker.hex).toBe(CONNECT)
    clock.advance(milliseconds(1))
    await sent(broker, CONNECT, PINGREQ)
    expect(await exit()).toBe('0')
  })

  it('says which answer did not come, and when it gave up', async () => {
    const broker = await play(['0 open', `1 up ${CONNECT}`, `201 down ${CONNACK}`, `202 up ${PINGREQ}`])
    await sent(broker, CONNECT)
    await waiting(/CONNACK/)
    clock.advance(milliseconds(5199))
    await waiting(/CONNACK/)
    clock.advance(milliseconds(1))
    expect(await exit()).toBe('1: CONNACK (#2 of the recording) did not come within 5.2s')
    expect(broker.hex).toBe(CONNECT)
  })

  it('says when the connection is gone before the answer', async () => {
    const broker = await play(['0 open', `1 up ${CONNECT}`, `2 down ${CONNACK}`])
    await sent(broker, CONNECT)
    broker.socket.end()
    expect(await exit()).toBe('1: connection 1 was closed when CONNACK (#2 of the recording) was awaited')
  })

  it('says when the connection is gone before it could send', async () => {
    const broker = await play(
      ['0 open', `0 up ${CONNECT}`, `0 down ${CONNACK}`, `9 up ${SUBSCRIBE}`, `9 up ${PINGREQ}`],
      { speed: 1 },
    )
    await sent(broker, CONNECT)
    broker.write(CONNACK)
    broker.socket.end()
    await net.ended()
    await broker.quiet() // until the FIN has come to the device, too
    clock.advance(milliseconds(9))
    expect(await exit()).toBe('1: connection 1 was closed when SUBSCRIBE packetId 1 (#3 of the recording) was due')
  })

  it('acknowledges under the ids that the broker has now', async () => {
    const broker = await play([
      '0 open',
      `1 up ${CONNECT}`,
      `2 down ${CONNACK}`,
      `3 down ${delivery('0007')}`,
      `4 down ${delivery('0008', '75')}`,
      `5 up ${puback('0008')}`,
      `6 up ${puback('0007')}`,
    ])
    await sent(broker, CONNECT)
    broker.write(bytes(CONNACK, delivery('1234'), delivery('0007', '75')))
    await sent(broker, CONNECT, puback('0007'), puback('1234'))
    expect(broker.hex).toBe(bytes(CONNECT, puback('0007'), puback('1234')))
    expect(await exit()).toBe('0')
  })

  it('goes through both halves of QoS 2 under an id of the broker', async () => {
    const broker = await play([
      '0 open',
      `1 up ${CONNECT}`,
      `2 down ${CONNACK}`,
      `3 down ${delivery('0007', '74', 2)}`,
      '4 up 50020007',
      '5 down 62020007',
      '6 up 70020007',
    ])
    await sent(broker, CONNECT)
    broker.write(bytes(CONNACK, delivery('0102', '74', 2)))
    await sent(broker, CONNECT, '50020102')
    await waiting(/PUBREL packetId 7/)
    broker.write('62020102')
    await sent(broker, CONNECT, '50020102', '70020102')
    expect(await exit()).toBe('0')
  })

  it('goes on when a delivery is late, and acknowledges it when it comes', async () => {
    const broker = await play([
      '0 open',
      `1 up ${CONNECT}`,
      `2 down ${CONNACK}`,
      `3 down ${delivery('0007')}`,
      `4 up ${puback('0007')}`,
      `5 up ${PINGREQ}`,
      `6 down ${PINGRESP}`,
      `7 up ${DISCONNECT}`,
    ])
    await sent(broker, CONNECT)
    broker.write(CONNACK)
    await waiting(/PUBLISH topic "t" packetId 7/)
    clock.advance(milliseconds(1000))
    await sent(broker, CONNECT, PINGREQ)
    broker.write(PINGRESP)
    // Not before what it owes.
    await waiting(/PUBLISH topic "t" packetId 7/)
    await broker.quiet()
    broker.write(delivery('0042'))
    await sent(broker, CONNECT, PINGREQ, puback('0042'), DISCONNECT)
    expect(broker.hex).toBe(bytes(CONNECT, PINGREQ, puback('0042'), DISCONNECT))
    expect(await exit()).toBe('0')
  })

  it('counts one answer for one request', async () => {
    const broker = await play([
      '0 open',
      `1 up ${CONNECT}`,
      `2 down ${CONNACK}`,
      `3 up ${PINGREQ}`,
      `4 down ${PINGRESP}`,
      `5 up ${PINGREQ}`,
      `6 down ${PINGRESP}`,
      `7 up ${DISCONNECT}`,
    ])
    await sent(broker, CONNECT)
    broker.write(CONNACK)
    await sent(broker, CONNECT, PINGREQ)
    broker.write(PINGRESP)
    await sent(broker, CONNECT, PINGREQ, PINGREQ)
    await broker.quiet()
    expect(broker.hex).toBe(bytes(CONNECT, PINGREQ, PINGREQ))
    broker.write(PINGRESP)
    await sent(broker, CONNECT, PINGREQ, PINGREQ, DISCONNECT)
    expect(await exit()).toBe('0')
  })

  it('resets where it was reset, and comes back', async () => {
    const first = await play([
      '0 open',
      `1 up ${CONNECT}`,
      `2 down ${CONNACK}`,
      '3 reset device',
      '4 open #2',
      `5 up ${CONNECT} #2`,
    ])
    await sent(first, CONNECT)
    first.write(CONNACK)
    await first.until((peer) => peer.error !== null)
    expect(first.error).toBe('ECONNRESET')
    const second = await net.broker()
    await sent(second, CONNECT)
    expect(await exit()).toBe('0')
  })

  it('waits for the broker where the broker ended it', async () => {
    const first = await play([
      '0 open',
      `1 up ${CONNECT}`,
      '15001 closed broker',
      '15002 open #2',
      `15003 up ${CONNECT} #2`,
    ])
    await sent(first, CONNECT)
    await waiting(/the end of connection 1 by the broker/)
    // As long as in the recording and 5 s more, however fast the rest is.
    clock.advance(milliseconds(19_000))
    await waiting(/the end of connection 1 by the broker/)
    first.socket.end()
    await sent(await net.broker(), CONNECT)
    expect(await exit()).toBe('0')
  })

  it.each([
    ['the link did', '2 closed link'],
    ['a broker that was stopped did', '2 closed broker'],
  ])('ends a connection itself when %s', async (_, end) => {
    const broker = await play(['0 open', `1 up ${CONNECT}`, '1 broker stop', end])
    await broker.until((peer) => peer.ended)
    expect(broker.hex).toBe(CONNECT)
    expect(await exit()).toBe('0')
  })

  it('loses its power without a FIN', async () => {
    const broker = await play(['0 open', `1 up ${CONNECT}`, '2 off'])
    await sent(broker, CONNECT)
    expect(await exit()).toBe('0')
    await broker.quiet()
    expect([broker.ended, broker.error]).toEqual([false, null])
  })

  it('sends what the device sent, and not what a link made of it', async () => {
    const events = recording('0 open', `1 up ${CONNECT}`, `2 up ${PINGREQ}`, `3 up ${PINGREQ}`, `4 up ${DISCONNECT}`)
    const changed = events.map((event, k) =>
      event.kind !== 'packet' || k < 2
        ? event
        : {
            ...event,
            ...(k === 2 ? { end: 'device' } : k === 3 ? { end: 'broker', by: 'link' } : { delivered: false }),
          },
    ) as Event[]
    const { acts } = scriptOf(changed, 'blue')
    expect(acts.flatMap((act) => (act.kind === 'send' ? [act.packet.type] : []))).toEqual([
      'connect',
      'pingreq',
      'disconnect',
    ])
  })

  it('sends what the device sent after its link was cut, before it ends the connection', async () => {
    const events = recording('0 open', `1 up ${CONNECT}`, '2 closed link', `3 up ${DISCONNECT}`)
    expect(scriptOf(events, 'blue').acts.map(({ kind }) => kind)).toEqual(['open', 'send', 'send', 'end'])
  })

  it('waits for nothing that a link made up or changed', async () => {
    const at = (event: Event, end: 'device' | 'broker', by?: 'link'): Event => ({ ...event, end, by }) as Event
    const [open, connect, connack, pingresp, suback] = recording(
      '0 open',
      `1 up ${CONNECT}`,
      `2 down ${CONNACK}`,
      `3 down ${PINGRESP}`,
      `4 down ${SUBACK}`,
    ) as [Event, Event, Event, Event, Event]
    const events = [
      open,
      connect,
      at(connack, 'broker'),
      at(connack, 'device'),
      at(pingresp, 'device', 'link'),
      at(suback, 'device'),
    ]
    const heard = scriptOf(events, 'blue').acts.flatMap((act) => (act.kind === 'hear' ? [act.packet.type] : []))
    expect(heard).toEqual(['connack'])
  })

  it('gives the password that it is told, or that of the broker for this user', async () => {
    const lines = ['0 open', `1 up ${CONNECT_MASKED}`, '2 closed device']
    const length = (word: string): number => 31 - 7 + word.length
    for (const [more, word] of [
      [{ password: 'told' }, 'told'],
      [{ user: { username: 'me', password: 'of-the-broker' } }, 'of-the-broker'],
      [{ user: { username: 'other', password: 'of-the-broker' } }, '*******'],
      [{}, '*******'],
    ] as const) {
      const broker = await play(lines, more)
      await broker.until((peer) => peer.ended)
      expect(broker.bytes.subarray(-word.length).toString()).toBe(word)
      expect(broker.bytes.length).toBe(length(word))
      expect(broker.bytes[1]).toBe(length(word) - 2)
      await device[Symbol.asyncDispose]()
    }
  })

  it('begins anew when it is reset, and is told nothing', async () => {
    const first = await play(['0 open', `1 up ${CONNECT}`, `2 down ${CONNACK}`])
    await sent(first, CONNECT)
    await device.reset()
    const second = await net.broker()
    await sent(second, CONNECT)
    expect(() => device.call('x', { verb: 'ping' })).toThrow('blue is a replay: it has no calls')
    await device.powerOff()
    expect(device.running).toBe(false)
  })
})
