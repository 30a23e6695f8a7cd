// A run whose observer sees nothing must not pass: every `never` would hold for the wrong reason.

import { expect, test } from 'vitest'
import { type Passing, TamperedBroker, type Tampering } from './broker-proxy.testing.ts'
import { runText, scenario } from './testing.ts'

const LONG = scenario('  - connect: blue\n  - publish: { device: blue, topic: t, payload: a }\n  - delay: 30s')

async function runWith(pass: (passing: Passing) => readonly Uint8Array[], text = LONG, rest: Partial<Tampering> = {}) {
  await using broker = await TamperedBroker.open({ pass, ...rest })
  return await runText(text, { openBroker: broker.borrow })
}

const toObserver = ({ client, direction }: Passing): boolean =>
  client.startsWith('hil-observer') && direction === 'down'

test.concurrent('lost in the middle: the run ends, broken', async () => {
  const ran = await runWith((p) => {
    // Bytes that are no MQTT make the observer hang up.
    if (toObserver(p) && p.packet.type === 'publish') return [Buffer.from('ffffffffffff', 'hex')]
    return [p.raw]
  })
  expect([ran.status, ran.problem?.code]).toEqual(['broken', 'broker/observer-lost'])
})

test.concurrent('a subscription that is refused', async () => {
  const ran = await runWith((p) => {
    if (toObserver(p) && p.packet.type === 'suback') p.raw.writeUInt8(0x80, p.raw.length - 1)
    return [p.raw]
  })
  expect([ran.status, ran.problem?.code]).toEqual(['broken', 'broker/no-observer'])
})

test.concurrent('one that is not answered', async () => {
  const ran = await runWith((p) => (toObserver(p) && p.packet.type === 'suback' ? [] : [p.raw]))
  expect(ran.problem).toMatchObject({ code: 'broker/no-observer', message: expect.stringContaining('no SUBACK') })
})

test.concurrent('a connection that is refused', async () => {
  const ran = await runWith((p) => {
    if (toObserver(p) && p.packet.type === 'connack') p.raw.writeUInt8(5, 3)
    return [p.raw]
  })
  expect([ran.status, ran.problem?.code]).toEqual(['broken', 'broker/login-refused'])
  expect(ran.problem?.message).toContain('not authorized')
})

test.concurrent('none at all, and nobody misses it', async () => {
  const text = scenario('  - connect: blue\n  - delay: 50ms', 'observer: false')
  const ran = await runWith((p) => (p.client.startsWith('hil-observer') ? [] : [p.raw]), text)
  expect([ran.status, ran.events.filter((e) => e.kind === 'message')]).toEqual(['passed', []])
})

test.concurrent('sees only what its filters name', async () => {
  const text = scenario(
    `  - connect: blue
  - publish: { device: blue, topic: a/1, payload: x, qos: 1 }
  - publish: { device: blue, topic: b, payload: x, qos: 1 }
  - publish: { device: blue, topic: c/d, payload: x, qos: 1 }
  - expect: { message: { topic: c/d } }`,
    'observer: [a/+, c/#]',
  )
  const ran = await runWith((p) => [p.raw], text)
  expect(ran.events.flatMap((e) => (e.kind === 'message' ? [e.topic] : []))).toEqual(['a/1', 'c/d'])
})
