// The whole run as a strip above the lanes: how much happened when, what decided a claim, and which
// part the lanes show. It is a way to move; the lanes' own keys do the same.

import { outline, sized, write } from './canvas.js'
import { h } from './dom.js'
import { color } from './theme.js'

/** @typedef {import('./model.ts').EventData} EventData */
/** @typedef {import('./scale.js').Scale} Scale */

const HEIGHT = 26

export class Strip {
  /**
   * @param {readonly EventData[]} events
   * @param {Scale} scale
   * @param {() => void} onMove after the scale was told to show another part
   */
  constructor(events, scale, onMove) {
    this.events = events
    this.scale = scale
    this.canvas = h('canvas', { class: 'strip', 'aria-hidden': 'true' })
    /** How many events a pixel has; counted again when the scale is another. */
    this.columns = new Uint16Array(0)
    this.counted = ''
    const center = (/** @type {MouseEvent} */ event) => {
      const fraction = (event.offsetX - scale.left) / (scale.right - scale.left)
      const half = (scale.to - scale.from) / 2
      scale.show(fraction - half, fraction + half)
      onMove()
    }
    this.canvas.addEventListener('pointerdown', (event) => {
      this.canvas.setPointerCapture(event.pointerId)
      center(event)
    })
    this.canvas.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) center(event)
    })
  }

  #count() {
    const { scale } = this
    const room = scale.right - scale.left
    const wanted = `${room} ${scale.elastic}`
    if (wanted === this.counted) return
    this.counted = wanted
    this.columns = new Uint16Array(Math.max(1, Math.ceil(room)))
    const last = this.columns.length - 1
    for (const event of this.events)
      if (event.kind !== 'step') this.columns[Math.min(last, Math.floor(scale.ofEvent(event) * room))]++
  }

  /** @param {number} width @param {ReadonlyMap<number, string>} marked */
  draw(width, marked) {
    this.#count()
    const { scale, columns } = this
    const context = sized(this.canvas, width, HEIGHT)
    const room = scale.right - scale.left
    const most = columns.reduce((a, b) => Math.max(a, b), 1)
    context.fillStyle = color('--density')
    columns.forEach((count, x) => {
      if (count === 0) return
      const height = Math.max(3, (Math.log1p(count) / Math.log1p(most)) * (HEIGHT - 4))
      context.fillRect(scale.left + x, HEIGHT - height, 1, height)
    })
    for (const [seq, mark] of marked) {
      if (mark !== 'evidence' || this.events[seq] === undefined) continue
      context.fillStyle = color('--evidence')
      context.fillRect(scale.left + scale.ofEvent(this.events[seq]) * room - 1, 0, 3, HEIGHT)
    }
    write(context, 'whole run', 6, HEIGHT / 2, scale.left, color('--faint'))
    outline(context, scale.left + scale.from * room, 1, Math.max(3, (scale.to - scale.from) * room), HEIGHT - 2)
  }
}
