import { describe, expect, it } from 'vitest'
import type { LedgerCounts, LoadResult } from '../../run/index.ts'
import { plotsOf } from './plots.ts'

const states = (connected: readonly number[]) => ({
  connected,
  ...{ connecting: [0, 0], disconnected: [0, 0], off: [0, 0], ended: [0, 0] },
})
const counted: LedgerCounts = { expected: 9, arrived: 6, lost: 3, unexplained: 1, duplicated: 0, reordered: 0, late: 2 }

/** What the plots are made of. */
function result(groups: readonly { name: string; use: string }[], published: number): LoadResult {
  return {
    groups: groups.map((group) => ({ ...group, count: 2 })),
    phases: [{ name: 'ramp', from: 0, to: 2000 }],
    times: {
      all: {
        connect_time: {
          ...{ count: 4, min: 1000, mean: 1500, p50: 1500, p90: 1900 },
          ...{ p95: 1950, p99: 2000, p999: 2100, max: 2500 },
        },
        publish_ack_time: { ...{ count: 0, min: 0, mean: 0, p50: 0, p90: 0 }, ...{ p95: 0, p99: 0, p999: 0, max: 0 } },
      },
    },
    counts: { all: { messages_published: published } },
    ledger: {
      ...{ ...counted, unconfirmed: 1, byQos: [], first: [] },
      groups: Object.fromEntries(groups.map(({ name }) => [name, counted])),
      reasons: { 'none known': 1, 'the receiver had no connection': 2 },
    },
    slos: [],
    generator: { why: null },
    series: {
      ...{ at: [0, 1000], bucket: 1000, counts: {}, curves: {} },
      states: Object.fromEntries(groups.map(({ name }, k) => [name, states([k, k + 1])])),
      seconds: {
        at: [0, 1000],
        p50: {},
        p99: {},
        generatorCpu: [1, 2],
        brokerCpu: [null, null],
        brokerMemory: [null, null],
      },
    },
  } as unknown as LoadResult
}

const esp = { name: 'esp', use: 'esp-mqtt' }
const robust = { name: 'umqtt.robust', use: 'umqtt.robust' }

describe('load.json', () => {
  it('has the connected devices of all groups in one plot, and the states of each as a detail', () => {
    const { plots } = plotsOf(result([esp, robust], 0))
    expect(plots[0]).toMatchObject({
      title: 'connected devices, by group',
      times: [0, 1],
      series: [
        { name: 'esp (esp-mqtt)', values: [0, 1] },
        { name: 'umqtt.robust', values: [1, 2] },
      ],
    })
    expect(plots.filter(({ detail }) => detail).map(({ title }) => title)).toEqual([
      'devices of esp, by state',
      'devices of umqtt.robust, by state',
    ])
  })

  it('has the states of one group first, and no plot without a line', () => {
    const { plots } = plotsOf(result([esp], 0))
    expect(plots.map(({ title, detail }) => [title, detail === true])).toEqual([
      ['devices of esp, by state', false],
      ['CPU, in percent of a core', false],
    ])
  })

  it('has the times that were measured, in ms', () => {
    expect(plotsOf(result([esp], 0)).times).toEqual([
      {
        ...{ name: 'from the intended moment to CONNACK', count: 4 },
        ...{ p50: 1.5, p90: 1.9, p99: 2, p999: 2.1, max: 2.5 },
      },
    ])
  })

  it('has the ledger when something was published, the most frequent reason of a loss first', () => {
    expect(plotsOf(result([esp], 0)).ledger).toBeUndefined()
    const { ledger } = plotsOf(result([esp], 12))
    expect(ledger).toMatchObject({
      ...{ sent: 12, unconfirmed: 1, total: { expected: 9, arrived: 6, lost: 3, late: 2 } },
      groups: [{ name: 'esp', lost: 3 }],
      reasons: [
        { why: 'the receiver had no connection', count: 2 },
        { why: 'none known', count: 1 },
      ],
    })
  })
})
