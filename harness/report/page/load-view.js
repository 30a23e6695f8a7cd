// What a fleet did over time: plots by uPlot, phases as shades, and the objectives that were set.

import { h } from './dom.js'
import { markOf, statusOf } from './format.js'
import { ledgerTable, timesTable } from './load-tables.js'
import { color, onColors } from './theme.js'

/** @typedef {import('./model.ts').LoadData} LoadData */
/** @typedef {import('./model.ts').LoadPlot} LoadPlot */

const HEIGHT = 220
/** Below that (px) two plots beside each other cannot be read. */
const NARROWEST = 420
const GAP = 16
const INKS = ['--t-publish', '--t-connect', '--t-ack', '--t-subscribe', '--t-disconnect', '--muted']

/** @param {LoadData} load */
export function loadView(load) {
  const box = h('div', { class: 'plots' })
  const details = h('div', { class: 'plots' })
  const end = endOf(load)
  const draw = () => {
    box.textContent = ''
    details.textContent = ''
    const whole = box.clientWidth || 900
    const half = whole < 2 * NARROWEST ? whole : Math.floor((whole - GAP) / 2)
    for (const [k, plot] of load.plots.entries()) {
      const wide = k === 0
      const figure = plotBox(plot, load, wide ? whole : half, end)
      if (wide) figure.classList.add('wide')
      ;(plot.detail && !wide ? details : box).append(figure)
    }
  }
  let width = 0
  new ResizeObserver(() => {
    if (box.clientWidth === width) return
    width = box.clientWidth
    draw()
  }).observe(box)
  onColors(() => {
    if (box.isConnected) draw()
  })
  return h(
    'section',
    { class: 'panel load' },
    ...[h('h3', {}, 'Load'), objectives(load), timesTable(load.times ?? []), ledgerTable(load.ledger), box],
    load.plots.some(({ detail }) => detail)
      ? h('details', {}, h('summary', {}, 'devices of each group, by state'), details)
      : null,
  )
}

/** All plots over time show the same stretch of it. @param {LoadData} load */
function endOf({ plots, phases }) {
  const ends = plots.filter(({ percentiles }) => !percentiles).map(({ times }) => times.at(-1) ?? 0)
  return Math.max(1, ...ends, ...phases.map(({ to }) => to))
}

/** @param {LoadData} load */
function objectives({ slo }) {
  if (slo.length === 0) return null
  return h(
    'table',
    { class: 'list' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, ''),
        h('th', { scope: 'col' }, 'objective'),
        h('th', { scope: 'col' }, 'measured'),
      ),
    ),
    h(
      'tbody',
      {},
      slo.map((one) =>
        h(
          'tr',
          {},
          h(
            'td',
            {},
            h('span', { class: `badge ${statusOf(one.status)}` }, `${markOf(one.status)} ${statusOf(one.status)}`),
          ),
          h('td', {}, one.objective),
          h('td', {}, one.got),
        ),
      ),
    ),
  )
}

/** @param {LoadPlot} plot @param {LoadData} load @param {number} width @param {number} end seconds */
function plotBox(plot, { phases }, width, end) {
  const figure = h('figure', { role: 'group', 'aria-label': summary(plot) })
  const axis = {
    stroke: color('--muted'),
    grid: { stroke: color('--grid'), width: 1 },
    ticks: { stroke: color('--grid') },
  }
  const options = {
    title: plot.title,
    width,
    height: HEIGHT,
    scales: {
      x: { time: false, ...(plot.percentiles ? {} : { range: zoomable(end) }) },
      y: plot.logarithmic ? { distr: 3 } : {},
    },
    axes: [
      plot.percentiles
        ? {
            ...axis,
            label: 'percentile',
            labelSize: 20,
            splits: (
              /** @type {any} */ _,
              /** @type {number} */ __,
              /** @type {number} */ from,
              /** @type {number} */ to,
            ) => Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, k) => Math.ceil(from) + k),
            values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map(percentile),
          }
        : { ...axis, label: 'seconds', labelSize: 20 },
      { ...axis, label: plot.unit, labelSize: 20, size: 70 },
    ],
    series: [
      plot.percentiles
        ? {
            label: 'percentile',
            value: (/** @type {any} */ _, /** @type {number | null} */ at) => (at === null ? '' : percentile(at)),
          }
        : { label: 's' },
      ...plot.series.map(({ name }, k) => ({
        label: name,
        stroke: color(INKS[k % INKS.length]),
        width: 2,
        // A colour that comes a second time is dashed.
        dash: k < INKS.length ? undefined : [6, 4],
        points: { show: false },
      })),
    ],
    // A moment that is pointed at in one plot is shown in all of them.
    cursor: plot.percentiles ? {} : { sync: { key: 'load', scales: ['x', null] } },
    // The grounds below the lines, the names above them.
    hooks: plot.percentiles
      ? {}
      : {
          drawClear: [(/** @type {any} */ u) => shade(u, phases)],
          draw: [(/** @type {any} */ u) => name(u, phases)],
        },
  }
  // @ts-expect-error uPlot stands in a script of its own before this one
  new uPlot(options, [plot.times, ...plot.series.map(({ values }) => values)], figure)
  return figure
}

/** All of the run, or what was chosen with the mouse. @param {number} end */
const zoomable = (end) => (/** @type {any} */ u, /** @type {number} */ from, /** @type {number} */ to) =>
  u.data[0].length > 0 && from === u.data[0][0] && to === u.data[0].at(-1) ? [0, end] : [from, to]

/** 2 is 99 %. @param {number} nines */
const percentile = (nines) => `${Number((100 - 100 * 10 ** -nines).toFixed(4))} %`

/** @param {any} u @param {LoadData['phases']} phases */
function shade(u, phases) {
  const { ctx, bbox } = u
  spans(u, phases).forEach(({ left, right }, k) => {
    ctx.fillStyle = color(k % 2 === 0 ? '--lane' : '--lane-link')
    ctx.fillRect(left, bbox.top, right - left, bbox.height)
  })
}

/** @param {any} u @param {LoadData['phases']} phases */
function name(u, phases) {
  const { ctx, bbox } = u
  ctx.save()
  ctx.font = `${11 * devicePixelRatio}px ui-sans-serif, system-ui, sans-serif`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'top'
  for (const { name, left, right } of spans(u, phases)) {
    if (right - left < 20 * devicePixelRatio) continue
    ctx.fillStyle = color('--panel')
    ctx.globalAlpha = 0.8
    ctx.fillRect(left + 2, bbox.top + 2, Math.min(right - left, ctx.measureText(name).width + 6), 15 * devicePixelRatio)
    ctx.globalAlpha = 1
    ctx.fillStyle = color('--muted')
    ctx.fillText(name, left + 5, bbox.top + 4, right - left)
  }
  ctx.restore()
}

/** Where each phase stands on the canvas. @param {any} u @param {LoadData['phases']} phases */
function spans(u, phases) {
  const { bbox } = u
  const x = (/** @type {number} */ at) =>
    Math.max(bbox.left, Math.min(bbox.left + bbox.width, u.valToPos(at, 'x', true)))
  return phases.map(({ name, from, to }) => ({ name, left: x(from), right: x(to) }))
}

/** For those who do not see it: the least, the last and the most of each. @param {LoadPlot} plot */
function summary({ title, unit, series }) {
  const told = series.map(({ name, values }) => {
    const known = values.filter((value) => value !== null)
    if (known.length === 0) return `${name}: nothing`
    const most = known.reduce((a, b) => Math.max(a, b))
    const least = known.reduce((a, b) => Math.min(a, b))
    return `${name}: ${least} to ${most}, at the end ${known.at(-1)}`
  })
  return `${title} in ${unit}. ${told.join('. ')}`
}
