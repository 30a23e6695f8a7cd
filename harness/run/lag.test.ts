// The event loop stands still between a PUBLISH and its PUBACK: the harness, not the broker, is late.

import { expect, it } from 'vitest'
import { type Passing, TamperedBroker } from './broker-proxy.testing.ts'
import { runText, scenario } from './testing.ts'

const STALL_MS = 150

/** Nothing else runs meanwhile. */
function standStill(): void {
  const begun = performance.now()
  while (performance.now() - begun < STALL_MS);
}

async function runStalled(claim: string, start = false) {
  await using broker = await TamperedBroker.open({
    pass({ direction, packet, raw }: Passing) {
      if (direction === 'up' && packet.type === 'publish') standStill()
      return [raw]
    },
  })
  const steps = `  - connect: blue\n  - { id: pub, publish: { device: blue, topic: t, payload: a, qos: 1, start: ${start} } }\n  - ${claim}`
  return await runText(scenario(steps, 'observer: false'), { openBroker: broker.borrow })
}

const puback = 'packet: { to: blue, type: puback }'

it('a tight claim is inconclusive, and so is the run', async () => {
  const ran = await runStalled(`expect: { ${puback}, after: pub, within: 60ms }`)
  expect(ran.status).toBe('inconclusive')
  expect(ran.verdicts.at(-1)).toMatchObject({ kind: 'inconclusive', got: expect.stringContaining('lagged by up to') })
  expect(ran.events.some((e) => e.kind === 'lag' && e.stalled > STALL_MS / 2)).toBe(true)
})

it('so is one whose window ends while the harness stands still', async () => {
  const ran = await runStalled(`expect: { ${puback}, after: pub, within: 60ms }`, true)
  expect(ran.verdicts.at(-1)).toMatchObject({ kind: 'inconclusive', step: '2' })
})

it('a generous one passes', async () => {
  const ran = await runStalled(`expect: { ${puback}, after: pub, within: 2s }`)
  expect(ran.status).toBe('passed')
})

it('a call that must be quick is inconclusive, too', async () => {
  const ran = await runStalled('publish: { device: blue, topic: t, payload: b, qos: 1, within: 60ms }')
  expect(ran.status).toBe('inconclusive')
})
