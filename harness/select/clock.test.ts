import { expect, it } from 'vitest'
import { brokers } from '../brokers/index.ts'
import { compile, type Plan } from '../plan/index.ts'
import { factsOf } from './brokers.ts'
import { timed } from './clock.ts'

const chosen = (name: keyof typeof brokers) => ({ name, kind: brokers[name], options: {} })

function planOf(device = '{ use: umqtt.simple }', top = ''): Plan {
  const text = `name: a\nversion: 1\n${top}\ndevices:\n  blue: ${device}\nsteps:\n  - delay: 1ms\n`
  const { plans, diagnostics } = compile('a.scenario.yaml', text, { broker: () => factsOf(chosen('aedes')) })
  expect(diagnostics.all).toEqual([])
  return plans[0]!
}

const aedes = chosen('aedes')

it.each([
  ['nothing is said', undefined, '', undefined, 'real'],
  ['the config says it', undefined, '', 'auto', 'virtual'],
  ['the scenario says it', undefined, 'clock: virtual', 'real', 'virtual'],
  ['the scenario says real, the config auto', undefined, 'clock: real', 'auto', 'real'],
  ['the command line says real', 'real', 'clock: virtual', 'auto', 'real'],
  ['the command line says auto', 'auto', '', undefined, 'virtual'],
] as const)('%s', (_, asked, top, config, clock) => {
  const { plan, ...rest } = timed(planOf(undefined, top), aedes, asked, config)
  expect([rest.clock, plan.skip]).toEqual([clock, null])
})

it.each([['a process', '{ use: process, command: x }', 'blue is a process, which has a time of its own']] as const)(
  '%s is skipped in virtual time, with the reason, and runs in real time where it may',
  (_, device, why) => {
    const plan = planOf(device)
    expect(timed(plan, aedes, 'virtual', undefined).plan.skip).toContain(`not in virtual time: ${why}`)
    expect(timed(plan, aedes, 'auto', undefined)).toEqual({ plan, clock: 'real' })
  },
)

function fleetOf(bounds: string, more = ''): Plan {
  const text = `name: a\nversion: 1\nfleet:\n  s: { use: umqtt.simple, count: 2${more} }\nsteps:\n  - delay: 1s\n${bounds}`
  const { plans, diagnostics } = compile('a.scenario.yaml', text, { broker: () => factsOf(aedes) })
  expect(diagnostics.all).toEqual([])
  return plans[0]!
}

it('a fleet runs in virtual time, with bounds on what its devices do', () => {
  const plan = fleetOf(
    'slo:\n  - { metric: recovery_time, max: { lt: 1s } }\n  - { metric: connects, total: { eq: 2 } }\n',
  )
  expect(timed(plan, aedes, 'virtual', undefined)).toEqual({ plan, clock: 'virtual' })
})

it.each([
  [
    'a bound on the broker’s time',
    fleetOf('slo:\n  - { metric: publish_ack_time, p99: { lt: 1s } }\n'),
    'the bound on publish_ack_time (line 8) measures the broker, which takes no time there',
  ],
  [
    'a broker by its address',
    fleetOf('', ', brokers: ["127.0.0.1:1883"]'),
    'the brokers of s have a time of their own',
  ],
])('a fleet with %s is skipped, with the reason, and runs in real time where it may', (_, plan, why) => {
  expect(timed(plan, aedes, 'virtual', undefined).plan.skip).toBe(`not in virtual time: ${why}`)
  expect(timed(plan, aedes, 'auto', undefined)).toEqual({ plan, clock: 'real' })
})

it.each(['reference', 'aedes@2'] as const)('%s is embedded as well, and WebSocket runs in virtual time', (name) => {
  const plan = planOf('{ use: raw, link: { websocket: true } }')
  expect(timed(plan, chosen(name), 'virtual', undefined)).toEqual({ plan, clock: 'virtual' })
})

it('TLS on a link is in virtual time', () => {
  const plan = planOf('{ use: umqtt.simple, link: { tls: true } }')
  expect(timed(plan, aedes, 'virtual', undefined)).toEqual({ plan, clock: 'virtual' })
})

it('a broker that is another program is skipped as well', () => {
  expect(timed(planOf(), chosen('mosquitto'), 'virtual', undefined).plan.skip).toContain(
    'mosquitto has a time of its own',
  )
})

it('a scenario that says clock: real is kept to it', () => {
  const plan = planOf(undefined, 'clock: real')
  expect(timed(plan, aedes, 'virtual', undefined).plan.skip).toContain('it says clock: real')
  expect(timed(plan, aedes, 'auto', undefined)).toEqual({ plan, clock: 'real' })
})
