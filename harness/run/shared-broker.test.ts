// Scenarios on a broker that they share: each finds it as if it were the only one.

import { expect, test } from 'vitest'
import { brokers } from '../brokers/index.ts'
import { plansOf, run } from './testing.ts'

/** It leaves a session, a retained message and a retained will, and minds each of them. */
const SCENARIO = `
name: leaves what it can
version: 1
observer: false
devices:
  blue: { use: raw, with: { clean: false }, will: { topic: kept/will, payload: x, retain: true } }
  green: { use: raw }
always:
  - never: { packet: { to: green, type: publish } }
  - never: { socket: { from: green, event: ended } }
steps:
  - connect: green
  - subscribe: { device: green, topic: kept/# }
  - expect: { packet: { to: green, type: suback }, within: 2s }
  - ping: green
  - expect: { packet: { to: green, type: pingresp }, within: 2s }
  - unsubscribe: { device: green, topic: kept/# }
  - expect: { packet: { to: green, type: unsuback }, within: 2s }
  - connect: { device: blue, returns: [0, false] }
  - subscribe: { device: blue, topic: t, qos: 1 }
  - expect: { packet: { to: blue, type: suback }, within: 2s }
  - publish: { device: blue, topic: kept/message, payload: x, qos: 1, retain: true }
  - expect: { packet: { to: blue, type: puback }, within: 2s }
  - network: { device: blue, state: down, mode: reset }
`

test('side by side and one after the other, none sees what another left or does', async () => {
  await using own = await brokers.aedes.open()
  const openBroker = () => brokers.external.open({ url: `mqtt://${own.host}:${own.port}` })
  const [plan] = plansOf(SCENARIO)
  const runs = await Promise.all([1, 2, 3].map(() => run(plan!, { openBroker })))
  runs.push(await run(plan!, { openBroker }))
  expect(runs.map((r) => r.verdicts.filter((v) => v.kind !== 'pass').map((v) => v.got))).toEqual([[], [], [], []])
  expect(runs.map((r) => r.status)).toEqual(['passed', 'passed', 'passed', 'passed'])
})

test('an interrupted run gives its turn to the next', async () => {
  await using own = await brokers.aedes.open()
  const openBroker = () => brokers.external.open({ url: `mqtt://${own.host}:${own.port}` })
  const [long] = plansOf('name: long\nversion: 1\nobserver: false\nsteps:\n  - delay: 30s\n')
  const [plan] = plansOf(SCENARIO)
  const abort = new AbortController()
  const first = run(long!, { openBroker, signal: abort.signal })
  const waiting = run(plan!, { openBroker, signal: abort.signal })
  const next = run(plan!, { openBroker })
  setImmediate(() => abort.abort())
  expect((await first).status).toBe('interrupted')
  expect((await waiting).status).toBe('interrupted')
  expect((await next).status).toBe('passed')
})
