import { expect, test } from 'vitest'
import type { ResolvedConfig } from '../config/index.ts'
import { gapsOf, type Plan, readGaps } from '../plan/index.ts'
import { brokerFor, chooseBroker, skipForBroker } from './brokers.ts'

test('a kind answers to the name of its program, on the command line and in the config', () => {
  expect(chooseBroker('nats-server', {}, {})).toMatchObject({ name: 'nats', kind: { name: 'nats' } })
  const config: ResolvedConfig = { brokers: { mine: { use: 'nats-server', host: 'x' } } }
  expect(chooseBroker('mine', {}, config)).toMatchObject({
    name: 'mine',
    kind: { name: 'nats' },
    options: { host: 'x' },
  })
  expect(brokerFor({ use: 'nats-server', with: {} } as Plan['broker'], undefined, {}, {}).kind.name).toBe('nats')
})

test('a name of the config that is an alias means what the config says', () => {
  const config: ResolvedConfig = { brokers: { 'nats-server': { use: 'mosquitto' } } }
  expect(chooseBroker('nats-server', {}, config)).toMatchObject({ name: 'nats-server', kind: { name: 'mosquitto' } })
})

test('a scenario for nats-server is run on nats', () => {
  const plan = { broker: { use: 'nats-server', with: {} }, skip: null } as unknown as Plan
  expect(skipForBroker(plan, 'nats', {}).skip).toBeNull()
  expect(skipForBroker(plan, 'aedes', {}).skip).toBe('it needs nats, this run is on aedes')
})

test('a gap of nats-server is one of nats', () => {
  const text = 'version: 1\ngaps:\n  - { broker: nats-server, statement: MQTT-3.3.5-1, reason: so it is }\n'
  const { gaps, diagnostics } = readGaps('gaps.yaml', text, {
    brokers: new Set(['nats-server']),
    scenarios: new Set(),
    statements: new Set(['MQTT-3.3.5-1']),
  })
  expect(diagnostics.all).toEqual([])
  const plan = { devices: [], verifies: ['MQTT-3.3.5-1'], name: 'a', variant: '' } as unknown as Plan
  expect(gapsOf(gaps, plan, ['nats'])).toHaveLength(1)
  expect(gapsOf(gaps, plan, ['aedes'])).toEqual([])
})

test('options that a scenario has for another kind are not held against the one that the run is on', () => {
  const request = { use: 'reference', with: { talkative: true } } as Plan['broker']
  expect(brokerFor(request, 'aedes', {}, {})).toMatchObject({ name: 'aedes', options: {} })
  expect(brokerFor(request, 'reference', {}, {})).toMatchObject({ options: { talkative: true } })
  expect(brokerFor(request, undefined, {}, {})).toMatchObject({ name: 'reference', options: { talkative: true } })
})
