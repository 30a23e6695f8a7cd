// The example of docs/writing-a-client.md is right: it behaves as recorded from the real library, and
// what the page shows of it stands in the file.

import { readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  type CallOutcome,
  Decoder,
  encode,
  firmware,
  MemoryNetwork,
  milliseconds,
  type PyValue,
  seconds,
  seeded,
  startBoard,
  VirtualClock,
} from '../../emulators/face.ts'
import { mqttAs } from './mqtt-as.ts'

const STEP = milliseconds(20)

/** The puppet over mqtt_as on a virtual clock, and a broker that does what it is told to. */
function board(options: Record<string, PyValue> = {}) {
  const clock = new VirtualClock()
  const network = new MemoryNetwork()
  const writes: string[] = []
  const packets: string[] = []
  const outcomes: CallOutcome[] = []
  const broker = { acks: true, pings: true, sessionPresent: false }
  network.onConnection = (peer) => {
    const decoder = new Decoder()
    const answer = (packet: Parameters<typeof encode>[0]) => queueMicrotask(() => peer.send(encode(packet)))
    packets.push(`${clock.now() / 1000} connection`)
    peer.onWrite = (bytes) => {
      writes.push(Buffer.from(bytes).toString('hex'))
      for (const { packet, raw } of decoder.push(bytes)) {
        packets.push(`${clock.now() / 1000} ${packet.type} ${Buffer.from(raw).toString('hex')}`)
        if (packet.type === 'connect') answer({ type: 'connack', sessionPresent: broker.sessionPresent })
        if (packet.type === 'pingreq' && broker.pings) answer({ type: 'pingresp' })
        if (packet.type === 'publish' && packet.qos === 1 && broker.acks)
          answer({ type: 'puback', packetId: packet.packetId! })
      }
    }
  }
  const started = startBoard(
    firmware.puppet.program({ client: mqttAs, server: 'h', port: 1, name: 'dev1', options, poll: null }),
    {
      network,
      clock,
      random: seeded(1),
      onPrint: () => {},
      onPin: () => {},
      onOutcome: (_id, outcome) => outcomes.push(outcome),
      onEnd: () => {},
      onReset: () => {},
      onSocket: () => {},
      onBug: (error) => {
        throw error
      },
    },
  )
  const pass = async (time: number): Promise<void> => {
    for (let left = seconds(time); left > 0; left = milliseconds(left - STEP)) {
      for (let turns = 0; turns < 3; turns++) await turn()
      clock.advance(STEP)
    }
    for (let turns = 0; turns < 3; turns++) await turn()
  }
  return {
    writes,
    packets,
    outcomes,
    broker,
    pass,
    network,
    async call(method: string, args: PyValue[], time = 1): Promise<CallOutcome | undefined> {
      started.instruct({ id: 'x', method, args, kwargs: {} })
      await pass(time)
      return outcomes.at(-1)
    },
  }
}

const types = (packets: readonly string[]): string[] => packets.map((packet) => packet.split(' ')[1]!)

describe('mqtt_as, the example', () => {
  it('writes its CONNECT as umqtt.simple does, in four writes', async () => {
    const it = board()
    expect(await it.call('connect', [])).toEqual({ kind: 'returned', value: null })
    expect(it.writes).toEqual(['101000', '044d5154540402003c', '0004', '64657631'])
  })

  it('sends a QoS 1 message again with DUP, four times, and then anew on a new connection', async () => {
    const it = board({ keepalive: 600 })
    await it.call('connect', [])
    it.broker.acks = false
    await it.call('publish', ['a/b', 'hi', false, 1], 54)
    it.broker.acks = true
    await it.pass(20)
    const publishes = it.packets.filter((packet) => / (connection|publish) /.test(`${packet} `))
    expect(publishes.map((packet) => packet.replace(/^\S+ /, ''))).toEqual([
      'connection',
      'publish 32090003612f6200016869',
      ...Array.from({ length: 4 }, () => 'publish 3a090003612f6200016869'),
      'connection',
      'publish 32090003612f6200026869',
    ])
    expect(it.outcomes.at(-1)).toEqual({ kind: 'returned', value: null })
  })

  it('takes a session that was present for a failure', async () => {
    const it = board()
    it.broker.sessionPresent = true
    expect(await it.call('connect', [])).toMatchObject({
      kind: 'raised',
      error: { type: 'OSError', args: [-1, 'CONNACK flags not 0'] },
    })
  })

  it('notices an end of file with its next ping', async () => {
    const it = board({ keepalive: 8 })
    await it.call('connect', [])
    it.network.connections.at(-1)!.end()
    await it.pass(0.8)
    expect(types(it.packets).filter((type) => type === 'connection')).toHaveLength(1)
    await it.pass(16)
    expect(types(it.packets).filter((type) => type === 'connection')).toHaveLength(2)
  })

  it('pings every quarter of the keep alive, and reconnects when nothing comes back', async () => {
    const it = board({ keepalive: 4 })
    await it.call('connect', [], 0.1)
    await it.pass(3.5)
    expect(types(it.packets).filter((type) => type === 'pingreq')).toHaveLength(3)
    it.broker.pings = false
    await it.pass(12)
    expect(types(it.packets).filter((type) => type === 'connection')).toHaveLength(2)
  })
})

describe('docs/writing-a-client.md', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  const flat = (text: string): string => text.replace(/\s+/g, ' ').trim()
  const source = flat(read('./mqtt-as.ts'))
  const blocks = [...read('../writing-a-client.md').matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!)

  it('shows code', () => expect(blocks.length).toBeGreaterThan(4))

  it.each(blocks.map((block, k) => [k + 1, block] as const))('block %i stands in the example', (_, block) => {
    for (const part of block.split(/^ *\/\/ …\n/m)) expect(source).toContain(flat(part))
  })
})
