// The ledgers of a fleet put together: each rule by an example, and all of them against a naive twin on random fleets.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FleetGroup, FleetPlan } from '../../plan/index.ts'
import { bookNumber, type DeliveryLedger, type DeviceLedger, type GotBook, gotBook, Tracker } from '../shard/ledger.ts'
import { naiveLedger } from './reconcile.testing.ts'
import { reconcile } from './reconcile.ts'

interface GroupWords {
  readonly name: string
  readonly count: number
  readonly subscribe?: readonly { readonly topic: string; readonly qos: 0 | 1 | 2 }[]
  readonly publish?: readonly { readonly topic: string; readonly qos: 0 | 1 }[]
}

/** Only what the ledger looks at. */
const planOf = (groups: readonly GroupWords[]): FleetPlan =>
  ({
    devices: groups.reduce((sum, { count }) => sum + count, 0),
    groups: groups.map(({ name, count, subscribe = [], publish = [] }) => ({
      name,
      count,
      subscribes: subscribe.length,
      publications: publish.map(({ qos, topic }) => ({
        qos,
        tracked: true,
        topic: topic.includes('{seq}') ? ({ seq }: { seq: number }) => topic.replace('{seq}', String(seq)) : null,
      })),
      member: (i: number) => ({ clientId: `${name}-${i}`, subscribe, topics: publish.map(({ topic }) => topic) }),
    })) as unknown as readonly FleetGroup[],
  }) as FleetPlan

const booked = (book: number, seqs: readonly number[], late = false): GotBook => {
  const tracker = new Tracker()
  for (const seq of seqs) tracker.take(seq, late)
  return gotBook(book, tracker)
}

const device = (number: number, more: Partial<DeviceLedger> = {}): DeviceLedger => ({
  device: number,
  subscribedAt: 0,
  deafSince: null,
  turns: [0],
  got: [],
  ...more,
})

const PAIR = planOf([
  { name: 'sinks', count: 1, subscribe: [{ topic: 't/#', qos: 1 }] },
  { name: 'sensors', count: 1, publish: [{ topic: 't/0', qos: 1 }] },
])
/** Five messages, one a minute, of which 2 is missing. */
const pair = (
  sink: Partial<DeviceLedger>,
  sensor: Partial<DeviceLedger> = {},
  sent: Partial<DeliveryLedger['sent'][number]> = {},
): DeliveryLedger[] => [
  {
    sent: [{ book: 0, sent: 5, unconfirmed: [], times: [60, 120, 180, 240, 300].map((s) => s * 1000), ...sent }],
    devices: [device(0, { got: [booked(0, [0, 1, 3, 4])], ...sink }), device(1, { subscribedAt: null, ...sensor })],
  },
]
const LOST_AT = 180_000

describe('a message that has not come', () => {
  it('is lost, and unexplained while both ends were connected', () => {
    const ledger = reconcile(PAIR, pair({}))
    const counts = { expected: 5, arrived: 4, lost: 1, unexplained: 1, duplicated: 0, reordered: 0, late: 0 }
    expect(ledger).toEqual({
      ...counts,
      unconfirmed: 0,
      groups: { sinks: counts, sensors: counts },
      byQos: [{ qos: 1, expected: 5, lost: 1, unexplained: 1, duplicated: 0 }],
      reasons: { 'none known': 1 },
      first: [{ kind: 'lost', from: 'sensors-0', to: 'sinks-0', topic: 't/0', seq: 2, qos: 1 }],
    })
  })

  it.each([
    // The receiver's connection: from when to when.
    ['receiver', [0, LOST_AT + 2000], null],
    ['receiver', [0, LOST_AT + 1999], 'the receiver had no connection'],
    ['receiver', [0, LOST_AT - 1], 'the receiver had no connection'],
    ['receiver', [0, 1000, LOST_AT - 1000], null],
    ['receiver', [0, 1000, LOST_AT - 999], 'the receiver had no connection'],
    ['receiver', [LOST_AT], null],
    ['receiver', [LOST_AT + 1], 'the receiver had no connection'],
    ['receiver', [], 'the receiver had no connection'],
    ['publisher', [0, LOST_AT + 2000], null],
    ['publisher', [0, LOST_AT + 1999], 'the publisher lost its connection'],
    ['publisher', [0, 1000, LOST_AT - 999], 'the publisher lost its connection'],
    ['publisher', [], 'the publisher lost its connection'],
  ] as const)('has its reason in when the %s was connected: %j', (who, turns, why) => {
    const ledger = reconcile(PAIR, who === 'receiver' ? pair({ turns }) : pair({}, { turns }))
    expect(ledger.reasons).toEqual({ [why ?? 'none known']: 1 })
    expect([ledger.lost, ledger.unexplained]).toEqual([1, why === null ? 1 : 0])
    expect(ledger.first[0]!.why).toBe(why ?? undefined)
  })

  it.each([
    [LOST_AT, 'the receiver came back without its subscriptions'],
    [LOST_AT + 1, 'none known'],
  ])('is missed by a receiver without its subscriptions since %d: %s', (deafSince, why) => {
    expect(reconcile(PAIR, pair({ deafSince })).reasons).toEqual({ [why]: 1 })
  })

  it('is the receiver’s matter before it is the publisher’s', () => {
    expect(reconcile(PAIR, pair({ turns: [] }, { turns: [] })).reasons).toEqual({ 'the receiver had no connection': 1 })
    expect(reconcile(PAIR, pair({ turns: [], deafSince: 0 })).reasons).toEqual({
      'the receiver came back without its subscriptions': 1,
    })
  })

  it('of a publisher that left no ledger has that for a reason', () => {
    const [{ sent, devices }] = pair({}) as [DeliveryLedger]
    expect(reconcile(PAIR, [{ sent, devices: devices.slice(0, 1) }]).reasons).toEqual({
      'the publisher lost its connection': 1,
    })
  })

  it('was not due before the subscription was granted', () => {
    const counts = ({ expected, arrived, lost }: ReturnType<typeof reconcile>) => [expected, arrived, lost]
    expect(counts(reconcile(PAIR, pair({ subscribedAt: LOST_AT - 1 })))).toEqual([5, 4, 1])
    expect(counts(reconcile(PAIR, pair({ subscribedAt: LOST_AT })))).toEqual([4, 4, 0])
    expect(counts(reconcile(PAIR, pair({ subscribedAt: null })))).toEqual([0, 0, 0])
  })

  it('of which nobody knows whether the broker has it is neither lost nor expected', () => {
    const ledger = reconcile(PAIR, pair({}, {}, { unconfirmed: [2, 4] }))
    expect(ledger).toMatchObject({ expected: 4, arrived: 4, lost: 0, unconfirmed: 2, reasons: {} })
  })

  it('is lost with a reason when the time of its sending was not kept', () => {
    const ledger = reconcile(PAIR, pair({}, {}, { times: null }))
    expect(ledger).toMatchObject({ lost: 1, unexplained: 0, reasons: { 'when it was sent is not known': 1 } })
  })

  it('after all that have come is lost as well', () => {
    expect(reconcile(PAIR, pair({ got: [booked(0, [0, 1])] }))).toMatchObject({ lost: 3, arrived: 2 })
    expect(reconcile(PAIR, pair({ got: [] }))).toMatchObject({ lost: 5, arrived: 0 })
  })

  it('arrives at the lower QoS of two', () => {
    for (const [sent, asked, wanted] of [
      [0, 1, 0],
      [1, 0, 0],
      [1, 2, 1],
    ] as const) {
      const plan = planOf([
        { name: 'sinks', count: 1, subscribe: [{ topic: 't/0', qos: asked }] },
        { name: 'sensors', count: 1, publish: [{ topic: 't/0', qos: sent }] },
      ])
      expect(reconcile(plan, pair({})).byQos.map(({ qos }) => qos)).toEqual([wanted])
    }
  })

  it('is named twenty times of each kind, and no more', () => {
    const got = [booked(0, [])]
    const { first, lost } = reconcile(
      PAIR,
      pair({ got }, {}, { sent: 50, times: Array.from({ length: 50 }, () => 9000) }),
    )
    expect(lost).toBe(50)
    expect(first.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, k) => k))
  })
})

describe('a shared subscription', () => {
  const SHARED = planOf([
    { name: 'workers', count: 3, subscribe: [{ topic: '$share/g/t/#', qos: 1 }] },
    { name: 'sensors', count: 1, publish: [{ topic: 't/0', qos: 1 }] },
  ])
  const times = [60_000, 61_000, 62_000, 63_000, 64_000, 65_000]
  const shared = (
    got: readonly (readonly number[])[],
    more: readonly Partial<DeviceLedger>[] = [],
  ): DeliveryLedger[] => [
    {
      sent: [{ book: 0, sent: 6, unconfirmed: [], times }],
      devices: [
        ...got.map((seqs, k) => device(k, { got: [booked(0, seqs)], ...more[k] })),
        device(3, { subscribedAt: null }),
      ],
    },
  ]

  it('is one target: each message is due once, at any of its members', () => {
    expect(
      reconcile(
        SHARED,
        shared([
          [0, 3],
          [1, 4],
          [2, 5],
        ]),
      ),
    ).toMatchObject({ expected: 6, arrived: 6, lost: 0, duplicated: 0 })
  })

  it('has lost what none of them got, for no reason while all were connected', () => {
    const ledger = reconcile(SHARED, shared([[], [1, 4], [2, 5]]))
    expect(ledger).toMatchObject({ expected: 6, arrived: 4, lost: 2, unexplained: 2 })
    expect(ledger.first[0]).toMatchObject({ kind: 'lost', to: 'workers-0 or 2 others', seq: 0 })
    expect(ledger.groups.workers).toMatchObject({ expected: 6, lost: 2 })
  })

  it('may have given it to the one that had no connection', () => {
    const ledger = reconcile(SHARED, shared([[], [1, 4], [2, 5]], [{ turns: [0, 30_000] }]))
    expect(ledger).toMatchObject({ lost: 2, unexplained: 0, reasons: { 'the receiver had no connection': 2 } })
  })

  it('has given twice what two of them got', () => {
    const ledger = reconcile(
      SHARED,
      shared([
        [0, 1, 3],
        [1, 4],
        [1, 2, 5],
      ]),
    )
    expect(ledger).toMatchObject({ lost: 0, duplicated: 2 })
    expect(ledger.first).toMatchObject([{ kind: 'duplicated', seq: 1 }])
  })

  it('is due since the first of its members has it', () => {
    const since = [{ subscribedAt: 61_000 }, { subscribedAt: 62_500 }, { subscribedAt: null }]
    expect(reconcile(SHARED, shared([[], [], []], since))).toMatchObject({ expected: 4, lost: 4 })
  })

  it('is one for each group of members and filter, beside what a device has of its own', () => {
    const plan = planOf([
      { name: 'a', count: 2, subscribe: [{ topic: '$share/g/t/#', qos: 1 }] },
      {
        name: 'b',
        count: 1,
        subscribe: [
          { topic: '$share/h/t/#', qos: 1 },
          { topic: 't/0', qos: 0 },
        ],
      },
      { name: 'sensors', count: 1, publish: [{ topic: 't/0', qos: 1 }] },
    ])
    expect(
      reconcile(
        plan,
        shared([
          [0, 1],
          [2, 3, 4, 5],
          [0, 1, 2, 3, 4, 5],
        ]),
      ),
    ).toMatchObject({ expected: 18, lost: 0 })
  })
})

it('looks for the receivers of each message by its own topic', () => {
  const plan = planOf([
    { name: 'evens', count: 1, subscribe: ['t/0', 't/2', 't/4'].map((topic) => ({ topic, qos: 1 })) },
    { name: 'sensors', count: 1, publish: [{ topic: 't/{seq}', qos: 1 }] },
  ])
  const ledger = reconcile(plan, pair({ got: [booked(0, [0, 4])] }))
  expect(ledger).toMatchObject({ expected: 3, arrived: 2, lost: 1, first: [{ topic: 't/2', seq: 2 }] })
})

it('counts each device once, however many of its filters match', () => {
  const plan = planOf([
    {
      name: 'sinks',
      count: 1,
      subscribe: [
        { topic: 't/#', qos: 0 },
        { topic: 't/+', qos: 1 },
        { topic: 't/0', qos: 0 },
      ],
    },
    { name: 'sensors', count: 1, publish: [{ topic: 't/0', qos: 1 }] },
  ])
  const { expected, lost, byQos } = reconcile(plan, pair({}))
  expect([expected, lost, byQos.map(({ qos }) => qos)]).toEqual([5, 1, [1]])
})

it('counts what came twice, out of order and late, and names five of each stream', () => {
  const got = [booked(0, [0, 2, 1, 1, 3, 4], true)]
  const ledger = reconcile(PAIR, pair({ got }))
  expect(ledger).toMatchObject({ lost: 0, duplicated: 1, reordered: 1, late: 6 })
  expect(ledger.first.map(({ kind, seq }) => [kind, seq])).toEqual([
    ['reordered', 1],
    ['late', 0],
    ['late', 2],
    ['late', 1],
    ['late', 1],
  ])
})

describe('on random fleets', () => {
  const filter = fc.constantFrom(
    't/#',
    't/+',
    't/0',
    't/1',
    '#',
    '$share/g/t/#',
    '$share/g/t/0',
    '$share/h/t/#',
    'other',
  )
  const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>
  const groupWords = (name: string) =>
    fc.record({
      name: fc.constant(name),
      count: fc.integer({ min: 1, max: 3 }),
      subscribe: fc.array(fc.record({ topic: filter, qos }), { maxLength: 3 }),
      publish: fc.array(
        fc.record({
          topic: fc.constantFrom('t/0', 't/1', 't/{seq}', 'other'),
          qos: fc.constantFrom(0, 1) as fc.Arbitrary<0 | 1>,
        }),
        { maxLength: 2 },
      ),
    })
  /** Around the edges of the windows in which a loss has a reason. */
  const moment = fc
    .tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(-1, 0, 1))
    .map(([s, off]) => Math.max(0, s * 1000 + off))
  const ledgers = (plan: FleetPlan): fc.Arbitrary<DeliveryLedger[]> => {
    const streams = plan.groups.reduce((sum, { count, publications }) => sum + count * publications.length, 0)
    const sent = (book: number) =>
      fc.integer({ min: 1, max: 5 }).chain((size) =>
        fc.record({
          book: fc.constant(book),
          sent: fc.constant(size),
          unconfirmed: fc.uniqueArray(fc.nat(size - 1), { maxLength: 2 }),
          times: fc.option(fc.array(moment, { minLength: size, maxLength: size }), { nil: null, freq: 8 }),
        }),
      )
    const arrivals = fc.array(fc.nat(4), { maxLength: 8 })
    const oneDevice = (number: number): fc.Arbitrary<DeviceLedger> =>
      fc.record({
        device: fc.constant(number),
        subscribedAt: fc.option(moment, { nil: null, freq: 6 }),
        deafSince: fc.option(moment, { nil: null, freq: 2 }),
        turns: fc.array(moment, { maxLength: 4 }).map((list) => list.sort((a, b) => a - b)),
        got: fc
          .tuple(...Array.from({ length: streams }, () => fc.option(fc.tuple(arrivals, fc.boolean()), { nil: null })))
          .map((lists) =>
            lists.flatMap((one, book) =>
              one === null || one[0].length === 0 ? [] : [booked(bookNumber(book, 0), one[0], one[1])],
            ),
          ),
      })
    return fc
      .tuple(
        fc.tuple(...Array.from({ length: streams }, (_, book) => sent(book))),
        fc.tuple(...Array.from({ length: plan.devices }, (_, number) => oneDevice(number))),
      )
      .map(([books, devices]) => [
        { sent: books.filter((_, k) => k % 2 === 0), devices: devices.filter((_, k) => k % 2 === 0) },
        { sent: books.filter((_, k) => k % 2 === 1), devices: devices.filter((_, k) => k % 2 === 1) },
      ])
  }

  it('says what the naive twin says', () => {
    const fleet = fc.tuple(groupWords('a'), groupWords('b')).map(planOf)
    fc.assert(
      fc.property(
        fleet.chain((plan) => fc.tuple(fc.constant(plan), ledgers(plan))),
        ([plan, all]) => {
          const { first: _, byQos, ...ledger } = reconcile(plan, all)
          const { byQos: naive, ...twin } = naiveLedger(plan, all)
          expect(ledger).toEqual(twin)
          expect(byQos).toEqual(
            Object.entries(naive).map(([key, { expected, lost, unexplained, duplicated }]) => ({
              qos: Number(key),
              expected,
              lost,
              unexplained,
              duplicated,
            })),
          )
        },
      ),
      { numRuns: Number(process.env.HIL_RUNS ?? 500) },
    )
  })
})
