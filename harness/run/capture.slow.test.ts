// Capture files as Wireshark's own program reads them: what is decoded is what was recorded, nothing
// is malformed that the device did not send so, and TCP's sums and numbers are right.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Instant } from '../../emulators/index.ts'
import { Decoder } from '../../emulators/index.ts'
import { needs } from '../brokers/needs.testing.ts'
import { captureOf, writeCapture } from '../capture/index.ts'
import type { Event, Fact, PacketEvent } from '../evidence/index.ts'
import { runText, scenario } from './testing.ts'

const tsharkHere = await needs('tshark')
const folder = mkdtempSync(join(tmpdir(), 'hil-capture-'))
afterAll(() => rmSync(folder, { recursive: true }))

const startedAt = new Date('2026-01-02T03:04:05.678Z')

async function written(events: readonly Event[], device = 'blue'): Promise<string> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.pcapng`)
  await writeCapture(file, { device, scenario: 'a test', startedAt, events, titleOf: (step) => `title of ${step}` })
  return file
}

/** One line a frame, its fields between bars. */
async function fields(file: string, names: readonly string[], filter = ''): Promise<string[]> {
  const args = ['-r', file, '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE']
  const each = names.flatMap((name) => ['-e', name])
  const shape = ['-T', 'fields', '-E', 'separator=|', '-E', 'aggregator=;', ...each]
  const filters = filter === '' ? [] : ['-Y', filter]
  const { stdout } = await promisify(execFile)(tsharkHere.paths[0]!, [...args, ...filters, ...shape], {
    maxBuffer: 1 << 28,
  })
  return stdout.split('\n').slice(0, -1)
}

/** What Wireshark would show in yellow or red. */
const COMPLAINTS = '_ws.malformed || _ws.expert.severity >= 0x00600000 || tcp.analysis.flags || ip.checksum_bad.expert'

const stamped = (facts: readonly (Fact & { at?: number })[]): Event[] =>
  facts.map((fact, seq) => ({ ...fact, seq, at: (fact.at ?? seq * 10) as Instant }))

const ends = { device: { address: '127.0.0.1', port: 50_123 }, link: { address: '127.0.0.1', port: 20_001 } }
const connected: Fact = { kind: 'socket', device: 'blue', change: 'connected', by: 'device', connection: 1, ends }

function packet(direction: 'up' | 'down', hex: string, more: Partial<PacketEvent> = {}): Fact {
  const raw = Uint8Array.from(Buffer.from(hex, 'hex'))
  const [decoded] = new Decoder().push(raw)
  return { kind: 'packet', device: 'blue', direction, connection: 1, delivered: true, ...decoded!, ...more }
}
const socket = (change: 'closed' | 'both-closed' | 'reset' | 'refused', by: 'device' | 'broker' | 'link'): Fact => ({
  kind: 'socket',
  device: 'blue',
  change,
  by,
  connection: 1,
})

const CONNECT = '101000044d5154540402001e0004626c7565'
const CONNACK = '20020000'
const PINGREQ = 'c000'
const PINGRESP = 'd000'

describe.skipIf(tsharkHere.skip)(`a capture, read by tshark${tsharkHere.why}`, () => {
  describe('of a run', () => {
    let events: readonly Event[]
    let file: string
    beforeAll(async () => {
      const steps = [
        '  - connect: blue',
        '  - { id: big, publish: { device: blue, topic: a/b, size: 200KiB, qos: 1 } }',
        '  - subscribe: { device: blue, topic: c/# }',
        '  - network: { device: blue, state: down, mode: reset }',
        '  - network: { device: blue, state: up }',
        '  - connect: blue',
        '  - publish: { device: blue, topic: a/b, payload: again, qos: 1 }',
        '  - disconnect: blue',
        '  - expect: { socket: { from: blue, event: closed, by: device } }',
      ]
      const run = await runText(scenario(steps.join('\n')))
      expect(run.status).toBe('passed')
      events = run.events
      file = await written(events)
    })

    it('has every packet, decoded, in its direction', async () => {
      const NAMES: Readonly<Record<string, string>> = {
        '1': 'connect',
        '2': 'connack',
        '3': 'publish',
        '4': 'puback',
        '8': 'subscribe',
        '9': 'suback',
        '14': 'disconnect',
      }
      const shown = await fields(file, ['tcp.dstport', 'mqtt.msgtype', 'mqtt.topic', 'mqtt.msgid'], 'mqtt')
      const told = shown.map((row) => {
        const [port, type, topic, id] = row.split('|') as [string, string, string, string]
        return [port === '1883' ? 'up' : 'down', NAMES[type], topic, id].join(' ')
      })
      const recorded = events.flatMap((event) => {
        if (event.kind !== 'packet') return []
        const { type } = event.packet
        const topic =
          event.packet.type === 'publish'
            ? event.packet.topic
            : event.packet.type === 'subscribe'
              ? event.packet.subscriptions[0]!.topic
              : ''
        const id = 'packetId' in event.packet ? String(event.packet.packetId) : ''
        return [[event.direction, type, topic, id].join(' ')]
      })
      expect(told.length).toBeGreaterThan(9)
      expect(told).toEqual(recorded)
    })

    it('has nothing that Wireshark complains of but the reset that was', async () => {
      const complaints = await fields(file, ['_ws.expert.message', 'tcp.flags.reset'], COMPLAINTS)
      expect(complaints.filter((row) => !row.endsWith('|1'))).toEqual([])
      expect(await fields(file, ['tcp.checksum.status', 'ip.checksum.status'])).toSatisfy((rows: string[]) =>
        rows.every((row) => row === '1|1'),
      )
    })

    it('has the ends as they were: RST from the broker side, then FIN from the device', async () => {
      const names = ['tcp.stream', 'tcp.dstport', 'tcp.flags.syn', 'tcp.flags.reset', 'tcp.flags.fin']
      const rows = await fields(file, names, 'tcp.flags.reset == 1 || tcp.flags.fin == 1')
      const port = (connection: number): number => {
        const event = events.find((e) => e.kind === 'socket' && e.connection === connection && e.ends !== undefined)
        return event?.kind === 'socket' ? event.ends!.device.port : 0
      }
      expect(rows).toEqual([`0|${port(1)}|0|1|0`, '1|1883|0|0|1'])
      expect(await fields(file, ['tcp.srcport'], 'tcp.flags == 0x02')).toEqual([String(port(1)), String(port(2))])
    })

    it('has the times to the nanosecond, from the start of the run', async () => {
      const rows = await fields(file, ['frame.time_epoch'], 'mqtt')
      const packets = events.filter((event) => event.kind === 'packet')
      const due = packets.map(({ at }) => {
        const ns = BigInt(startedAt.getTime()) * 1_000_000n + BigInt(Math.round(at * 1e6))
        return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
      })
      expect(rows).toEqual(due)
    })

    it('tells steps and faults on the packet that came next, and its way', async () => {
      const rows = await fields(
        file,
        ['mqtt.msgtype', 'frame.packet_flags_direction', 'frame.comment'],
        'frame.comment',
      )
      const comments = rows.map((row) => row.split('|')[2]!).join(';')
      for (const step of ['0', '1', '2', '3', '5', '6', '7', '8']) expect(comments).toContain(`title of ${step}`)
      expect(comments).toContain('blue network down (reset)')
      expect(rows.find((row) => row.includes('title of 1'))).toMatch(/^\|0x00000002\|.*step 1: title of 1/)
      expect(rows.find((row) => row.includes('title of 6'))).toMatch(/^3\|0x00000002\|.*step 6: title of 6/)
      const ways = await fields(file, ['frame.packet_flags_direction'], 'mqtt.msgtype == 4')
      expect(ways).toEqual(['0x00000001', '0x00000001'])
    })
  })

  it('marks as malformed what the device sent malformed, and nothing else', async () => {
    const bad = '30020009' // a PUBLISH whose topic is longer than itself
    const file = await written(
      stamped([connected, packet('up', CONNECT), packet('down', CONNACK), packet('up', bad), packet('up', PINGREQ)]),
    )
    expect(await fields(file, ['mqtt.msgtype'], '_ws.malformed')).toEqual(['3'])
    expect(await fields(file, ['frame.comment'], '_ws.malformed')).toEqual([expect.stringContaining('malformed: ')])
    expect(await fields(file, ['mqtt.msgtype'], 'mqtt')).toEqual(['1', '2', '3', '12'])
  })

  it('leaves out what never reached the device, and says so', async () => {
    const file = await written(
      stamped([
        connected,
        packet('up', CONNECT),
        packet('down', CONNACK),
        packet('up', PINGREQ, { delivered: false }),
        packet('down', PINGRESP, { delivered: false }),
        packet('up', PINGREQ),
        packet('down', PINGRESP),
        socket('closed', 'broker'),
      ]),
    )
    const rows = await fields(file, ['mqtt.msgtype', 'frame.comment'], 'mqtt')
    expect(rows).toEqual([
      '1|',
      '2|',
      '12|the link swallowed this: the broker never got it',
      expect.stringMatching(/^12\|#4 .*PINGRESP.*: 2 bytes that never reached blue$/),
      '13|',
    ])
    expect(await fields(file, ['_ws.expert.message'], COMPLAINTS)).toEqual([])
    expect(await fields(file, ['tcp.srcport'], 'tcp.flags.fin == 1')).toEqual(['1883'])
  })

  it('shows attempts that were refused, and that nobody answered', async () => {
    const attempt = (change: 'connecting' | 'refused' | 'timeout', by: 'device' | 'link' = 'device'): Fact => ({
      kind: 'socket',
      device: 'blue',
      change,
      by,
    })
    const file = await written(
      stamped([
        attempt('connecting'),
        attempt('refused', 'link'),
        attempt('refused', 'link'),
        attempt('connecting'),
        attempt('timeout', 'link'),
        attempt('connecting'),
        connected,
        socket('refused', 'broker'),
      ]),
    )
    const rows = await fields(file, ['tcp.stream', 'frame.time_relative', 'tcp.flags.str'])
    expect(rows.map((row) => row.replaceAll('·', ''))).toEqual([
      '0|0.000000000|S',
      '0|0.010000000|AR',
      '1|0.020000000|S',
      '1|0.020000000|AR',
      '2|0.030000000|S',
      '3|0.050000000|S',
      '3|0.060000000|AS',
      '3|0.060000000|A',
      '3|0.070000000|AR',
    ])
    const [, , , , unanswered, answered] = await fields(file, ['frame.comment'])
    expect(unanswered).toContain('no answer was recorded')
    expect(answered).not.toContain('nobody')
  })

  it('tells what came after the last packet, on it', async () => {
    const fault: Fact = { kind: 'fault', what: 'power off', device: 'blue' }
    const file = await written(stamped([connected, packet('up', CONNECT), fault, { ...fault, device: 'green' }]))
    expect((await fields(file, ['frame.comment'])).at(-1)).toMatch(/^after this: #2 20ms blue power off$/)
  })

  it.each([
    ['::1', '::1', '::1'],
    ['fe80::1c2:3ff:fe04:5%eth0', '2001:db8:0:1::192.0.2.33', 'fe80::1c2:3ff:fe04:5'],
    ['::ffff:127.0.0.1', '::1', '::ffff:127.0.0.1'],
  ])('has IPv6 addresses: %s to %s', async (device, link, shown) => {
    const ends = { device: { address: device, port: 50_123 }, link: { address: link, port: 20_001 } }
    const file = await written(
      stamped([{ ...connected, ends } as Fact, packet('up', '300300016162'), packet('up', 'c000')]),
    )
    const rows = await fields(file, ['ipv6.src', 'tcp.checksum.status', 'mqtt.msgtype'], 'mqtt')
    expect(rows).toEqual([`${shown}|1|3`, `${shown}|1|12`])
    expect(await fields(file, ['frame.number'], COMPLAINTS)).toEqual([])
  })

  it('has both ends of a connection', async () => {
    const file = await written(
      stamped([connected, packet('up', 'c000'), socket('closed', 'device'), socket('both-closed', 'broker')]),
    )
    expect(await fields(file, ['tcp.dstport'], 'tcp.flags.fin == 1')).toEqual(['1883', '50123'])
    expect(await fields(file, ['frame.number'], COMPLAINTS)).toEqual([])
  })

  it('has what comes after a length that no packet can have', async () => {
    const lost = Uint8Array.from([0x80, 1, 2, 3, 4])
    const file = await written(
      stamped([
        connected,
        packet('up', '308080808080'),
        { kind: 'bytes', device: 'blue', direction: 'up', connection: 1, raw: lost, offset: 5, delivered: true },
      ]),
    )
    const rows = await fields(file, ['tcp.payload'], 'tcp.len > 0')
    expect(rows.join('').replaceAll(':', '')).toBe(`3080808080${Buffer.from(lost).toString('hex')}`)
  })

  it('of a device that never connected is a capture without packets', async () => {
    expect(await fields(await written(stamped([connected]), 'green'), ['frame.number'])).toEqual([])
  })

  it('of a long run has all of it', async () => {
    const facts = Array.from({ length: 30_000 }, () => packet('up', PINGREQ))
    const file = await written(stamped([connected, packet('up', CONNECT), ...facts]))
    expect(await fields(file, ['mqtt.msgtype'], 'mqtt.msgtype == 12')).toHaveLength(30_000)
  })
})

describe('a capture', () => {
  it('has asterisks where a password was, and as many', async () => {
    const hex = `102100044d51545404c2001e0004626c75650005616c6963650008${Buffer.from('hunter2!').toString('hex')}`
    const file = await written(stamped([connected, packet('up', hex)]))
    const text = (await readFile(file)).toString('latin1')
    expect(text).toContain('alice')
    expect(text).not.toContain('hunter2!')
    expect(text).toContain('\u0000\u0008********')
  })

  it('is made block by block: nothing is read ahead', () => {
    let read = 0
    const endless = {
      *[Symbol.iterator](): Generator<Event> {
        for (const event of stamped([connected, ...Array.from({ length: 1000 }, () => packet('up', PINGREQ))])) {
          read++
          yield event
        }
      },
    }
    const blocks = captureOf({
      device: 'blue',
      scenario: '',
      startedAt,
      events: endless as unknown as readonly Event[],
      titleOf: String,
    })
    for (let k = 0; k < 10; k++) blocks.next()
    // Once through for the attempts, then as far as the tenth block.
    expect(read).toBeLessThan(1001 + 20)
  })

  it('that cannot be written says why', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const settings = { device: 'blue', scenario: '', startedAt, events: stamped([connected]), titleOf: String }
    await expect(writeCapture(join(file, 'x.pcapng'), settings)).rejects.toMatchObject({ code: 'ENOTDIR' })
  })
})
