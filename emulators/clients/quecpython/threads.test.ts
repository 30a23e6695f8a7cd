// The client with its threads running: a board on a virtual clock, and a broker in memory that
// answers what it is told to answer. Times are the broker's, in seconds since boot.

import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Program, PyValue } from '../../board.ts'
import * as board from '../../board.ts'
import { seeded } from '../../core/random.ts'
import { inSeconds, milliseconds, seconds, VirtualClock } from '../../core/time.ts'
import { MemoryNetwork } from '../../drive/memory.ts'
import { startBoard } from '../../drive/single-board.ts'
import { Decoder } from '../../mqtt/codec.ts'
import { encode, type Sendable } from '../../mqtt/encode.ts'
import type { Packet } from '../../mqtt/packet.ts'
import type { Options } from '../client.ts'
import { quecpython } from './quecpython.ts'

type Call = (method: string, ...args: PyValue[]) => Program<PyValue>

const STEP = milliseconds(100)

function device(options: Options, program: (call: Call) => Program<void>) {
  const clock = new VirtualClock()
  const network = new MemoryNetwork()
  const lines: string[] = []
  const bugs: unknown[] = []
  const packets: [at: number, type: string, connection: number][] = []
  const answers = { ping: true, puback: true }
  const now = (): number => inSeconds(milliseconds(clock.now()))
  network.onConnection = (peer) => {
    packets.push([now(), 'tcp', network.connections.length])
    const decoder = new Decoder()
    peer.onWrite = (bytes) => {
      for (const { packet } of decoder.push(bytes)) {
        packets.push([now(), packet.type, network.connections.indexOf(peer) + 1])
        const answer = answerTo(packet)
        if (answer !== null) queueMicrotask(() => peer.send(encode(answer))) // never inside the write
      }
    }
  }
  const answerTo = (packet: Packet): Sendable | null => {
    if (packet.type === 'connect') return { type: 'connack' }
    if (packet.type === 'subscribe') return { type: 'suback', packetId: packet.packetId, granted: [0] }
    if (packet.type === 'pingreq' && answers.ping) return { type: 'pingresp' }
    if (packet.type === 'publish' && packet.qos === 1 && answers.puback)
      return { type: 'puback', packetId: packet.packetId! }
    return null
  }
  const running = startBoard(
    () => {
      const client = quecpython.create(
        { client_id: 'x', server: 'h', ...options },
        {
          *onMessage(_topic, payload) {
            yield* board.print(`message ${Buffer.from(payload)}`)
          },
          *onError(text) {
            yield* board.print(`error ${text}`)
          },
        },
      )
      return program((method, ...args) => client.call(method, args, {}))
    },
    {
      network,
      clock,
      random: seeded(1),
      onPrint: (line) => lines.push(`${now()} ${line}`),
      onPin: () => {},
      onOutcome: () => {},
      onEnd: () => {},
      onReset: () => {},
      onSocket: () => {},
      onBug: (error) => bugs.push(error),
    },
  )
  return {
    network,
    lines,
    answers,
    running,
    peer: () => network.connections.at(-1)!,
    /** Times of one kind of packet; `tcp` is the beginning of a connection. */
    times: (type: string) => packets.filter(([, kind]) => kind === type).map(([at]) => at),
    publish: (text: string, qos: 0 | 1 = 0) =>
      network.connections
        .at(-1)!
        .send(
          encode({ type: 'publish', topic: 'a', payload: Buffer.from(text), qos, ...(qos === 1 && { packetId: 7 }) }),
        ),
    async pass(time: number): Promise<void> {
      for (let left = seconds(time); left > 0; left = milliseconds(left - STEP)) {
        for (let turns = 0; turns < 3; turns++) await turn()
        clock.advance(STEP)
      }
      for (let turns = 0; turns < 3; turns++) await turn()
      expect(bugs).toEqual([])
    },
  }
}

function* listening(call: Call): Program<void> {
  yield* call('connect')
  for (;;) yield* call('wait_msg')
}

function* subscribed(call: Call): Program<void> {
  yield* call('connect')
  yield* call('subscribe', 'a')
  for (;;) yield* call('wait_msg')
}

it('pings when idle for more than keepalive - 3, every five seconds a look', async () => {
  const ten = device({ keepalive: 10 }, listening)
  await ten.pass(31)
  expect(ten.times('pingreq')).toEqual([10, 20, 30])
  const five = device({ keepalive: 5 }, listening)
  await five.pass(16)
  expect(five.times('pingreq')).toEqual([5, 10, 15])
  const minute = device({}, listening)
  await minute.pass(61)
  expect(minute.times('pingreq')).toEqual([60])
})

it('a QoS 0 publish close to the next ping brings it forward, a QoS 1 publish puts it off', async () => {
  const publishing = (qos: number) =>
    function* (call: Call): Program<void> {
      yield* call('connect')
      yield* board.sleep(seconds(16.5))
      yield* call('publish', 't', 'm', false, qos)
      for (;;) yield* call('wait_msg')
    }
  const forward = device({ keepalive: 30 }, publishing(0))
  await forward.pass(31)
  expect(forward.times('pingreq')).toEqual([20])
  const off = device({ keepalive: 30 }, publishing(1))
  await off.pass(46)
  expect(off.times('pingreq')).toEqual([45])
})

it('an unanswered ping: three more seconds for the reader, then a new connection with its subscriptions', async () => {
  const silent = device({ keepalive: 10 }, subscribed)
  silent.answers.ping = false
  await silent.pass(23)
  expect(silent.times('tcp')).toEqual([0])
  silent.answers.ping = true
  await silent.pass(15)
  expect(silent.times('tcp')).toEqual([0, 24])
  expect(silent.times('subscribe')).toEqual([0, 24])
  expect(silent.times('disconnect')).toEqual([])
  expect(silent.times('pingreq')).toEqual([10, 34])
  expect(silent.lines).toEqual(['24 error reconnect_start', '24 error reconnect_success'])
})

it('pingmaxnum pings are sent again first', async () => {
  const silent = device({ keepalive: 10, pingmaxnum: 2 }, listening)
  silent.answers.ping = false
  await silent.pass(45)
  expect(silent.times('pingreq')).toEqual([10, 20, 30])
  expect(silent.times('tcp')).toEqual([0, 44])
})

it('with reconn=False an unanswered ping is told, once, and nobody pings any more', async () => {
  const silent = device({ keepalive: 10, reconn: false }, listening)
  silent.answers.ping = false
  await silent.pass(60)
  expect(silent.lines).toEqual(['20 error Send ping timeout.'])
  expect(silent.times('pingreq')).toEqual([10])
  expect(silent.times('tcp')).toEqual([0])
})

it('nobody notices an end of file', async () => {
  const closed = device({ keepalive: 10 }, function* (call) {
    yield* call('connect')
    for (;;) {
      yield* call('wait_msg')
      yield* board.sleep(seconds(1))
    }
  })
  await closed.pass(1)
  closed.peer().end()
  closed.answers.ping = false
  await closed.pass(60)
  expect(closed.times('pingreq')).toEqual([10])
  expect(closed.times('tcp')).toEqual([0])
})

it('attempts are 6, 7, 8, … s apart; the keep-alive thread is stopped meanwhile', async () => {
  const device1 = device({ keepalive: 10 }, subscribed)
  await device1.pass(2)
  device1.network.answer = { refuse: 'ECONNREFUSED' }
  device1.peer().reset()
  await device1.pass(28)
  device1.network.answer = 'accept'
  await device1.pass(20)
  expect(device1.times('tcp')).toEqual([0, 3, 9, 16, 24, 33])
  expect(device1.times('subscribe')).toEqual([0, 33])
  expect(device1.times('pingreq')).toEqual([43])
})

it('a ping that cannot be written reconnects from the keep-alive thread while another waits', async () => {
  const dead = device({ keepalive: 10 }, listening)
  await dead.pass(1)
  dead.peer().broken = 'EHOSTUNREACH'
  await dead.pass(30)
  // The one that waited was let go by the close; a second later it finds nobody reconnecting, and does it again.
  expect(dead.times('tcp')).toEqual([0, 12, 13])
  expect(dead.times('pingreq')).toEqual([23])
})

it('… and while nobody waits it stops itself, with the lock: nobody reconnects any more', async () => {
  const dead = device({ keepalive: 10 }, function* (call) {
    yield* call('connect')
    yield* board.sleep(seconds(20))
    for (;;) yield* call('wait_msg')
  })
  await dead.pass(1)
  dead.peer().reset()
  await dead.pass(60)
  expect(dead.times('tcp')).toEqual([0])
})

it('close under a waiting thread makes it reconnect one second later', async () => {
  const closing = device({}, function* (call) {
    yield* call('connect')
    yield* board.spawn('listen', () => listen(call))
    yield* board.sleep(seconds(2))
    yield* call('close')
  })
  function* listen(call: Call): Program<void> {
    for (;;) yield* call('wait_msg')
  }
  await closing.pass(5)
  expect(closing.times('tcp')).toEqual([0, 3])
})

it('disconnect lets a waiting thread go, with None', async () => {
  const leaving = device({}, function* (call) {
    yield* call('connect')
    yield* board.spawn('listen', function* () {
      yield* board.print(`wait_msg ${yield* call('wait_msg')}`)
    })
    yield* board.sleep(seconds(2))
    yield* call('disconnect')
    yield* board.print(`state ${yield* call('get_mqttsta')}`)
  })
  await leaving.pass(70)
  expect(leaving.lines).toEqual(['2.5 wait_msg null', '2.5 state -1'])
  expect(leaving.times('pingreq')).toEqual([])
})

it('a publish that waits leaves its acknowledgement to the thread that reads, and holds up the others', async () => {
  const both = device({}, function* (call) {
    yield* call('connect')
    yield* board.spawn('listen', function* () {
      for (;;) yield* call('wait_msg')
    })
    yield* board.sleep(seconds(1))
    yield* board.print(`publish ${yield* call('publish', 't', 'm', false, 1)}`)
    yield* board.print(`publish ${yield* call('publish', 't', 'm', false, 1)}`)
  })
  await both.pass(1.2)
  both.answers.puback = false
  both.publish('in', 1)
  await both.pass(6)
  // The first was acknowledged, and seen at the next look; the PUBACK of the message waits for the second.
  expect(both.lines).toEqual(['1.2 message in', '1.5 publish true', '7 publish false'])
  expect(both.times('puback')).toEqual([7])
})

it('two readers: the second looks every ten milliseconds whether the first is through', async () => {
  const two = device({ keepalive: 0 }, function* (call) {
    yield* call('connect')
    yield* board.spawn('listen', function* () {
      for (;;) {
        yield* call('wait_msg')
        yield* board.print('wait_msg is back')
        yield* board.sleep(seconds(5))
      }
    })
    yield* board.sleep(seconds(1))
    yield* call('check_msg')
    yield* board.print('check_msg is back')
  })
  await two.pass(2)
  two.publish('one')
  await two.pass(1)
  two.publish('two')
  await two.pass(1)
  // The first reader put the socket back to blocking, so the look has become a wait.
  expect(two.lines).toEqual(['2 message one', '2 wait_msg is back', '3 message two', '3 check_msg is back'])
})

it('manage=True subscribes again after three seconds', async () => {
  const managed = device({ manage: true }, subscribed)
  await managed.pass(1)
  managed.peer().reset()
  await managed.pass(10)
  expect(managed.times('tcp')).toEqual([0, 2])
  expect(managed.times('subscribe')).toEqual([0, 5])
})
