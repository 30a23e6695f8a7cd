// Brokers with a planted defect: the shipped scenarios that claim to verify the rule must notice.

import { expect, test } from 'vitest'
import { encode, type Packet, seconds } from '../../emulators/index.ts'
import { needs } from '../brokers/needs.testing.ts'
import type { Plan } from '../plan/index.ts'
import { type Passing, TamperedBroker, type Tampering } from './broker-proxy.testing.ts'
import { plansIn, run } from './testing.ts'

const DISCONNECT = Buffer.from('e000', 'hex')

type Type = Packet['type']

/** The observer must get its subscriptions, or nothing is seen at all. */
const toDevices = (change: (passing: Passing) => readonly Uint8Array[]) => (passing: Passing) =>
  passing.client.startsWith('hil-observer') ? [passing.raw] : change(passing)

/** Changes packets of one type in one direction; the rest passes untouched. */
const of = (
  direction: Passing['direction'],
  type: Type,
  change: (passing: Passing) => readonly Uint8Array[],
): Tampering => ({
  pass: (passing) =>
    passing.direction === direction && passing.packet.type === type ? change(passing) : [passing.raw],
})

const edited =
  (edit: (raw: Buffer) => void) =>
  ({ raw }: Passing) => {
    edit(raw)
    return [raw]
  }

const otherId = edited((raw) => raw.writeUInt16BE((raw.readUInt16BE(2) % 65_535) + 1, 2))
const last = (value: number) => edited((raw) => raw.writeUInt8(value, raw.length - 1))
const nothing = (): readonly Uint8Array[] => []

interface Defect {
  readonly what: string
  readonly make: () => Tampering
  readonly noticedBy: readonly string[]
  /** Known gaps: scenarios that say they verify it and do not. Fix one, and its test here says so. */
  readonly unnoticedBy?: readonly string[]
}

const defects: readonly Defect[] = [
  {
    what: 'PUBACK with another packet id [MQTT-2.3.1-6]',
    make: () => of('down', 'puback', otherId),
    noticedBy: ['01-hello', '11-qos-acks', '09-robust-new-packet-id'],
  },
  {
    what: 'SUBACK with another packet id [MQTT-3.8.4-2]',
    make: () => of('down', 'suback', toDevices(otherId)),
    noticedBy: ['11-qos-acks'],
  },
  {
    what: 'UNSUBACK with another packet id [MQTT-3.10.4-4]',
    make: () => of('down', 'unsuback', otherId),
    noticedBy: ['11-qos-acks'],
  },
  {
    what: 'SUBACK that grants QoS 0 instead of 1',
    make: () => of('down', 'suback', toDevices(last(0))),
    noticedBy: ['11-qos-acks', '15-process-python'],
  },
  {
    what: 'a PUBACK twice',
    make: () => of('down', 'puback', ({ raw }) => [raw, raw]),
    noticedBy: ['11-qos-acks'],
  },
  {
    what: 'a PUBACK with reserved flags set',
    make: () =>
      of(
        'down',
        'puback',
        edited((raw) => raw.writeUInt8(0x42, 0)),
      ),
    noticedBy: ['11-qos-acks'],
  },
  {
    what: 'no PUBACK at all',
    make: () => of('down', 'puback', nothing),
    noticedBy: ['01-hello'],
  },
  {
    what: 'CONNACK with session present for a clean session [MQTT-3.2.2-1]',
    make: () =>
      of(
        'down',
        'connack',
        edited((raw) => raw.writeUInt8(1, 2)),
      ),
    noticedBy: ['01-hello', '08-robust-lost-subscriptions'],
  },
  {
    what: 'RETAIN 1 to a subscription of before [MQTT-3.3.1-9]',
    make: () =>
      of(
        'down',
        'publish',
        edited((raw) => raw.writeUInt8(raw[0]! | 1, 0)),
      ),
    noticedBy: ['01-hello', '02-button-led', '03-will-on-fin', '12-retained'],
  },
  {
    what: 'RETAIN 0 to a late subscription [MQTT-3.3.1-8]',
    make: () =>
      of(
        'down',
        'publish',
        edited((raw) => raw.writeUInt8(raw[0]! & ~1, 0)),
      ),
    noticedBy: ['12-retained'],
  },
  {
    what: 'a retained message that is not sent to a late subscription [MQTT-3.3.1-6]',
    make: () => of('down', 'publish', (p) => (p.raw[0]! & 1 ? [] : [p.raw])),
    noticedBy: ['12-retained'],
  },
  {
    what: 'a retained message that an empty one does not take away [MQTT-3.3.1-10]',
    make: () =>
      of('up', 'publish', ({ packet, raw }) => {
        if (packet.type === 'publish' && packet.payload.length === 0) raw.writeUInt8(raw[0]! & ~1, 0)
        return [raw]
      }),
    noticedBy: ['12-retained'],
  },
  {
    what: 'each message twice',
    make: () => of('down', 'publish', ({ raw }) => [raw, raw]),
    noticedBy: ['01-hello', '03-will-on-fin', '04-will-on-reset', '09-robust-new-packet-id', '12-retained'],
  },
  {
    what: 'a message that is not passed on [MQTT-3.3.4-1]',
    make: () => of('down', 'publish', nothing),
    noticedBy: ['01-hello', '02-button-led', '08-robust-lost-subscriptions'],
  },
  {
    what: 'another payload than was sent',
    make: () =>
      of('down', 'publish', ({ packet, raw }) => {
        if (packet.type === 'publish' && packet.payload.length > 0) raw[raw.length - 1]! ^= 1
        return [raw]
      }),
    noticedBy: ['01-hello', '06-no-will-after-disconnect'],
  },
  {
    what: 'a will that is never published [MQTT-3.1.2-8]',
    make: () => ({ pass: ({ raw }) => [raw], atEnd: DISCONNECT }),
    noticedBy: ['03-will-on-fin', '04-will-on-reset', '07-robust-reconnect-beat'],
  },
  {
    what: 'a will also after DISCONNECT [MQTT-3.1.2-10]',
    make: () => of('up', 'disconnect', nothing),
    noticedBy: ['06-no-will-after-disconnect'],
  },
  {
    what: 'a will at once, while its client lives',
    make: () =>
      of('up', 'connect', ({ packet, raw }) => {
        const will = packet.type === 'connect' ? packet.will : undefined
        return will === undefined ? [raw] : [raw, encode({ type: 'publish', topic: will.topic, payload: will.payload })]
      }),
    noticedBy: ['03-will-on-fin', '04-will-on-reset', '06-no-will-after-disconnect'],
  },
  {
    what: 'a will at QoS 0 instead of 1',
    make: () =>
      of(
        'up',
        'connect',
        edited((raw) => {
          const flags = 9
          raw.writeUInt8(raw[flags]! & ~0x18, flags)
        }),
      ),
    noticedBy: ['03-will-on-fin', '04-will-on-reset', '05-will-on-blackhole'],
  },
  {
    what: 'a keep alive that is not watched [MQTT-3.1.2-24]',
    make: () =>
      of(
        'up',
        'connect',
        edited((raw) => raw.writeUInt16BE(0, 10)),
      ),
    noticedBy: ['05-will-on-blackhole'],
  },
  {
    what: 'a keep alive of half the time',
    make: () =>
      of(
        'up',
        'connect',
        edited((raw) => raw.writeUInt16BE(raw.readUInt16BE(10) >> 1, 10)),
      ),
    noticedBy: ['05-will-on-blackhole'],
  },
  {
    what: 'a clean session that is kept [MQTT-3.1.2-6]',
    make: () => ({
      pass({ direction, packet, raw }) {
        if (direction === 'up' && packet.type === 'connect') raw.writeUInt8(raw[9]! & ~2, 9)
        if (direction === 'down' && packet.type === 'connack') raw.writeUInt8(0, 2)
        return [raw]
      },
    }),
    noticedBy: ['08-robust-lost-subscriptions'],
  },
  {
    what: 'a first packet that is no CONNECT, and its connection stays [MQTT-3.1.0-1]',
    make: () => ({ pass: ({ client, packet, raw }) => (client === '' && packet.type !== 'connect' ? [] : [raw]) }),
    noticedBy: ['16-raw-first-packet'],
  },
  {
    what: 'the reserved flags of SUBSCRIBE are not looked at [MQTT-3.8.1-1]',
    make: () =>
      of(
        'up',
        'malformed',
        edited((raw) => raw.writeUInt8(raw[0]! | 2, 0)),
      ),
    noticedBy: ['17-raw-reserved-flags'],
  },
  {
    what: 'two messages change places [MQTT-4.6.0-6]',
    make: swapped,
    noticedBy: ['18-raw-segments'],
  },
  {
    what: 'PUBREC with another packet id [MQTT-2.3.1-6]',
    make: () => of('down', 'pubrec', otherId),
    noticedBy: ['19-raw-qos2-by-hand'],
  },
  {
    what: 'PUBCOMP with another packet id',
    make: () => of('down', 'pubcomp', otherId),
    noticedBy: ['19-raw-qos2-by-hand', '22-mqttjs-qos2'],
  },
  {
    what: 'PUBCOMP without waiting for PUBREL',
    make: () =>
      of('down', 'pubrec', ({ packet, raw }) =>
        packet.type === 'pubrec' ? [raw, encode({ type: 'pubcomp', packetId: packet.packetId })] : [raw],
      ),
    noticedBy: ['19-raw-qos2-by-hand'],
  },
  {
    what: 'a PUBLISH of QoS 2 that is repeated is a second message [MQTT-4.3.3-2]',
    make: () =>
      of('up', 'publish', ({ packet, raw }) => {
        if (packet.type !== 'publish' || !packet.dup) return [raw]
        return [raw, encode({ type: 'publish', topic: packet.topic, payload: packet.payload })]
      }),
    noticedBy: ['19-raw-qos2-by-hand'],
  },
  {
    what: 'what was not acknowledged comes again under another id [MQTT-2.3.1-4]',
    make: () =>
      afterReconnect('mute', ({ raw }) => {
        const id = 2 + 2 + raw.readUInt16BE(2)
        raw.writeUInt16BE(raw.readUInt16BE(id) ^ 1, id)
        return [raw]
      }),
    noticedBy: ['20-raw-withheld-acks'],
  },
  {
    what: 'what was not acknowledged does not come again [MQTT-4.4.0-1]',
    make: () => afterReconnect('mute', nothing),
    noticedBy: ['20-raw-withheld-acks'],
  },
  {
    what: 'a second connection with a client id is another client [MQTT-3.1.4-2]',
    make: () => {
      let twins = 0
      return of('up', 'connect', ({ client, raw }) => {
        if (client === 'twin' && ++twins === 2) raw.writeUInt8(0x78, raw.length - 1)
        return [raw]
      })
    },
    noticedBy: ['21-raw-take-over'],
  },
]

/** The first PUBLISH to a device waits for the second. */
function swapped(): Tampering {
  let waiting: Buffer | null = null
  return of('down', 'publish', (passing) => {
    if (passing.client.startsWith('hil-observer')) return [passing.raw]
    const [first, second] = [waiting, passing.raw]
    waiting = first === null ? second : null
    return first === null ? [] : [second, first]
  })
}

/** PUBLISH packets to a client from its second CONNACK on. */
function afterReconnect(name: string, change: (passing: Passing) => readonly Uint8Array[]): Tampering {
  let connected = 0
  return {
    pass(passing) {
      const { direction, client, packet, raw } = passing
      if (direction !== 'down' || client !== name) return [raw]
      if (packet.type === 'connack') connected++
      return packet.type === 'publish' && connected > 1 ? change(passing) : [raw]
    },
  }
}

/** Calls that wait for an answer that never comes are given up after so long. */
const WAIT_LIMIT = seconds(5)
const plans = (name: string) => plansIn(`scenarios/${name}.scenario.yaml`, WAIT_LIMIT)

/** In virtual time, unless a device of the scenario is a process. */
function runBehind(plan: Plan, tampering: Tampering): ReturnType<typeof run> {
  const clock = plan.devices.some(({ use }) => use === 'process') ? 'real' : 'virtual'
  return run(plan, { openBroker: () => TamperedBroker.ofRun(tampering), clock })
}

async function notices(name: string, make: () => Tampering): Promise<void> {
  for (const plan of plans(name)) {
    const ran = await runBehind(plan, make())
    expect(ran.problem).toBeNull()
    expect(ran.verdicts.filter((v) => v.kind === 'fail')).not.toEqual([])
    expect(ran.status).toBe('failed')
  }
}

const { skip, why } = await needs('python3')
/** The scenario whose device is a Python program. */
const PYTHON = '15-process-python'

for (const { what, make, noticedBy } of defects)
  for (const name of noticedBy)
    if (name !== PYTHON) test(`${what}: ${name}`, () => notices(name, make))
    else test.skipIf(skip)(`${what}: ${name}${why}`, () => notices(name, make))

const gaps = defects.flatMap(({ what, make, unnoticedBy = [] }) =>
  unnoticedBy.map((name) => [what, name, make] as const),
)

test.fails.each(gaps)('a gap: %s: %s', (_, name, make) => notices(name, make))

// Without this, a proxy that breaks everything would pass for a defect that is noticed.
for (const name of new Set(defects.flatMap((d) => d.noticedBy))) {
  const skipped = name === PYTHON && skip
  test.skipIf(skipped)(`no defect: ${name}${skipped ? why : ''}`, async () => {
    for (const plan of plans(name)) {
      const { status, events } = await runBehind(plan, { pass: ({ raw }) => [raw] })
      // A claim that the machine was too slow for is no false alarm, when the record shows that it was.
      const slow = status === 'inconclusive' && events.some(({ kind }) => kind === 'lag')
      expect(slow ? 'passed' : status).toBe('passed')
    }
  })
}
