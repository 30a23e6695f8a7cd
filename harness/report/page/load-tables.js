// What a fleet did in numbers: how long things took, and what became of its messages.

import { h } from './dom.js'

/** @typedef {import('./model.ts').LoadTime} LoadTime */
/** @typedef {import('./model.ts').LoadLedger} LoadLedger */

/** @param {readonly string[]} heads @param {readonly (readonly (string | number)[])[]} rows @param {string} caption */
function table(heads, rows, caption) {
  const cell = (/** @type {string | number} */ value, /** @type {number} */ column) =>
    column === 0
      ? h('th', { scope: 'row' }, value)
      : h('td', { class: 'number' }, typeof value === 'number' ? value.toLocaleString('en') : value)
  return h(
    'table',
    { class: 'list figures' },
    h('caption', {}, caption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        heads.map((head, k) => h('th', { scope: 'col', class: k > 0 && 'number' }, head)),
      ),
    ),
    h(
      'tbody',
      {},
      rows.map((row) => h('tr', {}, row.map(cell))),
    ),
  )
}

/** @param {readonly LoadTime[]} times */
export function timesTable(times) {
  if (times.length === 0) return null
  const rows = times.map(({ name, count, p50, p90, p99, p999, max }) => [
    name,
    count,
    ...[p50, p90, p99, p999, max].map(milliseconds),
  ])
  return table(['', 'samples', 'p50', 'p90', 'p99', 'p99.9', 'max'], rows, 'Times, in ms')
}

const milliseconds = (/** @type {number} */ ms) => (ms < 100 ? Number(ms.toPrecision(3)) : Math.round(ms))

/** @param {LoadLedger | undefined} ledger */
export function ledgerTable(ledger) {
  if (ledger === undefined) return null
  const { sent, total, groups, reasons, unconfirmed } = ledger
  const caption = `Messages: ${sent.toLocaleString('en')} sent`
  if (total.expected === 0) return h('p', {}, `${caption}; nobody in the fleet was to receive one that is followed.`)
  const cells = (/** @type {LoadLedger['total']} */ of) => [
    of.expected,
    of.arrived,
    of.lost,
    of.duplicated,
    of.reordered,
    of.late,
  ]
  const heads = ['', 'to arrive', 'arrived', 'lost', 'twice', 'out of order', 'late']
  const named = groups.filter(({ expected }) => expected > 0)
  const rows = [['all', ...cells(total)], ...(named.length > 1 ? named.map((of) => [of.name, ...cells(of)]) : [])]
  return h(
    'div',
    {},
    table(heads, rows, unconfirmed === 0 ? caption : `${caption}, ${unconfirmed.toLocaleString('en')} unconfirmed`),
    reasons.length === 0
      ? null
      : table(
          ['lost because', 'messages'],
          reasons.map(({ why, count }) => [why, count]),
          'Lost, by reason',
        ),
  )
}
