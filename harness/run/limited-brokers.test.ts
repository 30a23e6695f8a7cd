// What a broker says in CONNACK that it has not, the pack of MQTT 5 does not ask it for: the scenario is skipped with that
// reason, and does not fail.

import { expect, it } from 'vitest'
import { brokers } from '../brokers/index.ts'
import { plansIn, run } from './testing.ts'

const QOS_2 = 'the broker says that it has no QoS 2'
const RETAINED = 'the broker says that it retains no messages'
const WILDCARDS = 'the broker says that it has no subscriptions with wildcards'

it.each([
  [{ maximumQos: 0 }, '3.3-publish/acknowledged', QOS_2],
  [{ maximumQos: 1 }, '3.3-publish/acknowledged', QOS_2],
  [{ maximumQos: 0 }, '3.2-connack/first', 'the broker says that it has QoS 0 alone'],
  [{ maximumQos: 1 }, '3.2-connack/first', null],
  [{ retainAvailable: false }, '3.3-retain/handling', RETAINED],
  [{ retainAvailable: false }, '4.7-topics/different', RETAINED],
  [{ wildcardSubscriptionAvailable: false }, '2-packets/after-others', WILDCARDS],
  [{ wildcardSubscriptionAvailable: false }, '4.7-topics/wildcards', WILDCARDS],
  [
    { subscriptionIdentifierAvailable: false },
    '3.8-subscribe/replaced',
    'the broker says that it has no subscription identifiers',
  ],
  [
    { sharedSubscriptionAvailable: false },
    '4.8-shared/no-local',
    'the broker says that it has no shared subscriptions',
  ],
  [{}, '3.3-publish/acknowledged', null],
] as const)('a broker with %j: %s', async (options, file, reason) => {
  const [plan] = plansIn(`scenarios/conformance/mqtt5/broker/${file}.scenario.yaml`)
  const { status, plan: ran } = await run(plan!, {
    clock: 'virtual',
    openBroker: () => brokers.reference.open(options),
  })
  expect([status, ran.skip]).toEqual([reason === null ? 'passed' : 'skipped', reason])
})
