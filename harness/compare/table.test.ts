import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { type Compared, parityTable } from './table.ts'

const difference = { device: 'blue', direction: 'up', kind: 'timing', text: 'PINGREQ' } as const
const rows: Compared[] = [
  { title: 'umqtt-q01', outcome: { kind: 'compared', same: 4, differences: [], verdicts: null } },
  { title: 'robust-r02', outcome: { kind: 'compared', same: 10, differences: [difference], verdicts: null } },
  {
    title: 'umqtt-q06',
    outcome: { kind: 'compared', same: 6, differences: [], verdicts: 'passed here and failed there' },
  },
  { title: 'minimqtt-m01 and more of it', outcome: { kind: 'not-compared', why: 'no puppet plays minimqtt' } },
]

test('one line a scenario, what was not compared with its reason, and a sum in which other verdicts are a difference', () => {
  expect(parityTable(rows, createColors(false), 60).split('\n')).toEqual([
    '                          packets  differences',
    '  = umqtt-q01                   4',
    '  ≠ robust-r02                 10  1',
    '  ≠ umqtt-q06                   6  passed here and failed there',
    '  - minimqtt-m01 and mo…           no puppet plays minimqtt',
    '',
    '  1 the same, 2 different, 1 not compared',
    '',
  ])
})
