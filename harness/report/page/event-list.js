// All events of a run as lines, with a filter. Only the lines in view are elements, so that fifty
// thousand scroll as ten do; the arrow keys walk through all of them.

import { h, replace } from './dom.js'
import { familyOf } from './draw.js'
import { counted, showTime } from './format.js'

/** @typedef {import('./model.ts').EventData} EventData */

/** CSS pixels; the style sheet says the same. */
const ROW = 24

/** @type {Readonly<Record<string, readonly import('./model.ts').EventKind[]>>} */
const KINDS = {
  packets: ['packet'],
  sockets: ['socket', 'upgrade'],
  frames: ['frame'],
  bytes: ['bytes'],
  calls: ['call'],
  messages: ['message'],
  serial: ['serial'],
  signals: ['signal'],
  faults: ['fault', 'device', 'exit', 'broker', 'lag'],
  violations: ['violation'],
  steps: ['step'],
  fleets: ['fleet'],
}

export class EventList {
  /**
   * @param {readonly EventData[]} events
   * @param {(seq: number) => void} onSelect
   * @param {() => void} onFilter
   */
  constructor(events, onSelect, onFilter) {
    this.events = events
    this.onSelect = onSelect
    this.onFilter = onFilter
    /** @type {EventData[]} */
    this.shown = [...events]
    /** @type {Map<number, string>} */
    this.marked = new Map()
    /** @type {number | null} */
    this.selected = null
    /** @type {Set<string>} */
    this.hidden = new Set()
    this.seen = false
    this.search = h('input', {
      type: 'search',
      placeholder: 'filter: topic, PUBACK, #12 …',
      'aria-label': 'filter events by their text',
    })
    this.search.addEventListener('input', () => this.#refilter())
    this.device = this.#deviceChoice()
    this.count = h('span', { class: 'muted', role: 'status' })
    this.rows = h('div', { class: 'rows' })
    this.box = h('div', { class: 'event-list', role: 'listbox', tabindex: '0', 'aria-label': 'events' }, this.rows)
    this.box.addEventListener('scroll', () => this.#draw())
    this.box.addEventListener('keydown', (event) => this.#key(event))
    new ResizeObserver(() => {
      if (!this.seen && this.box.clientHeight > 0) {
        this.seen = true
        this.#reveal() // what was chosen before there was a page
      }
      this.#draw()
    }).observe(this.box)
    this.element = h(
      'div',
      { class: 'events' },
      h('div', { class: 'toolbar' }, this.search, this.device, this.#kindChoices(), this.count),
      this.box,
    )
    this.#filter()
  }

  #deviceChoice() {
    const names = [...new Set(this.events.flatMap((event) => event.device ?? []))]
    const choice = h(
      'select',
      { 'aria-label': 'device', hidden: names.length < 2 },
      h('option', { value: '' }, 'all devices'),
      names.map((name) => h('option', { value: name }, name)),
    )
    choice.addEventListener('change', () => this.#refilter())
    return choice
  }

  #kindChoices() {
    const found = new Set(this.events.map(({ kind }) => kind))
    const words = Object.keys(KINDS).filter((word) => KINDS[word].some((kind) => found.has(kind)))
    return h(
      'span',
      { class: 'chips', role: 'group', 'aria-label': 'kinds of events' },
      words.map((word) => {
        const chip = h('button', { type: 'button', class: 'chip', 'aria-pressed': 'true' }, word)
        chip.addEventListener('click', () => {
          const off = !this.hidden.delete(word)
          if (off) this.hidden.add(word)
          chip.setAttribute('aria-pressed', String(!off))
          this.#refilter()
        })
        return chip
      }),
    )
  }

  /** Whether the filter lets an event through. */
  get isShown() {
    const words = this.search.value.trim().toLowerCase()
    const device = this.device.value
    const off = new Set([...this.hidden].flatMap((word) => KINDS[word]))
    return (/** @type {EventData} */ event) =>
      !off.has(event.kind) &&
      (device === '' || event.device === undefined || event.device === device) &&
      (words === '' || `#${event.seq} ${event.text}`.toLowerCase().includes(words))
  }

  #refilter() {
    replace(this.rows) // a line far down would keep the box as long as it was
    this.#filter()
    this.onFilter()
  }

  #filter() {
    this.shown = this.events.filter(this.isShown)
    const { length } = this.shown
    replace(
      this.count,
      length === this.events.length
        ? counted(length, 'event')
        : `${length.toLocaleString('en')} of ${counted(this.events.length, 'event')}`,
    )
    this.rows.style.height = `${length * ROW}px`
    this.#draw()
  }

  /** @param {Map<number, string>} marked */
  mark(marked) {
    this.marked = marked
    this.#draw()
  }

  /** @param {number | null} seq */
  select(seq) {
    this.selected = seq
    this.#reveal()
    this.#draw()
  }

  #reveal() {
    const place = this.shown.findIndex(({ seq }) => seq === this.selected)
    if (place < 0) return
    const top = place * ROW
    const { scrollTop, clientHeight } = this.box
    if (top < scrollTop || top + ROW > scrollTop + clientHeight) this.box.scrollTop = top - clientHeight / 2
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 1)
    const moves = /** @type {Record<string, number>} */ ({
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -1e9,
      End: 1e9,
    })
    const move = moves[event.key]
    if (move === undefined || this.shown.length === 0) return
    event.preventDefault()
    const place = this.shown.findIndex(({ seq }) => seq === this.selected)
    const goal = Math.max(0, Math.min(this.shown.length - 1, place < 0 ? 0 : place + move))
    this.onSelect(this.shown[goal].seq)
  }

  #draw() {
    const { scrollTop, clientHeight } = this.box
    const first = Math.max(0, Math.floor(scrollTop / ROW) - 4)
    const last = Math.min(this.shown.length, Math.ceil((scrollTop + Math.max(clientHeight, 200)) / ROW) + 4)
    replace(
      this.rows,
      this.shown.slice(first, last).map((event, k) => this.#row(event, first + k)),
    )
    if (this.selected === null) this.box.removeAttribute('aria-activedescendant')
    else this.box.setAttribute('aria-activedescendant', `event-${this.selected}`)
  }

  /** @param {EventData} event @param {number} place */
  #row(event, place) {
    const before = this.shown[place - 1]
    const mark = this.marked.get(event.seq)
    const isSelected = event.seq === this.selected
    const since = before === undefined ? '' : `+${showTime(event.at - before.at)}`
    const row = h(
      'div',
      {
        id: `event-${event.seq}`,
        class: `row ${mark ?? ''}${isSelected ? ' selected' : ''}`,
        role: 'option',
        'aria-selected': String(isSelected),
        'aria-posinset': place + 1,
        'aria-setsize': this.shown.length,
        style: `top: ${place * ROW}px`,
      },
      h('span', { class: 'mark' }, mark === 'evidence' ? '▶' : ''),
      h('span', { class: 'seq' }, `#${event.seq}`),
      h('span', { class: 'time' }, showTime(event.at)),
      h('span', { class: 'since' }, since),
      h(
        'span',
        { class: 'kind', style: event.kind === 'packet' ? `border-color: var(--t-${familyOf(event)})` : '' },
        event.kind,
      ),
      h('span', { class: 'text' }, event.text),
    )
    row.addEventListener('click', () => this.onSelect(event.seq))
    return row
  }
}
