// Every scenario against every broker it was run on.

import { h, unseen } from './dom.js'
import { brokerOf, markOf, titleOf } from './format.js'

/** @typedef {import('./model.ts').ScenarioData} ScenarioData */

/** Names of the brokers that something ran on. @param {readonly ScenarioData[]} scenarios */
export const brokersOf = (scenarios) =>
  [...new Set(scenarios.map(columnIn(scenarios)))].filter((name) => name !== '').sort()

/**
 * A broker that did not start has told no version; it is the one of its name that did.
 * @param {readonly ScenarioData[]} scenarios
 */
const columnIn = (scenarios) => {
  const known = new Map(
    scenarios.filter((s) => s.broker.version !== '').map((s) => [s.broker.name, brokerOf(s.broker)]),
  )
  return (/** @type {ScenarioData} */ { broker }) =>
    broker.version === '' ? (known.get(broker.name) ?? brokerOf(broker)) : brokerOf(broker)
}

/** @param {readonly ScenarioData[]} scenarios */
export function matrixView(scenarios) {
  const brokers = brokersOf(scenarios)
  const columnOf = columnIn(scenarios)
  /** @type {Map<string, { name: string, file: string, cells: Map<string, { scenario: ScenarioData, number: number }[]> }>} */
  const rows = new Map()
  scenarios.forEach((scenario, number) => {
    const name = titleOf({ ...scenario, repetition: 0 })
    const key = `${scenario.file}\n${name}`
    const row = rows.get(key) ?? { name, file: scenario.file, cells: new Map() }
    rows.set(key, row)
    const broker = columnOf(scenario)
    row.cells.set(broker, [...(row.cells.get(broker) ?? []), { scenario, number }])
  })
  const totals = brokers.map((broker) => {
    const own = scenarios.filter((scenario) => columnOf(scenario) === broker)
    return `${own.filter(({ status }) => status === 'passed').length} of ${own.length}`
  })
  return h(
    'main',
    {},
    h('h2', {}, 'Brokers'),
    h(
      'p',
      { class: 'muted' },
      '✓ passed, ◐ a gap that is known and has its reason, ✗ failed, ? inconclusive, ! broken by the environment, – skipped',
    ),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'scenarios by broker' },
      h(
        'table',
        { class: 'list matrix' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'scenario'),
            brokers.map((name, k) => h('th', { scope: 'col' }, name, h('div', { class: 'muted' }, totals[k]))),
          ),
        ),
        h(
          'tbody',
          {},
          [...rows.values()].map(({ name, file, cells }) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, name, h('div', { class: 'muted small-text' }, file)),
              brokers.map((broker) => matrixCell(cells.get(broker) ?? [])),
            ),
          ),
        ),
      ),
    ),
  )
}

/** @param {readonly { scenario: ScenarioData, number: number }[]} runs */
function matrixCell(runs) {
  if (runs.length === 0) return h('td', { class: 'muted' }, unseen('not run'))
  return h(
    'td',
    {},
    runs.map(({ scenario: { status, reason }, number }) =>
      h(
        'a',
        { class: `badge ${status}`, href: `#/run/${number}`, title: reason ?? status },
        markOf(status),
        unseen(` ${status}`),
      ),
    ),
  )
}
