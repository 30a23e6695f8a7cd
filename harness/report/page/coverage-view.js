// The statements that scenarios verify: how each stands with every broker and device that was tested,
// and what nothing tested.

import { h, replace, unseen } from './dom.js'
import { markOf, statusOf, titleOf } from './format.js'

/** @typedef {import('./model.ts').CoverageData} CoverageData */
/** @typedef {import('./model.ts').StatementData} StatementData */
/** @typedef {import('./model.ts').ScenarioData} ScenarioData */

/** @param {CoverageData} coverage @param {readonly ScenarioData[]} scenarios @param {string} wanted a statement to show */
export function coverageView(coverage, scenarios, wanted) {
  const { subjects, statements, totals } = coverage
  const search = h('input', {
    type: 'search',
    placeholder: 'filter: MQTT-3.1.2, will …',
    'aria-label': 'filter statements',
    value: wanted,
  })
  const all = h('input', { type: 'checkbox' })
  const body = h('tbody', {})
  const count = h('span', { class: 'muted', role: 'status' })
  const draw = () => {
    const words = search.value.trim().toLowerCase()
    const shown = statements.filter(
      (one) =>
        `${one.id} ${one.how}`.toLowerCase().includes(words) &&
        (all.checked || words !== '' || Object.keys(one.subjects).length > 0),
    )
    replace(count, `${shown.length} of ${statements.length} statements`)
    replace(
      body,
      shown.map((one) => statementRow(one, coverage, scenarios)),
    )
  }
  search.addEventListener('input', draw)
  all.addEventListener('change', draw)
  draw()
  const total = (/** @type {string} */ word) => totals[word] ?? { covered: 0, of: 0 }
  return h(
    'main',
    {},
    h('h2', {}, 'Coverage'),
    h(
      'p',
      {},
      `Of the statements of MQTT 3.1.1 that a wire shows in full, ${total('yes').covered} of ${total('yes').of} are covered; of those that it shows in part, ${total('partly').covered} of ${total('partly').of}.`,
    ),
    h('div', { class: 'toolbar no-print' }, search, h('label', {}, all, ' also what nothing tested'), count),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'coverage' },
      h(
        'table',
        { class: 'list' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'statement'),
            h('th', { scope: 'col' }, 'binds'),
            subjects.map(({ name, role }) => h('th', { scope: 'col' }, name, h('div', { class: 'muted' }, role))),
            h('th', { scope: 'col' }, 'what shows it, and what verifies it'),
          ),
        ),
        body,
      ),
    ),
  )
}

/** @param {StatementData} statement @param {CoverageData} coverage @param {readonly ScenarioData[]} scenarios */
function statementRow({ id, side, how, subjects: by, missing }, { subjects }, scenarios) {
  const evidence = Object.values(by).flatMap((one) => one.evidence)
  const links = new Map()
  for (const one of evidence) {
    const number = scenarios.findIndex(
      (scenario) => `${titleOf({ ...scenario, repetition: 0 })}\n${scenario.file}` === `${one.scenario}\n${one.file}`,
    )
    if (number >= 0) links.set(number, one.scenario)
  }
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, id),
    h('td', { class: 'muted' }, side),
    subjects.map(({ name }) => cell(by[name]?.standing)),
    h(
      'td',
      { class: 'words' },
      how,
      missing.length > 0 && evidence.length > 0
        ? h('div', { class: 'muted' }, `not tested on a ${missing.join(' and a ')}`)
        : null,
      links.size === 0
        ? null
        : h(
            'div',
            { class: 'small-text' },
            [...links].map(([number, name]) => h('a', { class: 'separate', href: `#/run/${number}` }, name)),
          ),
    ),
  )
}

/** @param {string | undefined} standing */
function cell(standing) {
  if (standing === undefined) return h('td', { class: 'muted' }, '–', unseen(' not tested'))
  return h(
    'td',
    {},
    h('span', { class: `badge ${statusOf(standing)}`, title: standing }, markOf(standing), unseen(` ${standing}`)),
  )
}
