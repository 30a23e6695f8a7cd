// What stands behind the lanes and beside them: their grounds and names, the axis, what goes across all
// of them, and the window of the claim that is looked at.

import { write } from './canvas.js'
import { colorOf } from './draw.js'
import { showTime } from './format.js'
import { ticks } from './scale.js'
import { color } from './theme.js'

/**
 * The timeline, as far as it is drawn here.
 * @typedef {object} Backdrop
 * @property {readonly import('./lanes.js').Lane[]} lanes
 * @property {import('./scale.js').Scale} scale
 * @property {readonly import('./model.ts').EventData[]} faults and moments in which the harness stood still
 * @property {import('./model.ts').StepData | null} claim
 * @property {number} height
 * @property {number} gutter
 */

/** Pixels above the lanes for the times. */
export const AXIS = 22

/** @param {CanvasRenderingContext2D} context @param {Backdrop} backdrop @param {number} width */
export function background(context, { lanes }, width) {
  for (const lane of lanes) {
    context.fillStyle = color(lane.kind === 'link' ? '--lane-link' : '--lane')
    context.fillRect(0, lane.top, width, lane.height)
  }
}

/** What stands across all lanes: faults as lines, moments in which the harness was deaf as stripes. */
/** @param {CanvasRenderingContext2D} context @param {Backdrop} backdrop */
export function stripes(context, { scale, faults, height }) {
  for (const event of faults) {
    const x = scale.x(scale.ofEvent(event))
    if (event.kind === 'lag') {
      const from = scale.x(scale.fraction(event.at - Number(event.fields.stalled)))
      context.fillStyle = color('--lag')
      context.fillRect(from, 0, Math.max(1, x - from), height)
    } else {
      context.fillStyle = color('--fault')
      context.globalAlpha = 0.45
      context.fillRect(x - 0.5, 0, 1, height)
      context.globalAlpha = 1
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {Backdrop} backdrop */
export function claimWindow(context, { claim, scale, height }) {
  if (claim?.window === undefined || claim.verdict === undefined) return
  const { window, verdict } = claim
  const left = scale.x(scale.fraction(Math.max(0, window.from ?? window.anchor)))
  const right = scale.x(scale.fraction(Math.min(scale.end, window.to ?? scale.end)))
  context.fillStyle = colorOf(verdict)
  context.globalAlpha = 0.1
  context.fillRect(left, 0, Math.max(1, right - left), height)
  context.globalAlpha = 1
  context.strokeStyle = colorOf(verdict)
  context.setLineDash([5, 4])
  context.lineWidth = 1.5
  context.beginPath()
  for (const x of [left, right]) {
    context.moveTo(x, -4)
    context.lineTo(x, height)
  }
  context.stroke()
  context.setLineDash([])
}

/** @param {CanvasRenderingContext2D} context @param {Backdrop} backdrop */
export function labels(context, { lanes, gutter }) {
  for (const lane of lanes) {
    const y = lane.top + (lane.kind === 'link' ? lane.height : Math.min(lane.height, 24)) / 2
    const indented = lane.kind === 'link' || lane.kind === 'serial' || lane.kind === 'signal'
    context.fillStyle = color('--panel')
    context.fillRect(0, lane.top, gutter - 4, lane.height)
    write(
      context,
      lane.label,
      indented ? 18 : 6,
      y,
      gutter - (indented ? 20 : 8),
      color(indented ? '--muted' : '--text'),
    )
    if (lane.kind !== 'link') continue
    write(context, 'device', 18, lane.top + 8, gutter, color('--faint'))
    write(context, 'broker', 18, lane.top + lane.height - 7, gutter, color('--faint'))
  }
}

/** @param {CanvasRenderingContext2D} context @param {Backdrop} backdrop */
export function axis(context, { scale, height }) {
  context.fillStyle = color('--faint')
  let last = Number.NEGATIVE_INFINITY
  for (const at of ticks(scale)) {
    const x = scale.x(scale.fraction(at))
    if (x < scale.left || x > scale.right - 20 || x - last < 64) continue
    last = x
    context.fillStyle = color('--grid')
    context.fillRect(x, -6, 1, height)
    write(context, showTime(at), x + 3, 9 - AXIS, 90, color('--muted'))
  }
}
