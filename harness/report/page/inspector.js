// One event in full: decoded fields by the names that scenarios use, and the bytes of a packet.

import { h, replace } from './dom.js'
import { hexRows, showTime } from './format.js'

/** @typedef {import('./model.ts').EventData} EventData */
/** @typedef {import('./model.ts').PlainData} PlainData */

export class Inspector {
  /** @param {(seq: number) => void} onSelect */
  constructor(onSelect) {
    this.onSelect = onSelect
    this.element = h('aside', { class: 'inspector', 'aria-label': 'the chosen event' })
    this.show(null, 0)
  }

  /** @param {EventData | null} event @param {number} count of all events */
  show(event, count) {
    if (event === null) {
      replace(this.element, h('p', { class: 'muted' }, 'Choose an event: its fields and its bytes are shown here.'))
      return
    }
    const go = (/** @type {number} */ seq, /** @type {string} */ text, /** @type {string} */ label) =>
      h(
        'button',
        {
          type: 'button',
          class: 'small no-print',
          'aria-label': label,
          disabled: seq < 0 || seq >= count,
          onclick: () => this.onSelect(seq),
        },
        text,
      )
    replace(
      this.element,
      h(
        'header',
        {},
        h('h4', {}, heading(event)),
        h('span', { class: 'spacer' }),
        go(event.seq - 1, '↑', 'the event before'),
        go(event.seq + 1, '↓', 'the event after'),
      ),
      h(
        'p',
        { class: 'muted', role: 'status' },
        `#${event.seq} at ${showTime(event.at)}`,
        event.lag === undefined ? '' : `, or up to ${showTime(event.lag)} earlier: the harness lagged`,
      ),
      h('table', { class: 'fields' }, h('tbody', {}, fieldRows(event.fields))),
      event.hex === undefined ? null : bytes(event),
    )
  }
}

/** @param {EventData} event */
function heading({ kind, device, fields, way }) {
  if (kind !== 'packet') return `${kind}${device === undefined ? '' : ` of ${device}`}`
  return `${device} ${way === 'up' ? '→' : '←'} ${String(fields.type).toUpperCase()}`
}

/** What a row of its own says already. */
const UNTOLD = new Set(['device', 'kind'])

/** @param {Readonly<Record<string, PlainData>>} fields @param {string} [prefix] @returns {HTMLElement[]} */
function fieldRows(fields, prefix = '') {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (UNTOLD.has(name) && prefix === '') return []
    if (isMap(value) && !('hex' in value)) return fieldRows(value, `${prefix}${name}.`)
    return [
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, `${prefix}${name}`),
        h('td', { class: value === null || value === false ? 'muted' : '' }, shown(value)),
      ),
    ]
  })
}

/** @param {PlainData} value @returns {value is { readonly [name: string]: PlainData }} */
const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** @param {PlainData} value @returns {string} */
function shown(value) {
  if (isMap(value)) return 'hex' in value ? `0x ${value.hex}` : JSON.stringify(value)
  if (Array.isArray(value)) return value.map((item) => shown(item)).join(', ')
  return value === null ? '–' : value === '' ? '(empty)' : String(value)
}

/** @param {EventData} event */
function bytes({ hex = '', size = 0 }) {
  const more = size - hex.length / 2
  return h(
    'div',
    { class: 'bytes' },
    h('h4', {}, `${size} bytes`),
    h(
      'div',
      { class: 'hex', tabindex: '0', role: 'group', 'aria-label': 'bytes in hexadecimal' },
      hexRows(hex).map((row) =>
        h(
          'div',
          {},
          h('span', { class: 'muted' }, row.offset),
          h('span', { class: 'digits' }, row.hex),
          h('span', { class: 'ascii' }, row.text),
        ),
      ),
    ),
    more > 0 ? h('p', { class: 'muted' }, `and ${more} more`) : null,
  )
}
