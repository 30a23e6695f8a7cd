import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { CallOutcome, Program, PyValue } from '../board.ts'
import { clients } from '../clients/index.ts'
import { seeded } from '../core/random.ts'
import { milliseconds, seconds, VirtualClock } from '../core/time.ts'
import { MemoryNetwork } from '../drive/memory.ts'
import { startBoard } from '../drive/single-board.ts'
import { Decoder } from '../mqtt/codec.ts'
import { encode } from '../mqtt/encode.ts'
import type { FirmwareContext } from './firmware.ts'
import { firmware } from './index.ts'

const STEP = milliseconds(50)
const payload = (text: string): Uint8Array => new TextEncoder().encode(text)

function context(options: Record<string, PyValue>, client: keyof typeof clients = 'quecpython'): FirmwareContext {
  return { client: clients[client], server: 'h', port: 1, name: 'blue', options, poll: milliseconds(100) }
}

/** A board on a virtual clock, and a broker that answers CONNECT, SUBSCRIBE, PUBLISH and, if told so, PINGREQ. */
function device(program: () => Program<void>) {
  const clock = new VirtualClock()
  const network = new MemoryNetwork()
  const lines: string[] = []
  const outcomes: [string, CallOutcome][] = []
  const packets: string[] = []
  const broker = { pings: true }
  network.onConnection = (peer) => {
    const decoder = new Decoder()
    const answer = (packet: Parameters<typeof encode>[0]) => queueMicrotask(() => peer.send(encode(packet)))
    peer.onWrite = (bytes) => {
      for (const { packet } of decoder.push(bytes)) {
        packets.push(`${clock.now() / 1000} ${packet.type}`)
        if (packet.type === 'connect') answer({ type: 'connack' })
        if (packet.type === 'subscribe') answer({ type: 'suback', packetId: packet.packetId, granted: [0] })
        if (packet.type === 'pingreq' && broker.pings) answer({ type: 'pingresp' })
        if (packet.type === 'publish' && packet.qos === 1) answer({ type: 'puback', packetId: packet.packetId! })
      }
    }
  }
  const board = startBoard(program, {
    network,
    clock,
    random: seeded(1),
    onPrint: (line) => lines.push(`${clock.now() / 1000} ${line}`),
    onPin: () => {},
    onOutcome: (id, outcome) => outcomes.push([id, outcome]),
    onEnd: () => lines.push('end'),
    onReset: () => {},
    onSocket: () => {},
    onBug: (error) => lines.push(`bug ${error}`),
  })
  const pass = async (time: number): Promise<void> => {
    for (let left = seconds(time); left > 0; left = milliseconds(left - STEP)) {
      for (let turns = 0; turns < 3; turns++) await turn()
      clock.advance(STEP)
    }
    for (let turns = 0; turns < 3; turns++) await turn()
  }
  return {
    network,
    lines,
    packets,
    broker,
    pass,
    peer: () => network.connections.at(-1)!,
    publish: (text: string) =>
      network.connections.at(-1)!.send(encode({ type: 'publish', topic: 'a', payload: payload(text) })),
    async call(method: string, ...args: PyValue[]): Promise<CallOutcome | undefined> {
      const id = `i${outcomes.length}`
      board.instruct({ id, method, args, kwargs: {} })
      await pass(1)
      return outcomes.find(([done]) => done === id)?.[1]
    },
  }
}

describe('quec-reconnect', () => {
  const start = (options: Record<string, PyValue> = {}) =>
    device(firmware['quec-reconnect'].program(context({ topic: 'a', keepalive: 10, ...options })))

  it('listens, and after a reset connects and subscribes again', async () => {
    const quec = start()
    await quec.pass(1)
    quec.publish('one')
    await quec.pass(1)
    quec.peer().reset()
    await quec.pass(12)
    quec.publish('two')
    await quec.pass(1)
    expect(quec.network.connections.map(({ gone }) => gone)).toEqual(['destroyed', null])
    // The subscription waits 5.5 s: the thread that would read its acknowledgement is the one that waits.
    expect(quec.lines).toEqual([
      '0 connected',
      '1 a: one',
      '2 listener: OSError: ECONNRESET',
      '12.5 connected again',
      '14 a: two',
    ])
    expect(quec.packets.filter((packet) => !packet.endsWith('pingreq'))).toEqual([
      '0 connect',
      '0 subscribe',
      '7 connect',
      '7 subscribe',
    ])
  })

  it('tries until the broker is back', async () => {
    const quec = start({ retry: 2 })
    await quec.pass(1)
    quec.network.answer = { refuse: 'ECONNREFUSED' }
    quec.peer().reset()
    await quec.pass(5)
    quec.network.answer = 'accept'
    await quec.pass(10)
    expect(quec.lines).toEqual([
      '0 connected',
      '1 listener: OSError: ECONNRESET',
      expect.stringMatching(/^3 not yet: ValueError: .*'111'/),
      expect.stringMatching(/^5 not yet: ValueError: .*'111'/),
      '12.5 connected again',
    ])
  })

  it('notices a closed connection only by a ping that nobody answers', async () => {
    const quec = start()
    await quec.pass(1)
    quec.peer().end()
    quec.broker.pings = false
    await quec.pass(35)
    expect(quec.lines.slice(0, 2)).toEqual(['0 connected', '20 keep-alive thread: Send ping timeout.'])
    expect(quec.lines.at(-1)).toMatch(/connected again$/)
    expect(quec.network.connections).toHaveLength(2)
  })

  it('notices only the first: a connect in the error callback starts no keep-alive thread', async () => {
    const quec = start()
    await quec.pass(1)
    quec.peer().end()
    quec.broker.pings = false
    await quec.pass(35)
    quec.broker.pings = true
    quec.peer().end()
    await quec.pass(120)
    expect(quec.network.connections).toHaveLength(2)
    expect(quec.packets.filter((packet) => packet.endsWith('pingreq'))).toEqual(['10 pingreq'])
  })

  it('tells wrong options at once', () => {
    const codes = [context({}), context({ topic: 'a', keepalive: 3 }), context({ topic: 'a' }, 'umqtt.simple')].map(
      (wrong) => {
        try {
          firmware['quec-reconnect'].program(wrong)
        } catch (e) {
          return (e as { code: string }).code
        }
        return 'none'
      },
    )
    expect(codes).toEqual(['client/missing-option', 'client/bad-option', 'firmware/wrong-client'])
  })
})

describe('the puppet with quecpython', () => {
  it('says the general verbs', async () => {
    const puppet = device(firmware.puppet.program({ ...context({}), will: undefined }))
    const { verbs } = clients.quecpython
    const topic = payload('a')
    const said = [
      verbs.connect({ clean: false }),
      verbs.subscribe({ topic, qos: 1 }),
      verbs.publish({ topic, payload: topic, qos: 1 }),
      verbs.ping(),
      verbs.check(),
      verbs.disconnect(),
    ]
    const values: unknown[] = []
    for (const call of said) {
      const outcome = await puppet.call(call!.method, ...call!.args)
      values.push(outcome?.kind === 'returned' ? outcome.value : outcome)
    }
    expect(values).toEqual([0, null, true, null, null, null])
    expect(verbs.unsubscribe({ topic })).toBeNull()
    expect(verbs.wait()).toEqual({ method: 'wait_msg', args: [], kwargs: {} })
    expect(verbs.will({ topic, payload: topic })?.method).toBe('set_last_will')
  })

  it('reconnects inside a look, and prints what the error callback hears', async () => {
    const puppet = device(firmware.puppet.program(context({})))
    await puppet.call('connect')
    await puppet.call('subscribe', 'a')
    puppet.peer().reset()
    await puppet.pass(3)
    puppet.publish('after')
    await puppet.pass(1)
    expect(puppet.lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'error reconnect_start',
      'error reconnect_success',
      'message a after',
    ])
  })

  it('tells the constructor’s exception at once', () => {
    expect(() => firmware.puppet.program(context({ keepalive: 3 }))).toThrow(
      expect.objectContaining({ code: 'client/bad-option' }),
    )
  })
})
