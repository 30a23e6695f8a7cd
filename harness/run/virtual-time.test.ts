// A run in virtual time against the same run in real time, and against itself.

import { describe, expect, it } from 'vitest'
import { brokers } from '../brokers/index.ts'
import { type Event, writeTimeline } from '../evidence/index.ts'
import { judgedAgain, kindsOf, planIn, planOf, run, runText, scenario, stepsOf } from './testing.ts'

const virtual = { clock: 'virtual' } as const

/** Packets of each direction of each connection, in order, as their bytes. */
function packetsOf(events: readonly Event[]): Record<string, string[]> {
  const all: Record<string, string[]> = {}
  for (const event of events) {
    if (event.kind !== 'packet') continue
    const way = `${event.device} ${event.connection} ${event.direction}`
    all[way] = [...(all[way] ?? []), Buffer.from(event.raw).toString('hex')]
  }
  return all
}

describe('a run in virtual time', () => {
  it('has the verdicts and the packets of the run in real time', async () => {
    const plan = planIn('scenarios/01-hello.scenario.yaml')
    const real = await run(plan)
    const fast = await run(plan, virtual)
    expect(kindsOf(fast.verdicts)).toEqual(kindsOf(real.verdicts))
    expect(stepsOf(fast)).toEqual(stepsOf(real))
    expect(packetsOf(fast.events)).toEqual(packetsOf(real.events))
  })

  it('is the same, byte for byte, each time', async () => {
    const plan = planIn('scenarios/20-raw-withheld-acks.scenario.yaml')
    const records = []
    for (let k = 0; k < 3; k++) records.push(writeTimeline({}, (await run(plan, virtual)).events))
    expect(records[1]).toBe(records[0])
    expect(records[2]).toBe(records[0])
  })

  it.each(['reference', 'aedes@2'] as const)(
    'speaks MQTT 5 over WebSocket with %s, the same each time',
    async (name) => {
      const text = scenario(
        '  - connect: blue\n  - publish: { device: blue, topic: t, payload: x, qos: 1 }\n' +
          '  - expect: { packet: { to: blue, type: puback }, since: start, within: 1s }\n',
      ).replace('umqtt.simple', 'mqttjs, protocol: 5, link: { websocket: true }')
      const kind = brokers[name]
      const openBroker = () => kind.open(kind.withWebSocket())
      const real = await runText(text, { openBroker })
      const [one, other] = [
        await runText(text, { ...virtual, openBroker }),
        await runText(text, { ...virtual, openBroker }),
      ]
      expect(one.events.some(({ kind }) => kind === 'frame')).toBe(true)
      expect([one.status, ...stepsOf(one)]).toEqual(['passed', ...stepsOf(real)])
      expect(writeTimeline({}, other.events)).toBe(writeTimeline({}, one.events))
    },
  )

  it('draws otherwise from another seed', async () => {
    const plan = planIn('scenarios/20-raw-withheld-acks.scenario.yaml')
    const [one, other] = [await run(plan, virtual), await run(plan, { ...virtual, seed: 2 })]
    expect(other.status).toBe('passed')
    expect(packetsOf(other.events)).not.toEqual(packetsOf(one.events))
  })

  it('is not lengthened by what it waits for, and knows exactly when it was', async () => {
    const begun = performance.now()
    const text = scenario(
      '  - connect: blue\n  - id: long\n    delay: 24h\n  - delay: 1ms\n',
      'timeout: 25h\nobserver: false',
    )
    const { events, status, duration } = await runText(
      text.replace('umqtt.simple }', 'umqtt.simple, poll: false }'),
      virtual,
    )
    expect(status).toBe('passed')
    expect(duration).toBeGreaterThan(86_400_000)
    const ended = events.find((e) => e.kind === 'step' && e.step === '1' && e.phase === 'ended')!
    const started = events.find((e) => e.kind === 'step' && e.step === '1' && e.phase === 'started')!
    expect(ended.at - started.at).toBe(86_400_000)
    // A day, in less than the ten minutes that even the slowest machine may take.
    expect(performance.now() - begun).toBeLessThan(600_000)
  })

  it('finds what comes too late, to the millisecond', async () => {
    const text = scenario(
      '  - connect: blue\n  - id: cut\n    network: { device: blue, state: down, mode: blackhole }\n' +
        '  - expect: { message: { topic: gone }, after: cut, within: 9s }\n',
    ).replace('umqtt.simple }', 'umqtt.simple, with: { keepalive: 60s }, will: { topic: gone, payload: x } }')
    const { verdicts, status } = await runText(text, virtual)
    expect(status).toBe('failed')
    expect(verdicts.at(-1)).toMatchObject({ kind: 'fail' })
    const { status: inTime, events } = await runText(
      text.replace('9s', '91s').replace('version: 1', 'version: 1\ntimeout: 3m'),
      virtual,
    )
    expect(inTime).toBe('passed')
    const at = (kind: string): number => events.find((e) => e.kind === kind)!.at
    expect(at('message')).toBeGreaterThan(90_000)
    expect(at('message')).toBeLessThan(90_010)
  })

  it.each(['virtual', 'real'] as const)('has links on which all takes its time, in %s time', async (clock) => {
    const text = scenario(
      '  - connect: blue\n  - publish: { device: blue, topic: t, payload: x, qos: 1 }\n' +
        '  - expect: { packet: { to: blue, type: puback } }\n',
    ).replace('umqtt.simple }', 'umqtt.simple, link: { latency: { up: 300ms, down: 100ms } } }')
    const run = await runText(text, { clock })
    const { status, events } = run
    expect(status).toBe('passed')
    expect(kindsOf(judgedAgain(run))).toEqual(kindsOf(run.verdicts))
    const packet = (type: string, end: 'device' | 'broker'): Event =>
      events.find((e) => e.kind === 'packet' && e.packet.type === type && (e.end ?? end) === end)!
    for (const [asked, answered] of [
      ['connect', 'connack'],
      ['publish', 'puback'],
    ] as const) {
      // What the machine was late to record has happened before that.
      const asking = packet(asked, 'device').at - (packet(asked, 'device').lag ?? 0)
      expect(packet(asked, 'broker').at - asking).toBeGreaterThanOrEqual(299)
      expect(packet(answered, 'device').at - asking).toBeGreaterThanOrEqual(399)
      if (clock === 'virtual') expect(packet(answered, 'device').at - packet(asked, 'device').at).toBeLessThan(401)
    }
  })

  it.each([
    ['valid', null, ['connack']],
    ['expired', 'ValueError', []],
  ] as const)('speaks TLS with a certificate that is %s, the same each time', async (certificate, refusal, heard) => {
    const raises = refusal === null ? '' : `, raises: ${refusal}`
    const text = scenario(`  - connect: { device: blue${raises} }\n  - delay: 1h\n`, 'timeout: 2h').replace(
      'umqtt.simple }',
      `umqtt.simple, with: { ssl: verify }, link: { tls: { certificate: ${certificate} } }, poll: false }`,
    )
    const [one, other] = [await runText(text, virtual), await runText(text, virtual)]
    expect(one.status).toBe('passed')
    const down = one.events.flatMap((e) => (e.kind === 'packet' && e.direction === 'down' ? [e.packet.type] : []))
    expect(down).toEqual(heard)
    // A handshake that is refused has ended, and nobody waits for it.
    expect(one.events.findLast((e) => e.kind === 'step' && e.step === '0')!.at).toBeLessThan(1000)
    expect(writeTimeline({}, other.events)).toBe(writeTimeline({}, one.events))
  })

  it('leaves the process as it was', async () => {
    const before = [setTimeout, setImmediate, Date, Math.random, performance.now]
    await run(planIn('scenarios/01-hello.scenario.yaml'), virtual)
    expect([setTimeout, setImmediate, Date, Math.random, performance.now]).toEqual(before)
    await new Promise((resolve) => setTimeout(resolve, 1))
  })

  it('takes turns with runs in real time', async () => {
    const plan = planIn('scenarios/01-hello.scenario.yaml')
    const all = await Promise.all([run(plan, virtual), run(plan), run(plan, virtual), run(plan), run(plan)])
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 'passed'))
    expect(writeTimeline({}, all[2]!.events)).toBe(writeTimeline({}, all[0]!.events))
  })

  it('refuses what has a time of its own, where it was not asked before', async () => {
    const plan = planOf(scenario('  - delay: 1ms').replace('use: umqtt.simple', 'use: process, command: node -e 0'))
    const { problem } = await run(plan, virtual)
    expect([problem, problem?.cause].map(String).join()).toContain('a process has a time of its own')
  })
})
