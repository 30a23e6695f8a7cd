// Whole runs on aedes: what passes, what stops the rest, what is given back.

import { describe, expect, it } from 'vitest'
import { Problem } from '../../emulators/index.ts'
import { type Broker, brokers } from '../brokers/index.ts'
import type { Event } from '../evidence/index.ts'
import { isFree } from '../link/ports.ts'
import { kindsOf, planIn, run, runText, scenario, stepsOf, TrackedBroker } from './testing.ts'

const took = async <T>(work: Promise<T>): Promise<{ result: T; ms: number }> => {
  const begun = performance.now()
  return { result: await work, ms: performance.now() - begun }
}

const packets = (events: readonly Event[], type: string): Event[] =>
  events.filter((e) => e.kind === 'packet' && e.packet.type === type)

/** A program that does nothing, and is there on every machine. */
const IDLE = `[node, -e, 'setTimeout(() => {}, 1e6)']`

describe('steps', () => {
  it('that all pass make a run that passed', async () => {
    const ran = await runText(
      scenario('  - connect: blue\n  - publish: { device: blue, topic: t, payload: a, qos: 1 }'),
    )
    expect([ran.status, ran.problem, ran.bug, stepsOf(ran)]).toEqual([
      'passed',
      null,
      undefined,
      ['0 passed', '1 passed'],
    ])
    expect(ran.broker).toMatchObject({ name: 'aedes', version: expect.stringMatching(/^\d/) })
    expect(ran.brokerLog).toContain('blue connected')
  })

  it('end with the first that fails', async () => {
    const ran = await runText(
      scenario('  - connect: blue\n  - expect: { message: { topic: t }, within: 50ms }\n  - disconnect: blue'),
    )
    expect([ran.status, stepsOf(ran)]).toEqual(['failed', ['0 passed', '1 failed']])
    expect(packets(ran.events, 'disconnect')).toEqual([])
  })

  it('are left out by their `if`', async () => {
    const ran = await runText(
      scenario(
        '  - connect: blue\n' +
          '  - expect: { packet: { to: blue, type: connack }, save: { code: returnCode } }\n' +
          '  - { if: "${{ saved.code != 0 }}", disconnect: blue }\n' +
          '  - { if: "${{ saved.code == 0 }}", ping: blue }',
      ),
    )
    expect(stepsOf(ran)).toEqual(['0 passed', '1 passed', '2 skipped', '3 passed'])
    expect(ran.status).toBe('passed')
  })

  it('end with `skip`, whose reason is that of the run, unless something has failed', async () => {
    const skips = (condition: string, before = ''): string =>
      scenario(
        '  - connect: blue\n' +
          '  - expect: { packet: { to: blue, type: connack }, save: { code: returnCode } }\n' +
          `  - { if: "\${{ ${condition} }}", skip: it has none }\n` +
          '  - expect: { message: { topic: t }, within: 20ms }',
        before,
      )
    const ran = await runText(skips('saved.code == 0'))
    expect([ran.status, ran.plan.skip, ran.problem, ran.bug]).toEqual(['skipped', 'it has none', null, undefined])
    expect(packets(ran.events, 'connack')).toHaveLength(1)
    expect((await runText(skips('saved.code != 0'))).status).toBe('failed')
    const never = 'always:\n  - never: { packet: { to: blue, type: connack } }'
    expect((await runText(skips('saved.code == 0', never))).status).toBe('failed')
  })

  it('of a parallel all run to their end, though one fails at once', async () => {
    const ran = await runText(
      scenario(
        '  - connect: blue\n  - parallel:\n' +
          '      - call: { device: blue, method: nonsense }\n' +
          '      - delay: 120ms\n' +
          '      - expect: { message: { topic: nowhere }, within: 20ms }\n  - ping: blue',
      ),
    )
    expect(stepsOf(ran).toSorted()).toEqual(['0 passed', '1 failed', '1.0 failed', '1.1 passed', '1.2 failed'])
    expect(ran.verdicts.filter((v) => v.kind === 'fail')).toHaveLength(2)
  })

  it('of a repeat run again and again, each with its number, until one fails', async () => {
    const ran = await runText(
      scenario(
        '  - connect: blue\n  - repeat:\n      times: 3\n      steps:\n' +
          '        - publish: { device: blue, topic: "t/${{ i }}", payload: "${{ i }}", qos: 1 }\n' +
          '        - expect: { message: { topic: "t/${{ i }}", payload: "${{ i }}" } }',
      ),
    )
    expect(kindsOf(ran.verdicts)).toEqual(['0 pass', ...[0, 1, 2].flatMap((k) => [`1#${k}.0 pass`, `1#${k}.1 pass`])])
    const failing = await runText(
      scenario(
        '  - repeat:\n      times: 3\n      steps:\n        - delay: 1ms\n' +
          '        - { if: "${{ i == 1 }}", expect: { message: {}, within: 1ms } }',
      ),
    )
    expect(stepsOf(failing)).toEqual(['0#0.0 passed', '0#0.1 skipped', '0#1.0 passed', '0#1.1 failed', '0 failed'])
  })

  it('that a device cannot do fail with the reason', async () => {
    const ran = await runText(scenario('  - power: { device: blue, state: off }\n  - connect: blue'))
    expect([ran.status, ran.verdicts]).toMatchObject([
      'failed',
      [{ kind: 'fail', got: expect.stringContaining('blue is off') }],
    ])
  })
})

describe('time limits', () => {
  it('a step’s own', async () => {
    const { result, ms } = await took(runText(scenario('  - { timeout: 100ms, delay: 30s }\n  - delay: 1ms')))
    expect(result.status).toBe('failed')
    expect(result.verdicts).toMatchObject([
      { step: '0', kind: 'fail', expected: expect.stringContaining('within the time limit of 100ms') },
    ])
    expect(ms).toBeLessThan(20_000)
  })

  it('one that is not reached does nothing, and leaves no timer', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const before = sockets() // of tests before it in this process
    const ran = await runText(scenario('  - { timeout: 30s, connect: blue }\n  - delay: 1ms'))
    expect(ran.status).toBe('passed')
    expect(sockets()).toBeLessThanOrEqual(before)
  })

  it('the scenario’s, in a call: it says where the device hangs', async () => {
    const ran = await run(planIn('fixtures/scenarios/time-up-in-call.scenario.yaml'))
    expect(ran.status).toBe('failed')
    expect(ran.verdicts.at(-1)).toMatchObject({ step: '2', kind: 'fail', got: expect.stringContaining('read(1)') })
  })

  it('a call’s own `within`', async () => {
    const ran = await run(planIn('fixtures/scenarios/hanging-call.scenario.yaml'))
    expect(ran.verdicts.at(-1)).toMatchObject({ kind: 'fail', got: expect.stringContaining('waiting in read(1)') })
  })
})

describe('always', () => {
  it('a violation ends a long delay at once', async () => {
    const { result, ms } = await took(run(planIn('fixtures/scenarios/wrong-always.scenario.yaml')))
    expect(result.status).toBe('failed')
    expect(result.verdicts.filter((v) => v.kind === 'fail')).toMatchObject([{ step: 'always.0' }])
    expect(ms).toBeLessThan(20_000)
  })

  it('a claim that ended with its anchor is not violated any more', async () => {
    const ran = await runText(
      scenario(
        '  - connect: blue\n  - { id: go, delay: 1ms }\n  - publish: { device: blue, topic: t, payload: a, qos: 1 }',
        'always:\n  - never: { packet: { from: blue, type: publish }, until: go.end }',
      ),
    )
    expect(ran.status).toBe('passed')
  })
})

describe('what is given back', () => {
  /** What node holds for us: it lets go of a closed handle one turn of its loop later. */
  const handles = (): string[] => process.getActiveResourcesInfo().filter((r) => /TCP|Process|Pipe/.test(r))
  const before = handles()
  const nothingHeld = async (broker: Broker | null): Promise<void> => {
    await expect.poll(handles).toEqual(before)
    expect(await isFree('127.0.0.1', broker!.port)).toBe(true)
  }

  it.each([
    ['passed', scenario('  - connect: blue', `  child: { use: process, command: ${IDLE} }`)],
    ['failed', scenario('  - connect: blue\n  - expect: { message: {}, within: 1ms }')],
  ])('a run that %s leaves no port, no socket and no process', async (status, text) => {
    const watched = new TrackedBroker()
    const ran = await runText(text, { openBroker: watched.open })
    expect(ran.status).toBe(status)
    await nothingHeld(watched.broker)
  })

  it.each([
    ['in the middle of a delay', '  - delay: 50s'],
    ['while a call hangs', '  - network: { device: blue, state: down, mode: blackhole }\n  - wait: blue'],
    ['while an expect waits', '  - expect: { message: {}, within: 50s }'],
    ['while the broker is down', '  - broker: { restart: { down-for: 50s } }'],
    ['in the middle of a reset', '  - repeat: { times: 10000, steps: [{ reset: child }] }'],
    ['in the middle of a restart', '  - repeat: { times: 10000, steps: [{ broker: restart }] }'],
    ['while a button is held', '  - drive: { device: blue, signal: b, pressed: true, for: 50s }'],
  ])('Ctrl-C %s', async (_, steps) => {
    const controller = new AbortController()
    const watched = new TrackedBroker()
    const running = runText(
      `name: t
version: 1
devices:
  blue: { use: umqtt.simple, signals: { b: { pin: 0 } } }
  child: { use: process, command: ${IDLE} }
steps:
  - connect: blue
${steps}
`,
      { openBroker: watched.open, signal: controller.signal },
    )
    const isThere = expect.poll(() => watched.broker?.log()).toContain('blue connected')
    await Promise.race([isThere, running.then((ended) => Promise.reject(ended.problem ?? ended.status))])
    const { result, ms } = await took(
      new Promise<Awaited<typeof running>>((resolve) => {
        setImmediate(() => {
          controller.abort()
          resolve(running)
        })
      }),
    )
    expect(result.status).toBe('interrupted')
    expect(result.verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
    expect(ms).toBeLessThan(20_000)
    await nothingHeld(watched.broker)
  })

  it('before anything was taken', async () => {
    const watched = new TrackedBroker()
    const ran = await runText(scenario('  - connect: blue'), {
      openBroker: watched.open,
      signal: AbortSignal.abort(),
    })
    expect([ran.status, stepsOf(ran)]).toEqual(['interrupted', []])
    if (watched.broker !== null) expect(await isFree('127.0.0.1', watched.broker.port)).toBe(true)
  })
})

describe('the environment', () => {
  it('a broker that cannot be opened breaks the run', async () => {
    const problem = new Problem('broker/not-found', 'no mosquitto here')
    const ran = await runText(scenario('  - connect: blue'), { openBroker: () => Promise.reject(problem) })
    expect([ran.status, ran.problem, ran.verdicts]).toEqual(['broken', problem, []])
  })

  it('a program that cannot be started breaks the run', async () => {
    const ran = await runText(
      scenario('  - connect: blue', '  child: { use: process, command: [no-such-program-anywhere] }'),
    )
    expect([ran.status, ran.problem?.code]).toEqual(['broken', 'device/not-started'])
  })

  it('a broker that dies ends the run at once, and that is the reason', async () => {
    let listener: (death: Problem) => void = () => {}
    const death = new Problem('broker/died', 'segmentation fault')
    const openBroker = async (): Promise<Broker> => {
      const broker = await brokers.aedes.open()
      broker.onDeath = (heard) => {
        listener = heard
        return () => {}
      }
      return broker
    }
    const running = runText(scenario('  - delay: 30s'), { openBroker })
    await expect.poll(() => listener.length).toBe(1)
    listener(death)
    const ran = await running
    expect([ran.status, ran.problem]).toEqual(['broken', death])
    expect(ran.events).toContainEqual(expect.objectContaining({ kind: 'broker', change: 'died' }))
  })

  it('a bug of ours is no verdict', async () => {
    const ran = await runText(scenario('  - connect: blue'), {
      openBroker: () => Promise.reject(new TypeError('oops')),
    })
    expect([ran.status, ran.bug]).toEqual(['broken', expect.any(TypeError)])
  })
})

describe('a broker step', () => {
  it('restart: the observer is back, devices connect again, and aedes has forgotten what was retained', async () => {
    const ran = await runText(
      scenario(
        `  - connect: blue
  - publish: { device: blue, topic: lamp, payload: on, qos: 1, retain: true }
  - expect: { message: { topic: lamp } }
  - broker: { restart: { down-for: 50ms } }
  - expect: { socket: { from: blue, event: closed, by: broker } }
  - connect: blue
  - subscribe: { device: blue, topic: lamp, qos: 1 }
  - never: { packet: { to: blue, type: publish }, for: 100ms }
  - publish: { device: blue, topic: after, payload: a, qos: 1 }
  - expect: { message: { topic: after, payload: a } }`,
      ),
    )
    expect(ran.verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
    expect(ran.status).toBe('passed')
    expect(ran.events.flatMap((e) => (e.kind === 'broker' ? [e.change] : []))).toEqual(['stopped', 'started'])
  })

  it('kill, then start', async () => {
    const ran = await runText(
      scenario(`  - connect: blue
  - broker: kill
  - expect: { socket: { from: blue, event: reset, by: broker } }
  - broker: start
  - connect: blue
  - publish: { device: blue, topic: t, payload: a, qos: 1 }
  - expect: { message: { topic: t } }`),
    )
    expect(ran.verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
  })

  it('on a broker that is not ours breaks the run', async () => {
    const broker = await brokers.aedes.open()
    const url = `mqtt://127.0.0.1:${broker.port}`
    const ran = await runText(scenario('  - broker: restart'), { openBroker: () => brokers.external.open({ url }) })
    expect([ran.status, ran.problem?.code]).toEqual(['broken', 'broker/not-ours'])
    await broker[Symbol.asyncDispose]()
  })
})
