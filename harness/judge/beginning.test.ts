// Where a claim begins that names no anchor: the rules of docs/semantics.md, each with what it must not see and what it must.

import { describe, expect, it } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import type { CallEvent, Fact, PacketEvent } from '../evidence/index.ts'
import type { CallStep, Claim, Step } from '../plan/model/plan.ts'
import {
  action,
  base,
  claimStep,
  ended,
  expectation,
  type Happening,
  kinds,
  message,
  parallel,
  pattern,
  planOf,
  prohibition,
  said,
  started,
} from './testing.ts'

const a = message({ topic: 'a' })
const once = (): Claim =>
  expectation([a], { count: { min: 1, max: 1 }, window: { from: -1e9 as never, to: milliseconds(50) } })
const wants = (): Claim => expectation([a], { window: { from: -1e9 as never, to: milliseconds(50) } })
const none = (): Claim =>
  expectation([a], { count: { min: 0, max: 0 }, window: { from: -1e9 as never, to: milliseconds(50) } })
const never = (): Claim => prohibition([a], { window: milliseconds(50) })

const published: PacketEvent = {
  kind: 'packet',
  device: 'blue',
  direction: 'up',
  connection: 1,
  packet: {
    type: 'publish',
    flags: 0,
    length: 4,
    topic: 'a',
    payload: new Uint8Array(),
    qos: 0,
    retain: false,
    dup: false,
  },
  raw: new Uint8Array(),
  offset: 0,
  delivered: true,
}
const calls = (path: string, verb: string, device = 'blue', start = true): CallStep => ({
  ...base(path, verb),
  kind: 'call',
  call: () => ({
    device,
    call: { verb } as never,
    within: milliseconds(50),
    start,
    returns: undefined,
    raises: undefined,
  }),
})
const made = (id: string, state: CallEvent['state'] = 'started', device = 'blue'): Fact => ({
  kind: 'call',
  device,
  id,
  method: 'publish',
  state,
  value: null,
})

/** The verdicts of the claims, when `events` happen one after another, a millisecond apart; then nothing for long. */
function verdicts(steps: readonly Step[], events: readonly (Fact | string)[]): readonly string[] {
  const record = events.map((one, k): Happening => [k + 1, typeof one === 'string' ? stepEvent(one) : one])
  const paths = new Set(steps.flatMap(claimPaths))
  return kinds(planOf(steps), record).filter((line) => paths.has(line.split(' ')[0]!.replace(/#\d+/g, '')))
}
const stepEvent = (word: string): Fact => (word.startsWith('/') ? ended(word.slice(1)) : started(word))
const claimPaths = (step: Step): string[] =>
  step.kind === 'claim' ? [step.path] : 'steps' in step ? step.steps.flatMap(claimPaths) : []

describe('a claim that wants', () => {
  it('looks from the start of the last run of actions', () => {
    const steps = [action('0'), action('1'), claimStep('2', wants())]
    expect(verdicts(steps, ['0', said('a'), '/0', '1', '/1', '2'])).toEqual(['2 pass'])
    expect(verdicts(steps, [said('a'), '0', '/0', '1', '/1', '2'])).toEqual(['2 fail'])
  })

  it('a claim ends a run, whatever it finds', () => {
    const steps = [
      action('0'),
      claimStep('1', prohibition([message({ topic: 'z' })], { window: milliseconds(0) })),
      action('2'),
      claimStep('3', wants()),
    ]
    expect(verdicts(steps, ['0', said('a'), '/0', '1', said('y'), said('y'), '2', '/2', '3']).at(-1)).toBe('3 fail')
    expect(verdicts(steps, ['0', '/0', '1', said('y'), said('y'), '2', said('a'), '/2', '3']).at(-1)).toBe('3 pass')
  })

  it('a delay ends a run, and what came before it counts as long as nothing is asked after it', () => {
    const steps = [action('0'), action('1', null, 'delay'), action('2'), claimStep('3', wants())]
    expect(verdicts(steps, ['0', said('a'), '/0', '1', '/1', '2', '/2', '3'])).toEqual(['3 fail'])
    const paused = [action('0'), action('1', null, 'delay'), claimStep('2', wants())]
    expect(verdicts(paused, ['0', said('a'), '/0', '1', '/1', '2'])).toEqual(['2 pass'])
  })

  it.each(['check', 'wait', 'loop', 'release'])('%s after a delay asks nothing', (verb) => {
    const listening = verb === 'release' ? action('2', null, verb) : calls('2', verb)
    const steps = [action('0'), action('1', null, 'delay'), listening, claimStep('3', wants())]
    const record = ['0', said('a'), '/0', '1', '/1', '2', made('2'), '/2', '3']
    expect(verdicts(steps, record)).toEqual(['3 pass'])
  })

  it('a parallel that acts is one action, from its start', () => {
    const steps = [parallel('0', [action('0.0'), action('0.1')]), claimStep('1', wants())]
    expect(verdicts(steps, ['0', said('a'), '0.0', '0.1', '/0.0', '/0.1', '/0', '1'])).toEqual(['1 pass'])
    expect(verdicts(steps, [said('a'), '0', '0.0', '0.1', '/0.0', '/0.1', '/0', '1'])).toEqual(['1 fail'])
  })

  it('a claim in a parallel ends the run for those after it', () => {
    const z = claimStep('0.0', prohibition([message({ topic: 'z' })], { window: milliseconds(0) }))
    const steps = [parallel('0', [z, action('0.1')]), action('1'), claimStep('2', wants())]
    const record = ['0', '0.0', '0.1', said('a'), said('y'), '/0.0', '/0.1', '/0', '1', '/1', '2']
    expect(verdicts(steps, record).at(-1)).toBe('2 fail')
  })

  it('a branch goes on with the run before the parallel', () => {
    const steps = [action('0'), parallel('1', [repeatOnce('1.0', [action('1.0.0'), claimStep('1.0.1', wants())])])]
    expect(verdicts(steps, ['0', said('a'), '/0', '1', '1.0', '1.0.0', '/1.0.0', '1.0.1'])).toEqual(['1.0.1 pass'])
  })
})

const repeatOnce = (path: string, steps: readonly Step[]): Step => ({
  ...base(path, 'repeat'),
  kind: 'repeat',
  times: 1,
  steps,
})

describe('a claim that counts', () => {
  it('counts from the start of the run, and after a delay from its end', () => {
    const steps = [action('0'), action('1'), claimStep('2', once())]
    expect(verdicts(steps, ['0', said('a'), '/0', '1', '/1', '2'])).toEqual(['2 pass'])
    const paused = [action('0'), action('1', null, 'delay'), claimStep('2', once())]
    expect(verdicts(paused, ['0', said('a'), '/0', '1', '/1', '2'])).toEqual(['2 fail'])
    expect(verdicts(paused, ['0', said('a'), '/0', '1', '/1', '2', said('a')])).toEqual(['2 pass'])
  })

  it('a delay before the parallel counts in its branches', () => {
    const steps = [action('0'), action('1', null, 'delay'), parallel('2', [claimStep('2.0', once())])]
    expect(verdicts(steps, ['0', said('a'), '/0', '1', '/1', '2', '2.0'])).toEqual(['2.0 fail'])
  })
})

describe.each([
  ['never', never],
  ['count: 0', none],
])('a claim that forbids: %s', (_, claim) => {
  it('looks from the start of the last action, not of the run', () => {
    const steps = [action('0'), action('1'), claimStep('2', claim())]
    expect(verdicts(steps, ['0', '/0', '1', said('a'), '/1', '2'])).toEqual(['2 fail'])
    expect(verdicts(steps, ['0', said('a'), '/0', '1', '/1', '2'])).toEqual(['2 pass'])
  })

  it('looks from the end of a delay after it', () => {
    const steps = [action('0'), action('1', null, 'delay'), claimStep('2', claim())]
    expect(verdicts(steps, ['0', said('a'), '/0', '1', said('a'), '/1', '2'])).toEqual(['2 pass'])
    expect(verdicts(steps, ['0', '/0', '1', '/1', said('a'), '2'])).toEqual(['2 fail'])
  })

  it('means none more than what was found', () => {
    const steps = [action('0'), claimStep('1', wants()), claimStep('2', claim())]
    expect(verdicts(steps, ['0', said('a'), '/0', '1', '/1', '2']).at(-1)).toBe('2 pass')
    expect(verdicts(steps, ['0', said('a'), said('a'), '/0', '1', '/1', '2']).at(-1)).toBe('2 fail')
  })
})

describe('what an action does itself', () => {
  const packet = pattern('packet', { from: 'blue', type: 'publish' })
  const never = (path: string) => claimStep(path, prohibition([packet], { window: milliseconds(50) }))

  it('is not forbidden once, and a second time is', () => {
    const steps = [calls('0', 'publish'), never('1')]
    expect(verdicts(steps, ['0', made('0'), published, '/0', '1'])).toEqual(['1 pass'])
    expect(verdicts(steps, ['0', made('0'), '/0', '1', published])).toEqual(['1 pass'])
    expect(verdicts(steps, ['0', made('0'), published, published, '/0', '1'])).toEqual(['1 fail'])
  })

  it('is of its device, of its verb, and not of the link', () => {
    expect(verdicts([calls('0', 'publish', 'green'), never('1')], ['0', made('0'), published, '/0', '1'])).toEqual([
      '1 fail',
    ])
    expect(verdicts([calls('0', 'ping'), never('1')], ['0', made('0'), published, '/0', '1'])).toEqual(['1 fail'])
    const injected: Fact = { ...published, by: 'link' }
    expect(verdicts([calls('0', 'publish'), never('1')], ['0', made('0'), injected, '/0', '1'])).toEqual(['1 fail'])
  })

  it('of a send is the first packet, of a call the first of each type', () => {
    expect(verdicts([calls('0', 'send'), never('1')], ['0', made('0'), published, '/0', '1'])).toEqual(['1 pass'])
    expect(verdicts([calls('0', 'send'), never('1')], ['0', made('0'), published, published, '/0', '1'])).toEqual([
      '1 fail',
    ])
    expect(verdicts([calls('0', 'call'), never('1')], ['0', made('0'), published, '/0', '1'])).toEqual(['1 pass'])
  })

  it('of each branch of a parallel is the parallel’s own', () => {
    const steps = [parallel('0', [calls('0.0', 'publish'), action('0.1')]), never('1')]
    const record = ['0', '0.0', made('0.0'), published, '/0.0', '0.1', '/0.1', '/0', '1']
    expect(verdicts(steps, record)).toEqual(['1 pass'])
    expect(verdicts(steps, [...record, published])).toEqual(['1 fail'])
  })

  const ends = (by: 'device' | 'broker' | 'link', device = 'blue'): Fact => ({
    kind: 'socket',
    device,
    change: 'closed',
    by,
    connection: 1,
  })
  const acting = (verb: string): Step => ({ ...action('0', null, verb), action: { devices: () => ['blue'] } as never })
  const neverEnded = claimStep(
    '1',
    prohibition([pattern('socket', { from: 'blue', event: 'ended' })], { window: milliseconds(50) }),
  )
  it.each([
    ['network', 'link'],
    ['broker', 'broker'],
    ['power', 'device'],
    ['reset', 'device'],
  ] as const)('of %s is the end of the connection by the %s', (verb, by) => {
    expect(verdicts([acting(verb), neverEnded], ['0', ends(by), '/0', '1'])).toEqual(['1 pass'])
    const other = by === 'broker' ? 'device' : 'broker'
    expect(verdicts([acting(verb), neverEnded], ['0', ends(other), '/0', '1'])).toEqual(['1 fail'])
  })

  it('of inject and serial is what the harness put there', () => {
    const line: Fact = { kind: 'serial', device: 'blue', line: 'x', stream: 'in' }
    const neverLine = claimStep(
      '1',
      prohibition([pattern('serial', { device: 'blue', line: 'x', stream: 'in' })], { window: milliseconds(50) }),
    )
    expect(verdicts([acting('serial'), neverLine], ['0', line, '/0', '1'])).toEqual(['1 pass'])
    expect(verdicts([acting('serial'), neverLine], ['0', line, line, '/0', '1'])).toEqual(['1 fail'])
    const injected: Fact = { ...published, by: 'link' }
    expect(verdicts([acting('inject'), never('1')], ['0', injected, '/0', '1'])).toEqual(['1 pass'])
    expect(verdicts([acting('inject'), never('1')], ['0', published, '/0', '1'])).toEqual(['1 fail'])
  })

  it('of connect is its way up, and no end', () => {
    const neverSocket = (event: string) =>
      claimStep('1', prohibition([pattern('socket', { from: 'blue', event })], { window: milliseconds(50) }))
    const socket = (change: 'connecting' | 'closed', by: 'device' | 'broker'): Fact => ({
      kind: 'socket',
      device: 'blue',
      change,
      by,
      connection: 1,
    })
    const record = (...facts: Fact[]) => ['0', made('0'), ...facts, '/0', '1']
    const connect = calls('0', 'connect')
    expect(verdicts([connect, neverSocket('connecting')], record(socket('connecting', 'device')))).toEqual(['1 pass'])
    expect(verdicts([connect, neverSocket('connecting')], record(socket('connecting', 'broker')))).toEqual(['1 fail'])
    expect(verdicts([connect, neverSocket('ended')], record(socket('closed', 'device')))).toEqual(['1 fail'])
    expect(verdicts([calls('0', 'disconnect'), neverSocket('ended')], record(socket('closed', 'device')))).toEqual([
      '1 pass',
    ])
  })
})

describe('how a fleet stands', () => {
  it('is a state: what it was before the claim is over', () => {
    const stands = (connected: number): Fact => ({
      kind: 'fleet',
      group: 'g',
      devices: 2,
      connected,
      connecting: 0,
      off: 0,
      ended: 0,
      reconnects: 0,
    })
    const all = claimStep('1', expectation([pattern('fleet', { group: 'g', connected: '100%' })]))
    expect(verdicts([action('0'), all], ['0', stands(2), '/0', '1', stands(0)])).toEqual(['1 fail'])
    expect(verdicts([action('0'), all], ['0', stands(0), '/0', '1', stands(2)])).toEqual(['1 pass'])
  })
})

describe('WebSocket', () => {
  const frame: Fact = {
    kind: 'frame',
    device: 'blue',
    direction: 'up',
    connection: 1,
    opcode: 'binary',
    final: true,
    length: 2,
    delivered: true,
  }
  const upgrade: Fact = { kind: 'upgrade', device: 'blue', direction: 'up', connection: 1, subprotocols: [] }
  const neverFrom = (matcher: 'frame' | 'upgrade') =>
    claimStep('1', prohibition([pattern(matcher, { from: 'blue' })], { window: milliseconds(50) }))

  it('the upgrade is connect’s own; the first frame is of what sends a packet', () => {
    const record = (fact: Fact) => ['0', made('0'), fact, '/0', '1']
    expect(verdicts([calls('0', 'connect'), neverFrom('upgrade')], record(upgrade))).toEqual(['1 pass'])
    expect(verdicts([calls('0', 'ping'), neverFrom('upgrade')], record(upgrade))).toEqual(['1 fail'])
    expect(verdicts([calls('0', 'ping'), neverFrom('frame')], record(frame))).toEqual(['1 pass'])
    expect(verdicts([calls('0', 'check'), neverFrom('frame')], record(frame))).toEqual(['1 fail'])
    expect(verdicts([calls('0', 'upload'), neverFrom('frame')], record(frame))).toEqual(['1 fail'])
  })
})

describe('a claim about a call', () => {
  const returned = (fields: object) =>
    claimStep(
      '9',
      expectation([pattern('call', { ...fields, returned: true })], {
        window: { from: -1e9 as never, to: milliseconds(50) },
      }),
    )
  const fill = (steps: readonly Step[]): Step[] => [
    ...steps,
    ...Array.from({ length: 9 - steps.length }, (_, k) => action(`x${k}`)),
  ]

  it('looks from the start of the latest call of the device', () => {
    const steps = [...fill([calls('0', 'publish'), calls('1', 'publish')]), returned({ device: 'blue' })]
    expect(verdicts(steps, ['0', made('0'), made('0', 'returned'), '/0', '1', made('1'), '/1', '9'])).toEqual([
      '9 fail',
    ])
    expect(verdicts(steps, ['0', made('0'), '/0', '1', made('1'), made('0', 'returned'), '/1', '9'])).toEqual([
      '9 pass',
    ])
  })

  it('another device’s call is none', () => {
    const steps = [...fill([calls('0', 'publish'), calls('1', 'publish', 'green')]), returned({ device: 'blue' })]
    expect(
      verdicts(steps, ['0', made('0'), made('0', 'returned'), '/0', '1', made('1', 'started', 'green'), '/1', '9']),
    ).toEqual(['9 pass'])
  })

  it('is past for one matcher of a group and not for another, also when they exchange events', () => {
    const call = (fields: object) => pattern('call', fields)
    const both = claimStep(
      '9',
      expectation([call({ id: 'x', returned: true }), call({ device: 'blue', returned: 5 })], {
        want: {
          mode: 'all',
          patterns: [call({ id: 'x', returned: true }), call({ device: 'blue', returned: 5 })],
        },
        window: { from: -1e9 as never, to: milliseconds(50) },
      }),
    )
    const steps = [...fill([{ ...calls('0', 'publish'), id: 'x' }, calls('1', 'publish')]), both]
    const ends = (value: number): Fact => ({ ...made('x', 'returned'), value }) as Fact
    const record = (...later: Fact[]) => ['0', made('x'), ends(5), '/0', '1', made('1'), '/1', ...later, '9']
    expect(verdicts(steps, record(ends(6)))).toEqual(['9 fail'])
    expect(verdicts(steps, record(ends(6), { ...made('1', 'returned'), value: 5 } as Fact))).toEqual(['9 pass'])
  })

  it('that has not begun may be of any method', () => {
    const steps = [
      ...fill([calls('0', 'publish'), calls('1', 'publish')]),
      returned({ device: 'blue', method: 'publish' }),
    ]
    expect(verdicts(steps, ['0', made('0'), made('0', 'returned'), '/0', '1', '/1', '9'])).toEqual(['9 fail'])
  })
})
