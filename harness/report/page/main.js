// The page: its head, and one view at a time by what stands behind # in the address.

import { coverageView } from './coverage-view.js'
import { h, replace } from './dom.js'
import { markOf, titleOf } from './format.js'
import { brokersOf, matrixView } from './matrix-view.js'
import { overview } from './overview.js'
import { scenarioView } from './scenario-view.js'
import { readReport } from './store.js'
import { themeButton } from './theme.js'

const report = await readReport()
const { results, coverage } = report
const { scenarios } = results

/** @returns {{ tab: string, view: HTMLElement, title?: string }} */
function route() {
  const [, word = '', ...rest] = location.hash.split('/')
  const number = Number(rest[0])
  if (word === 'run' && scenarios[number] !== undefined) {
    const title = `${markOf(scenarios[number].status)} ${titleOf(scenarios[number])}`
    return { tab: '', view: scenarioView(scenarios, number), title }
  }
  if (word === 'coverage')
    return { tab: 'coverage', view: coverageView(coverage, scenarios, decodeURIComponent(rest.join('/'))) }
  if (word === 'brokers') return { tab: 'brokers', view: matrixView(scenarios) }
  return { tab: 'scenarios', view: overview(results) }
}

const tabs = [
  { word: 'scenarios', text: 'Scenarios', href: '#/' },
  ...(coverage.statements.some(({ subjects }) => Object.keys(subjects).length > 0)
    ? [{ word: 'coverage', text: 'Coverage', href: '#/coverage' }]
    : []),
  ...(brokersOf(scenarios).length > 1 ? [{ word: 'brokers', text: 'Brokers', href: '#/brokers' }] : []),
]
const links = h('nav', { 'aria-label': 'report' })
const pageTitle = document.title
const place = h('div', { id: 'view', tabindex: '-1' })

/** @param {boolean} first */
function show(first) {
  const { tab, view, title } = route()
  document.title = title === undefined ? pageTitle : `${title} · mqtt-hil`
  replace(
    links,
    tabs.map(({ word, text, href }) => h('a', { href, 'aria-current': word === tab ? 'page' : null }, text)),
  )
  replace(place, view)
  if (first) return
  // A reader who hears the page is told that it is another one.
  place.focus({ preventScroll: true })
  scrollTo(0, 0)
}

const app = /** @type {HTMLElement} */ (document.getElementById('app'))
replace(
  app,
  h(
    'header',
    { class: 'top' },
    h('h1', {}, h('a', { href: '#/' }, 'mqtt-hil')),
    links,
    h('span', { class: 'spacer' }),
    h('span', { class: 'muted' }, report.version === '' ? '' : `v${report.version}`),
    themeButton(),
  ),
  place,
)
// What is folded would be lost on paper.
addEventListener('beforeprint', () => {
  for (const folded of document.querySelectorAll('details')) folded.open = true
  for (const row of document.querySelectorAll('tr.variant')) row.removeAttribute('hidden')
})
addEventListener('hashchange', () => show(false))
show(true)
// A run that is alone, or the only one that went wrong, is what was looked for.
if (location.hash === '' && scenarios.length === 1) location.replace('#/run/0')
