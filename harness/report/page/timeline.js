// The swim lanes of one run: an overview strip, the lanes, and what the mouse and the keys do with
// them. It knows nothing of the list beside it; both are told what is selected.

import { AXIS, axis, background, claimWindow, labels, stripes } from './backdrop.js'
import { drag, sized } from './canvas.js'
import { h, replace } from './dom.js'
import { drawLane } from './draw.js'
import { showTime } from './format.js'
import { lanesOf } from './lanes.js'
import { legend } from './legend.js'
import { Scale } from './scale.js'
import { Strip } from './strip.js'
import { onColors } from './theme.js'

/** @typedef {import('./model.ts').EventData} EventData */
/** @typedef {import('./model.ts').StepData} StepData */
/** @typedef {import('./model.ts').ScenarioData} ScenarioData */

const KEYS = '← → move, + − zoom, 0 shows all, ↑ ↓ the event before and after'

export class Timeline {
  /**
   * @param {ScenarioData} scenario
   * @param {readonly EventData[]} events
   * @param {(seq: number) => void} onSelect
   * @param {(step: StepData) => void} onStep
   */
  constructor(scenario, events, onSelect, onStep) {
    this.events = events
    this.onSelect = onSelect
    this.onStep = onStep
    this.scale = new Scale(events, Math.min(scenario.duration, (events.at(-1)?.at ?? 0) * 1.02 + 5))
    this.lanes = lanesOf(scenario, events, this.scale.end)
    this.height = AXIS + (this.lanes.at(-1)?.top ?? 0) + (this.lanes.at(-1)?.height ?? 0) + 6
    this.gutter = Math.min(150, 26 + 7 * Math.max(8, ...this.lanes.map((lane) => lane.label.length)))
    /** By seq: 0 is filtered away. */
    this.shown = new Uint8Array(events.length).fill(1)
    /** @type {Map<number, string>} */
    this.marked = new Map()
    /** @type {number | null} */
    this.selected = null
    /** The claim whose window lies across all lanes. @type {StepData | null} */
    this.claim = null
    /** @type {import('./draw.js').Hit[]} */
    this.hits = []
    this.waiting = false
    this.faults = events.filter(({ kind }) => kind === 'fault' || kind === 'lag')
    this.canvas = h('canvas', {
      class: 'lanes',
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'timeline',
      'aria-label': `timeline of ${events.length} events in ${this.lanes.length} lanes; ${KEYS}. The list of events says the same in words.`,
    })
    this.strip = new Strip(events, this.scale, () => this.redraw())
    this.tip = h('div', { class: 'tip', hidden: true })
    this.element = h(
      'div',
      { class: 'timeline' },
      this.#toolbar(),
      this.strip.canvas,
      h('div', { class: 'lanes-box' }, this.canvas, this.tip),
      legend(events),
    )
    this.#listen()
    new ResizeObserver(() => this.#draw()).observe(this.element)
    onColors(() => this.#draw())
  }

  #toolbar() {
    const button = (/** @type {string} */ text, /** @type {string} */ title, /** @type {() => void} */ act) =>
      h('button', { type: 'button', class: 'small', title, 'aria-label': title, onclick: act }, text)
    const middle = () => (this.scale.from + this.scale.to) / 2
    const elastic = h('input', { type: 'checkbox', checked: this.scale.elastic })
    elastic.addEventListener('change', () => {
      this.scale.elastic = elastic.checked
      this.scale.show(0, 1)
      this.redraw()
    })
    this.elasticBox = elastic
    return h(
      'div',
      { class: 'toolbar', role: 'toolbar', 'aria-label': 'timeline' },
      button('−', 'zoom out', () => this.zoom(2, middle())),
      button('+', 'zoom in', () => this.zoom(0.5, middle())),
      button('Fit', 'show all', () => this.zoom(1e9, 0.5)),
      h(
        'label',
        { title: 'long silences take less room, so that packets of one burst stand apart' },
        elastic,
        ' elastic time',
      ),
      h('span', { class: 'muted hint' }, 'drag to move · ctrl + wheel to zoom · click for details'),
    )
  }

  setElastic() {
    if (this.elasticBox === undefined) return
    this.scale.elastic = this.elasticBox.checked = true
  }

  /** @param {number} factor @param {number} around a fraction of the run */
  zoom(factor, around) {
    this.scale.zoom(factor, around)
    this.redraw()
  }

  /** @param {number | null} seq */
  select(seq) {
    this.selected = seq
    const event = seq === null ? undefined : this.events[seq]
    if (event !== undefined) this.#reveal(this.scale.ofEvent(event))
    this.redraw()
  }

  /** Draws these and no others, but for what is marked or chosen. @param {readonly EventData[]} events */
  show(events) {
    this.shown.fill(0)
    for (const { seq } of events) this.shown[seq] = 1
    this.redraw()
  }

  /** Draws a claim's window across the lanes and marks the events that decided it. @param {StepData | null} step */
  showClaim(step) {
    this.claim = step
    this.marked = new Map()
    for (const { seq } of step?.nearby ?? []) this.marked.set(seq, 'nearby')
    for (const { seq } of step?.evidence ?? []) this.marked.set(seq, 'evidence')
    this.redraw()
  }

  /** Zooms to a claim: its window and what decided it, with some room around. @param {StepData} step */
  zoomTo(step) {
    const { window, evidence = [], nearby = [], startedAt, endedAt } = step
    const moments = [...evidence, ...nearby].map((fact) => fact.at)
    for (const at of [window?.anchor, window?.from, window?.to, startedAt, endedAt])
      if (at !== null && at !== undefined) moments.push(Math.min(this.scale.end, Math.max(0, at)))
    if (moments.length === 0) return
    const from = this.scale.fraction(Math.min(...moments))
    const to = this.scale.fraction(Math.max(...moments))
    const room = Math.max((to - from) * 0.12, 0.004)
    this.scale.show(from - room, to + room)
    this.redraw()
  }

  /** @param {number} fraction */
  #reveal(fraction) {
    const { from, to } = this.scale
    if (fraction >= from && fraction <= to) return
    this.scale.show(fraction - (to - from) / 2, fraction + (to - from) / 2)
  }

  redraw() {
    if (this.waiting) return
    this.waiting = true
    requestAnimationFrame(() => {
      this.waiting = false
      this.#draw()
    })
  }

  #draw() {
    const width = this.element.clientWidth
    if (width === 0) return
    const { scale } = this
    scale.left = this.gutter
    scale.right = width - 8
    const context = sized(this.canvas, width, this.height)
    this.hits = []
    context.save()
    context.translate(0, AXIS)
    background(context, this, width)
    axis(context, this)
    const { shown, marked, selected, hits } = this
    const picture = { context, scale, shown, marked, selected, hits }
    context.save()
    context.beginPath()
    context.rect(scale.left, -AXIS, scale.right - scale.left, this.height)
    context.clip()
    stripes(context, this)
    claimWindow(context, this)
    for (const lane of this.lanes) drawLane(picture, lane)
    context.restore()
    labels(context, this)
    context.restore()
    this.strip.draw(width, this.marked)
  }

  #listen() {
    const { canvas, scale } = this
    const place = (/** @type {MouseEvent} */ event) => ({ x: event.offsetX, y: event.offsetY - AXIS })
    let moved = false
    drag(canvas, (dx) => {
      moved = moved || Math.abs(dx) > 2
      const by = (dx / (scale.right - scale.left)) * (scale.to - scale.from)
      scale.show(scale.from - by, scale.to - by)
      this.redraw()
    })
    canvas.addEventListener('pointerdown', () => {
      moved = false
    })
    canvas.addEventListener('click', (event) => {
      if (!moved) this.#click(place(event))
    })
    canvas.addEventListener('mousemove', (event) => this.#hover(place(event)))
    canvas.addEventListener('mouseleave', () => {
      this.tip.hidden = true
    })
    canvas.addEventListener(
      'wheel',
      (event) => {
        if (event.ctrlKey || event.metaKey) this.zoom(1.2 ** (event.deltaY / 40), scale.fractionAt(event.offsetX))
        else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
          this.#move((event.deltaX || event.deltaY) / 800)
        else return // the page scrolls
        event.preventDefault()
      },
      { passive: false },
    )
    canvas.addEventListener('keydown', (event) => this.#key(event))
  }

  /** @param {number} part of what is seen */
  #move(part) {
    const by = part * (this.scale.to - this.scale.from)
    this.scale.show(this.scale.from + by, this.scale.to + by)
    this.redraw()
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const middle = (this.scale.from + this.scale.to) / 2
    const acts = /** @type {Record<string, () => void>} */ ({
      ArrowLeft: () => this.#move(-0.15),
      ArrowRight: () => this.#move(0.15),
      '+': () => this.zoom(0.5, middle),
      '=': () => this.zoom(0.5, middle),
      '-': () => this.zoom(2, middle),
      0: () => this.zoom(1e9, 0.5),
      ArrowUp: () => this.#step(-1),
      ArrowDown: () => this.#step(1),
    })
    const act = acts[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  /** The event before or after, of those that are shown. @param {1 | -1} way */
  #step(way) {
    for (let seq = (this.selected ?? (way === 1 ? -1 : this.events.length)) + way; ; seq += way) {
      const event = this.events[seq]
      if (event === undefined) return
      if (this.shown[seq] !== 0) return this.onSelect(seq)
    }
  }

  /** @param {{ x: number, y: number }} place */
  #at({ x, y }) {
    const over = this.hits.filter(
      (hit) => x >= hit.x && x <= hit.x + hit.width && y >= hit.y && y <= hit.y + hit.height,
    )
    const distance = (/** @type {import('./draw.js').Hit} */ hit) =>
      Math.abs(x - hit.x - hit.width / 2) + (hit.bar === undefined ? 0 : 1000)
    return over.sort((a, b) => distance(a) - distance(b))[0]
  }

  /** @param {{ x: number, y: number }} place */
  #click(place) {
    const hit = this.#at(place)
    if (hit?.event !== undefined) this.onSelect(hit.event.seq)
    else if (hit?.bar?.step !== undefined) this.onStep(hit.bar.step)
  }

  /** @param {{ x: number, y: number }} place */
  #hover(place) {
    const hit = this.#at(place)
    this.canvas.style.cursor = hit === undefined ? 'grab' : 'pointer'
    this.tip.hidden = hit === undefined
    if (hit === undefined) return
    const { event, bar } = hit
    const at = event?.at ?? bar?.from ?? 0
    replace(
      this.tip,
      h('b', {}, event === undefined ? showTime(at) : `#${event.seq} ${showTime(at)}`),
      ` ${bar?.text ?? event?.text ?? ''}`,
    )
    const right = place.x > this.element.clientWidth / 2
    this.tip.style.left = right ? 'auto' : `${place.x + 14}px`
    this.tip.style.right = right ? `${this.element.clientWidth - place.x + 14}px` : 'auto'
    this.tip.style.top = `${place.y + AXIS + 16}px`
  }
}
