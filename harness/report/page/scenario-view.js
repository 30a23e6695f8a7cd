// A scenario's page: what it is, how it went, and its run in full when that is unpacked.

import { h, replace, unseen } from './dom.js'
import { brokerOf, counted, markOf, showTime, statusOf, titleOf } from './format.js'
import { loadView } from './load-view.js'
import { runView } from './run-view.js'
import { source } from './source.js'
import { readRun } from './store.js'

/** @typedef {import('./model.ts').ScenarioData} ScenarioData */
/** @typedef {import('./model.ts').AttemptData} AttemptData */
/** @typedef {import('./model.ts').StepData} StepData */

/** @param {readonly ScenarioData[]} scenarios @param {number} number */
export function scenarioView(scenarios, number) {
  const shown = scenarios[number]
  const body = h('div', { class: 'body' }, h('p', { class: 'muted' }, 'unpacking …'))
  void readRun(number).then(
    (run) => {
      const scenario = { ...shown, steps: run.steps }
      const view = [
        reasonOf(scenario),
        run.load === null ? null : loadView(run.load),
        ...runView(scenario, run),
        stepTable(scenario.steps),
        earlierAttempts(scenario.earlier ?? []),
        run.text === ''
          ? null
          : h(
              'details',
              { class: 'panel' },
              h('summary', {}, h('h3', {}, 'Scenario')),
              source(run.text, scenario.steps),
            ),
        files(scenario),
      ]
      replace(body, view)
      body.dataset.ready = 'true'
    },
    (error) => replace(body, h('p', { class: 'notice' }, `This run cannot be unpacked: ${error}`)),
  )
  return h('main', { class: 'scenario' }, nearby(scenarios, number), head(shown), body)
}

/** @param {readonly ScenarioData[]} scenarios @param {number} number */
function nearby(scenarios, number) {
  const link = (/** @type {number} */ to, /** @type {string} */ text) =>
    scenarios[to] === undefined ? null : h('a', { href: `#/run/${to}`, title: titleOf(scenarios[to]) }, text)
  return h(
    'nav',
    { class: 'nearby no-print', 'aria-label': 'scenarios' },
    h('a', { href: '#/' }, '← all scenarios'),
    h('span', { class: 'spacer' }),
    link(number - 1, '‹ previous'),
    link(number + 1, 'next ›'),
  )
}

/** @param {ScenarioData} scenario */
function head(scenario) {
  const { status, file, line, broker, bindings, seed, duration, attempts, flaky, tags, verifies, description } =
    scenario
  const fact = (/** @type {string} */ name, /** @type {string} */ value) =>
    value === '' ? null : h('div', {}, h('dt', {}, name), h('dd', {}, value))
  const devices = Object.entries(bindings).map(([name, use]) => `${name}: ${use}`)
  return h(
    'header',
    { class: 'about' },
    h('h2', {}, h('span', { class: `badge big ${status}` }, `${markOf(status)} ${status}`), ' ', titleOf(scenario)),
    description == null ? null : h('p', { class: 'about-text' }, description),
    h(
      'dl',
      { class: 'facts-row' },
      fact('where', `${file}:${line}`),
      fact('broker', brokerOf(broker)),
      fact('devices', devices.join(', ')),
      fact('took', showTime(duration)),
      fact('seed', String(seed)),
      fact('attempts', attempts.length > 1 ? `${attempts.join(', ')}${flaky ? ' (flaky)' : ''}` : ''),
      fact('tags', tags.join(' ')),
    ),
    verifies.length === 0
      ? null
      : h(
          'p',
          { class: 'verifies' },
          unseen('verifies '),
          verifies.map((id) => h('a', { class: 'pill', href: `#/coverage/${encodeURIComponent(id)}` }, id)),
        ),
  )
}

/** A reason that no claim below tells. @param {ScenarioData} scenario */
function reasonOf({ reason, status, steps }) {
  if (reason === null || steps.some(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive')) return null
  return h(
    'section',
    { class: `failure ${status}` },
    h('h3', {}, h('span', { class: `badge ${status}` }, `${markOf(status)} ${status}`)),
    h('p', { class: 'got' }, reason),
  )
}

/** Why it was tried again, and where each try is recorded. @param {readonly AttemptData[]} attempts */
function earlierAttempts(attempts) {
  if (attempts.length === 0) return null
  return h(
    'details',
    { class: 'panel earlier', open: true },
    h('summary', {}, h('h3', {}, `Before it (${counted(attempts.length, 'attempt')})`)),
    h(
      'ol',
      {},
      attempts.map(({ status, reason, duration, artifacts }) =>
        h(
          'li',
          {},
          h('span', { class: `badge ${status}` }, `${markOf(status)} ${status}`),
          ` after ${showTime(duration)} `,
          reason === null ? null : h('p', { class: 'got' }, reason),
          fileList(artifacts),
        ),
      ),
    ),
  )
}

/** @param {readonly StepData[]} steps */
function stepTable(steps) {
  if (steps.length === 0) return null
  return h(
    'details',
    { class: 'panel' },
    h('summary', {}, h('h3', {}, `Steps (${counted(steps.length, 'step')})`)),
    h(
      'table',
      { class: 'list' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['', 'line', 'step', 'began', 'took', 'expected and got'].map((text) => h('th', { scope: 'col' }, text)),
        ),
      ),
      h('tbody', {}, steps.map(stepRow)),
    ),
  )
}

/** @param {StepData} step */
function stepRow({ outcome, line, title, path, startedAt, endedAt, expected, got }) {
  const took = startedAt === null || endedAt === null ? '' : showTime(endedAt - startedAt)
  return h(
    'tr',
    {},
    h(
      'td',
      {},
      h('span', { class: `badge ${statusOf(outcome)}`, title: outcome }, markOf(outcome), unseen(` ${outcome}`)),
    ),
    h('td', { class: 'number' }, line),
    h('td', {}, h('code', {}, title ?? path)),
    h('td', { class: 'number' }, startedAt === null ? '' : showTime(startedAt)),
    h('td', { class: 'number' }, took),
    h(
      'td',
      { class: 'words' },
      expected === undefined ? '' : h('span', { class: 'muted' }, expected),
      got === undefined ? '' : h('div', {}, got),
    ),
  )
}

/** Links work where the report lies in its results folder. @param {ScenarioData} scenario */
function files({ artifacts }) {
  return artifacts.length === 0 ? null : h('section', { class: 'panel' }, h('h3', {}, 'Files'), fileList(artifacts))
}

/** @param {readonly string[]} paths */
function fileList(paths) {
  const href = (/** @type {string} */ path) => path.split(/[\\/]/).map(encodeURIComponent).join('/')
  return h(
    'ul',
    { class: 'files' },
    paths.map((path) => h('li', {}, h('a', { href: `./${href(path)}` }, path))),
  )
}
