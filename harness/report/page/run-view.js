// One run: what went wrong, its lanes, its events, and the one that is chosen. What is chosen in one
// place is chosen in all.

import { h } from './dom.js'
import { EventList } from './event-list.js'
import { markOf, showTime, statusOf } from './format.js'
import { Inspector } from './inspector.js'
import { excerpt } from './source.js'
import { Timeline } from './timeline.js'

/** @typedef {import('./model.ts').RunData} RunData */
/** @typedef {import('./model.ts').ScenarioData} ScenarioData */
/** @typedef {import('./model.ts').StepData} StepData */

/** Above this, time is shown as it is: elastic time would be as crowded. */
const FEW = 400

/** @param {ScenarioData} scenario @param {RunData} run */
export function runView(scenario, run) {
  const { events } = run
  const bad = scenario.steps.filter(isBad)
  if (events.length === 0)
    return [
      ...bad.map((step) =>
        failureCard(
          step,
          run,
          () => {},
          () => {},
        ),
      ),
      run.trouble === null ? null : h('p', { class: 'notice' }, run.trouble),
    ]

  const choose = (/** @type {number} */ seq) => {
    timeline.select(seq)
    list.select(seq)
    inspector.show(events[seq] ?? null, events.length)
  }
  const showStep = (/** @type {StepData} */ step) => {
    timeline.showClaim(step)
    list.mark(timeline.marked)
    const first = step.evidence?.[0] ?? step.nearby?.at(-1)
    if (first !== undefined) choose(first.seq)
    else {
      const began = events.find(({ kind, fields }) => kind === 'step' && fields.step === step.path)
      if (began !== undefined) choose(began.seq)
    }
  }
  const timeline = new Timeline(scenario, events, choose, showStep)
  const inspector = new Inspector(choose)
  const list = new EventList(events, choose, () => {
    timeline.show(list.shown)
  })
  if (events.length <= FEW) timeline.setElastic()
  const look = (/** @type {StepData} */ step) => {
    showStep(step)
    timeline.zoomTo(step)
    timeline.element.scrollIntoView({ block: 'nearest' })
  }
  const first = bad[0]
  if (first !== undefined) {
    timeline.showClaim(first)
    list.mark(timeline.marked)
    const decided = first.evidence?.[0] ?? first.nearby?.at(-1)
    if (decided !== undefined) choose(decided.seq)
  }
  return [
    ...bad.map((step) => failureCard(step, run, look, choose)),
    run.trouble === null ? null : h('p', { class: 'notice' }, run.trouble),
    h('section', { class: 'panel' }, h('h3', {}, 'Timeline'), timeline.element),
    h('section', { class: 'panel below' }, list.element, inspector.element),
  ]
}

/** @param {StepData} step */
export const isBad = ({ verdict, outcome }) =>
  (verdict ?? statusOf(outcome)) !== 'pass' && !['passed', 'skipped'].includes(outcome)

/**
 * @param {StepData} step
 * @param {RunData} run
 * @param {(step: StepData) => void} onLook
 * @param {(seq: number) => void} onSelect
 */
function failureCard(step, run, onLook, onSelect) {
  const status = statusOf(step.verdict ?? step.outcome)
  const facts = [
    ...(step.evidence ?? []).map((fact) => ({ ...fact, decided: true })),
    ...(step.nearby ?? []).map((fact) => ({ ...fact, decided: false })),
  ].sort((a, b) => a.seq - b.seq)
  return h(
    'section',
    { class: `failure ${status}` },
    h(
      'h3',
      {},
      h('span', { class: `badge ${status}` }, `${markOf(status)} ${status}`),
      ` line ${step.line}: `,
      h('code', {}, step.title ?? step.path),
    ),
    run.text === '' || step.line === null ? null : excerpt(run.text, step.line, step.column ?? 1),
    h(
      'dl',
      {},
      h('dt', {}, 'expected'),
      h('dd', {}, step.expected ?? '–'),
      h('dt', {}, 'got'),
      h('dd', { class: 'got' }, step.got ?? '–'),
      (step.violates ?? []).length === 0
        ? null
        : [
            h('dt', {}, 'violates'),
            h(
              'dd',
              {},
              (step.violates ?? []).map((id) =>
                h('a', { class: 'separate', href: `#/coverage/${encodeURIComponent(id)}` }, id),
              ),
            ),
          ],
    ),
    facts.length === 0
      ? null
      : h(
          'ol',
          { class: 'facts', 'aria-label': 'events that decided it (marked) and those around' },
          facts.map((fact) =>
            h(
              'li',
              { class: fact.decided ? 'evidence' : '' },
              h(
                'button',
                { type: 'button', class: 'link', onclick: () => onSelect(fact.seq) },
                `${fact.decided ? '▶ ' : ''}${showTime(fact.at)}  ${fact.text.replace(/^#\d+ \S+ /, '')}`,
              ),
            ),
          ),
        ),
    run.events.length === 0
      ? null
      : h(
          'p',
          { class: 'no-print' },
          h('button', { type: 'button', onclick: () => onLook(step) }, 'Show in the timeline'),
        ),
  )
}
