// The first page: how many of each, every scenario as a line, what went wrong first, and a filter.

import { h, replace } from './dom.js'
import { brokerOf, counted, markOf, showTime, titleOf } from './format.js'

/** @typedef {import('./model.ts').Results} Results */
/** @typedef {import('./model.ts').ScenarioData} ScenarioData */

/** In the order in which they matter to a reader. */
const STATUSES = ['failed', 'broken', 'inconclusive', 'interrupted', 'gap', 'passed', 'skipped']

/** @param {Results} results */
export function overview(results) {
  const { scenarios, notRun } = results
  const found = STATUSES.filter((status) => scenarios.some((scenario) => scenario.status === status))
  const chosen = /** @type {Set<string>} */ (new Set())
  const search = h('input', {
    type: 'search',
    placeholder: 'filter: name, file, tag, statement …',
    'aria-label': 'filter scenarios',
  })
  const list = h('div', {})
  const count = h('span', { class: 'muted', role: 'status' })
  const numbered = scenarios.map((scenario, number) => ({ scenario, number }))
  const draw = () => {
    const words = search.value.trim().toLowerCase()
    const shown = numbered.filter(
      ({ scenario }) => (chosen.size === 0 || chosen.has(scenario.status)) && textOf(scenario).includes(words),
    )
    shown.sort(
      (a, b) => STATUSES.indexOf(a.scenario.status) - STATUSES.indexOf(b.scenario.status) || a.number - b.number,
    )
    replace(
      count,
      shown.length === scenarios.length
        ? counted(shown.length, 'scenario')
        : `${shown.length} of ${counted(scenarios.length, 'scenario')}`,
    )
    replace(
      list,
      h(
        'ul',
        { class: 'scenarios' },
        shown.map(({ scenario, number }) => scenarioLine(scenario, number)),
      ),
    )
  }
  search.addEventListener('input', draw)
  draw()
  return h(
    'main',
    {},
    summary(results, found),
    h('div', { class: 'toolbar no-print' }, search, chips(found, chosen, draw), count),
    list,
    notRun.length === 0
      ? null
      : h(
          'section',
          { class: 'panel' },
          h('h3', {}, `${notRun.length} not run`),
          h(
            'ul',
            {},
            notRun.map((one) => h('li', { class: 'muted' }, `${titleOf(one)} — ${one.file}`)),
          ),
        ),
  )
}

/** @param {Results} results @param {readonly string[]} found */
function summary({ summary, startedAt, duration, interrupted, timedOut }, found) {
  const stopped = timedOut ? 'The global timeout was reached.' : interrupted ? 'The run was interrupted.' : null
  return h(
    'section',
    { class: 'summary' },
    h(
      'div',
      { class: 'bar', 'aria-hidden': 'true' },
      found.map((status) => h('span', { class: status, style: `flex-grow: ${summary[status]}` })),
    ),
    h(
      'p',
      { class: 'counts' },
      found.map((status) => h('span', { class: `count ${status}` }, h('b', {}, summary[status]), ` ${status}`)),
      summary.flaky > 0 ? h('span', { class: 'count flaky' }, h('b', {}, summary.flaky), ' flaky') : null,
    ),
    h('p', { class: 'muted' }, `${new Date(startedAt).toLocaleString()} · took ${showTime(duration)}`),
    stopped === null ? null : h('p', { class: 'notice' }, stopped),
  )
}

/** @param {readonly string[]} found @param {Set<string>} chosen @param {() => void} draw */
function chips(found, chosen, draw) {
  return h(
    'span',
    { class: 'chips', role: 'group', 'aria-label': 'statuses' },
    found.map((status) => {
      const chip = h('button', { type: 'button', class: 'chip', 'aria-pressed': 'false' }, status)
      chip.addEventListener('click', () => {
        if (!chosen.delete(status)) chosen.add(status)
        chip.setAttribute('aria-pressed', String(chosen.has(status)))
        draw()
      })
      return chip
    }),
  )
}

/** @param {ScenarioData} scenario */
const textOf = (scenario) =>
  [
    titleOf(scenario),
    scenario.description ?? '',
    scenario.file,
    scenario.status,
    scenario.broker.name,
    ...scenario.tags,
    ...scenario.verifies,
  ]
    .join(' ')
    .toLowerCase()

/** @param {ScenarioData} scenario @param {number} number */
function scenarioLine(scenario, number) {
  const { status, file, line, duration, broker, reason, flaky, tags, description } = scenario
  return h(
    'li',
    {},
    h('span', { class: `badge ${status}` }, `${markOf(status)} ${status}`),
    h(
      'div',
      { class: 'what' },
      h('a', { href: `#/run/${number}` }, titleOf(scenario)),
      flaky ? h('span', { class: 'pill' }, 'flaky') : null,
      tags.map((tag) => h('span', { class: 'tag' }, tag)),
      description == null ? null : h('div', { class: 'small-text' }, description),
      h('div', { class: 'muted small-text' }, `${file}:${line}`),
      reason === null ? null : h('div', { class: 'reason' }, reason),
    ),
    h('span', { class: 'muted' }, brokerOf(broker)),
    h('span', { class: 'muted number' }, showTime(duration)),
  )
}
