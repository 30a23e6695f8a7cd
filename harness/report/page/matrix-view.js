// Every scenario against every broker it was run on.

import { h, unseen } from './dom.js'
import { brokerOf, counted, markOf, titleOf } from './format.js'

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

/** In the order in which they matter to a reader. */
const WORST = ['failed', 'broken', 'inconclusive', 'interrupted', 'gap', 'passed', 'skipped']

/**
 * Runs of one combination of a scenario's matrix, by the column of their broker.
 * @typedef {object} Row
 * @property {string} name
 * @property {Map<string, { scenario: ScenarioData, number: number }[]>} cells
 */

/** @param {readonly ScenarioData[]} scenarios */
export function matrixView(scenarios) {
  const brokers = brokersOf(scenarios)
  const columnOf = columnIn(scenarios)
  /** @type {Map<string, { name: string, file: string, rows: Map<string, Row> }>} */
  const groups = new Map()
  scenarios.forEach((scenario, number) => {
    const key = `${scenario.file}\n${scenario.name}`
    const group = groups.get(key) ?? { name: scenario.name, file: scenario.file, rows: new Map() }
    groups.set(key, group)
    const name = titleOf({ ...scenario, repetition: 0 })
    const row = group.rows.get(name) ?? { name, cells: new Map() }
    group.rows.set(name, row)
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
        [...groups.values()].map((group) => matrixGroup(group, brokers)),
      ),
    ),
  )
}

/**
 * A scenario with one combination is a line; one with several is a line that shows theirs when it is opened.
 * @param {{ name: string, file: string, rows: Map<string, Row> }} group
 * @param {readonly string[]} brokers
 */
function matrixGroup({ name, file, rows }, brokers) {
  const lines = [...rows.values()]
  const where = h('div', { class: 'muted small-text' }, file)
  const lineOf = (/** @type {Row} */ row, /** @type {boolean} */ alone) =>
    h(
      'tr',
      alone ? {} : { class: 'variant', hidden: true },
      h('th', { scope: 'row' }, row.name, alone ? where : null),
      brokers.map((broker) => matrixCell(row.cells.get(broker) ?? [])),
    )
  if (lines.length === 1) return h('tbody', {}, lineOf(lines[0], true))
  const variants = lines.map((row) => lineOf(row, false))
  const toggle = h('button', { type: 'button', class: 'link', 'aria-expanded': 'false' }, name)
  toggle.addEventListener('click', () => {
    const open = toggle.getAttribute('aria-expanded') !== 'true'
    toggle.setAttribute('aria-expanded', String(open))
    for (const row of variants) row.hidden = !open
  })
  const all = (/** @type {string} */ broker) => lines.flatMap((row) => row.cells.get(broker) ?? [])
  return h(
    'tbody',
    { class: 'group' },
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, toggle, ` (${counted(lines.length, 'combination')})`, where),
      brokers.map((broker) => summaryCell(all(broker))),
    ),
    variants,
  )
}

/** Of several combinations: the worst, and how many passed. @param {readonly { scenario: ScenarioData }[]} runs */
function summaryCell(runs) {
  if (runs.length === 0) return h('td', { class: 'muted' }, unseen('not run'))
  const worst = WORST.find((status) => runs.some(({ scenario }) => scenario.status === status)) ?? 'passed'
  const passed = runs.filter(({ scenario }) => scenario.status === 'passed').length
  return h(
    'td',
    {},
    h('span', { class: `badge ${worst}`, title: worst }, markOf(worst), unseen(` ${worst}`)),
    h('span', { class: 'muted' }, ` ${passed} of ${runs.length}`),
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
