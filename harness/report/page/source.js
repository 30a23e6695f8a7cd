// The scenario as it was run, with the outcome of each step in the margin, and the lines around a
// claim that did not hold.

import { h } from './dom.js'
import { markOf, statusOf } from './format.js'

/** @typedef {import('./model.ts').StepData} StepData */

/** Worst last: a line in a `repeat` has many outcomes. */
const ORDER = ['skipped', 'passed', 'gap', 'inconclusive', 'failed']

/** @param {string} text @param {readonly StepData[]} steps */
export function source(text, steps) {
  /** @type {Map<number, string>} */
  const outcomes = new Map()
  for (const { line, outcome } of steps) {
    if (line === null) continue
    const known = outcomes.get(line)
    if (known === undefined || ORDER.indexOf(outcome) > ORDER.indexOf(known)) outcomes.set(line, outcome)
  }
  const lines = text.replace(/\n$/, '').split('\n')
  return h(
    'pre',
    { class: 'source', tabindex: '0', 'aria-label': 'the scenario' },
    lines.map((line, k) => sourceLine(line, k + 1, outcomes.get(k + 1))),
  )
}

/** @param {string} line @param {number} number @param {string | undefined} outcome */
function sourceLine(line, number, outcome) {
  const mark = outcome === undefined ? '' : markOf(outcome)
  return h(
    'span',
    { class: `line ${outcome === undefined ? '' : statusOf(outcome)}` },
    h('span', { class: 'number' }, number),
    h('span', { class: 'mark', title: outcome }, mark),
    h('code', {}, line === '' ? ' ' : line),
  )
}

/** The lines around a place, with a caret below it. @param {string} text @param {number} line @param {number} column */
export function excerpt(text, line, column) {
  const lines = text.split('\n')
  const from = Math.max(1, line - 2)
  const to = Math.min(lines.length, line + 1)
  const rows = []
  for (let number = from; number <= to; number++) {
    const content = lines[number - 1]
    if (number === to && number > line && content.trim() === '') continue
    rows.push(sourceLine(content, number, number === line ? 'failed' : undefined))
    if (number === line)
      rows.push(
        h(
          'span',
          { class: 'line caret' },
          h('span', { class: 'number' }),
          h('span', { class: 'mark' }),
          h('code', {}, `${' '.repeat(Math.max(0, column - 1))}^`),
        ),
      )
  }
  return h('pre', { class: 'source excerpt' }, rows)
}
