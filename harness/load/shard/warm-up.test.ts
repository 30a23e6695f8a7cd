// A shard warms up with devices of its own plan, away from the broker of the run.

import { expect, it } from 'vitest'
import { milliseconds } from '../../../emulators/index.ts'
import { compile } from '../../plan/index.ts'
import { warmUp } from './warm-up.ts'

const planOf = (fleet: string) => {
  const { plans, diagnostics } = compile(
    'x.scenario.yaml',
    `name: x\nversion: 1\nfleet:\n${fleet}\nsteps: [{ delay: 1s }]\n`,
    {
      broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(250) }),
    },
  )
  expect(diagnostics.all).toEqual([])
  return plans[0]!.fleet!
}

it('lets a few devices of each group publish, away from their brokers and without their time', async () => {
  const plan = planOf(`
  a: { use: umqtt.simple, count: 1000, brokers: ["192.0.2.1:1883"], publish: [{ topic: "a/\${{ i }}", every: 1h, payload: x, qos: 1 }] }
  b: { use: umqtt.robust, count: 2, arrival: { after: 30s }, subscribe: [{ topic: b }], publish: [{ topic: b, every: 1h, json: { n: "\${{ seq }}" } }] }`)
  const made: string[] = []
  const groups = plan.groups.map((group) => ({
    ...group,
    publications: group.publications.map((publication) => ({
      ...publication,
      payload: (values: Parameters<typeof publication.payload>[0]) => {
        made.push(`${group.name}-${values.i}`)
        return publication.payload(values)
      },
    })),
  }))
  await warmUp({ ...plan, groups }, 7, 60_000)
  const devices = [...new Set(made)].sort()
  expect(devices).toEqual([...Array.from({ length: 8 }, (_, i) => `a-${i}`), 'b-0', 'b-1'])
  expect(made.length).toBe(10 * 60)
})

it('takes no harm from what the broker of the run would refuse', async () => {
  const plan = planOf('  a: { use: umqtt.simple, count: 2 }')
  const broken = plan.groups.map((group) => ({
    ...group,
    member: () => {
      throw new Error('it cannot be made')
    },
  }))
  await expect(warmUp({ ...plan, groups: broken }, 7)).resolves.toBeUndefined()
})
