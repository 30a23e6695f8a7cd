// What the colours and the shapes of the lanes mean.

import { h } from './dom.js'
import { FAMILY_NAMES, familyOf } from './draw.js'

/** @typedef {import('./model.ts').EventData} EventData */

/** The families that occur, in their colours. @param {readonly EventData[]} events */
export function legend(events) {
  const found = new Set(events.filter(({ kind }) => kind === 'packet').map(familyOf))
  const words = FAMILY_NAMES.filter((name) => found.has(name))
  const swatchOf = (/** @type {string} */ name) => h('span', { class: 'swatch', style: `background: var(${name})` })
  return h(
    'div',
    { class: 'legend', 'aria-hidden': 'true' },
    words.map((name) => h('span', {}, swatchOf(`--t-${name}`), name)),
    h('span', {}, '↓ from the device, ↑ to it'),
    h('span', {}, h('span', { class: 'swatch hatched' }), 'network down'),
    h('span', {}, swatchOf('--evidence'), 'decided a claim'),
    events.some(({ kind }) => kind === 'lag') ? h('span', {}, swatchOf('--lag'), 'the harness stood still') : null,
  )
}
