import { describe, expect, test } from 'vitest'
import { parseStatements } from '../lint/index.ts'
import { coverageOf, isAbout, mqtt311, type RanScenario, showCoverage, statementsOf } from './index.ts'

const statements = parseStatements(
  [
    'id\tside\ttestable\thow',
    'A\tserver\tyes\ta',
    'B\tboth\tyes\tb',
    'C\tclient\tyes\tc',
    'D\tserver\tpartly\td',
    '',
  ].join('\n'),
)

const ran = (rest: Partial<RanScenario>): RanScenario => ({
  name: 's',
  file: 's.scenario.yaml',
  variant: '',
  status: 'passed',
  reason: null,
  verifies: [],
  broker: { name: 'aedes', version: '1' },
  bindings: {},
  steps: [],
  ...rest,
})

const standing = (scenarios: readonly RanScenario[], id: string): unknown =>
  Object.fromEntries(
    Object.entries(coverageOf(statements, scenarios).statements.find((s) => s.statement.id === id)!.subjects).map(
      ([name, { standing }]) => [name, standing],
    ),
  )

describe('a statement', () => {
  test('is covered by a scenario that was judged, not by one that was skipped or broke', () => {
    expect(standing([ran({ verifies: ['A'] })], 'A')).toEqual({ 'aedes 1': 'pass' })
    for (const status of ['skipped', 'broken', 'interrupted'])
      expect(standing([ran({ verifies: ['A'], status })], 'A')).toEqual({})
  })

  test('that a step names is judged by that step alone', () => {
    const steps = [{ verifies: ['A'], verdict: 'pass' }, { verifies: ['B'], verdict: 'fail' }, { verifies: ['D'] }]
    const failed = ran({ verifies: ['A', 'B', 'D'], status: 'failed', reason: 'why', steps })
    expect(standing([failed], 'A')).toEqual({ 'aedes 1': 'pass' })
    expect(standing([failed], 'B')).toEqual({ 'aedes 1': 'fail' })
    expect(standing([failed], 'D')).toEqual({})
  })

  test('has the worst standing of its scenarios, by broker', () => {
    const mosquitto = { name: 'mosquitto', version: '2' }
    const all = [
      ran({ verifies: ['A'] }),
      ran({ verifies: ['A'], status: 'gap', reason: 'known' }),
      ran({ verifies: ['A'], broker: mosquitto }),
    ]
    expect(standing(all, 'A')).toEqual({ 'aedes 1': 'gap', 'mosquitto 2': 'pass' })
    expect(showCoverage(coverageOf(statements, all), false)).toContain('A gap on aedes 1: known (s)')
  })

  test('that binds both sides is covered when both were tested', () => {
    const server = ran({ verifies: ['B'] })
    const client = ran({ verifies: ['B'], bindings: { dut: 'umqtt.simple' } })
    const missing = (scenarios: readonly RanScenario[]) => coverageOf(statements, scenarios).statements[1]!.missing
    expect(missing([])).toEqual(['server', 'client'])
    expect(missing([server])).toEqual(['client'])
    expect(missing([client])).toEqual(['server'])
    expect(missing([server, client])).toEqual([])
    expect(coverageOf(statements, [server, client]).totals).toEqual({
      yes: { covered: 1, of: 3 },
      partly: { covered: 0, of: 1 },
    })
  })
})

test('the table has all 141 statements, 130 of which a wire shows in full', () => {
  const all = mqtt311()
  expect(all).toHaveLength(141)
  expect(all.filter((s) => s.testable === 'yes')).toHaveLength(130)
  expect(new Set(all.map((s) => s.id)).size).toBe(141)
  for (const { id, side, testable, how } of all) {
    expect(id).toMatch(/^MQTT-\d+\.\d+\.\d+-\d+$/)
    expect(['client', 'server', 'both']).toContain(side)
    expect(['yes', 'partly']).toContain(testable)
    expect(how).not.toBe('')
  }
})

describe('one side', () => {
  const all = [
    ran({ verifies: ['A', 'B'] }),
    ran({ verifies: ['B', 'C'], bindings: { dut: 'umqtt.simple' }, status: 'failed', reason: 'why' }),
  ]

  test('has only the statements that bind it, its own subjects, and totals of those', () => {
    const broker = coverageOf(statements, all, 'server')
    expect(broker.statements.map((s) => s.statement.id)).toEqual(['A', 'B', 'D'])
    expect(broker.subjects).toEqual([{ role: 'server', name: 'aedes 1' }])
    expect(broker.totals).toEqual({ yes: { covered: 2, of: 2 }, partly: { covered: 0, of: 1 } })
    expect(showCoverage(broker, false)).not.toContain('umqtt')
    const client = coverageOf(statements, all, 'client')
    expect(client.statements.map((s) => s.statement.id)).toEqual(['B', 'C'])
    expect(client.statements[0]!.subjects).toMatchObject({ 'umqtt.simple': { standing: 'fail' } })
    expect(client.subjects.map(({ name }) => name)).toEqual(['umqtt.simple'])
  })

  test('misses nothing of the other', () => {
    const broker = coverageOf(statements, [ran({ verifies: ['B'] })], 'server')
    expect(broker.statements.find((s) => s.statement.id === 'B')!.missing).toEqual([])
  })
})

test('the statements of MQTT 5 are those of scenarios with the tag, and have a table of their own', () => {
  expect(statementsOf('5')).toHaveLength(251)
  expect(statementsOf('5').filter(({ testable }) => testable === 'yes')).toHaveLength(220)
  expect(statementsOf('3.1.1')).toEqual(mqtt311())
  const both = [ran({ tags: ['conformance', 'mqtt5'] }), ran({ tags: ['conformance'] }), ran({})]
  expect(both.map(isAbout('5'))).toEqual([true, false, false])
  expect(both.map(isAbout('3.1.1'))).toEqual([false, true, true])
})
