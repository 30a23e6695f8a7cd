// The lanes on a canvas. Only what is in view is drawn, and of many things on one pixel the first, so
// fifty thousand events cost no more than a screen full. What was drawn where is kept for the mouse.

import { clipped, FONT, hatch, outline, write } from './canvas.js'
import { color } from './theme.js'

/** @typedef {import('./model.ts').EventData} EventData */
/** @typedef {import('./lanes.js').Lane} Lane */
/** @typedef {import('./lanes.js').Bar} Bar */
/** @typedef {import('./scale.js').Scale} Scale */
/** @typedef {{ x: number, y: number, width: number, height: number, event?: EventData, bar?: Bar }} Hit */

/**
 * @typedef {object} Picture
 * @property {CanvasRenderingContext2D} context
 * @property {Scale} scale
 * @property {Uint8Array} shown by seq: 0 is filtered away
 * @property {ReadonlyMap<number, string>} marked seq to `evidence` or `nearby`
 * @property {number | null} selected seq
 * @property {Hit[]} hits
 */

/** @type {Readonly<Record<string, string>>} */
const FAMILIES = {
  connect: 'connect',
  connack: 'connect',
  disconnect: 'disconnect',
  publish: 'publish',
  puback: 'ack',
  pubrec: 'ack',
  pubrel: 'ack',
  pubcomp: 'ack',
  subscribe: 'subscribe',
  suback: 'subscribe',
  unsubscribe: 'subscribe',
  unsuback: 'subscribe',
  pingreq: 'ping',
  pingresp: 'ping',
  malformed: 'malformed',
}
export const FAMILY_NAMES = ['connect', 'publish', 'ack', 'subscribe', 'ping', 'disconnect', 'malformed', 'other']

/** What a packet is coloured by. @param {EventData} event */
export const familyOf = (event) => FAMILIES[String(event.fields.type)] ?? 'other'

/** @param {string} status */
export const colorOf = (status) => color(`--s-${status}`)

/** @param {Picture} picture @param {Lane} lane */
export function drawLane(picture, lane) {
  for (const bar of lane.bars) drawBar(picture, lane, bar)
  const { scale } = picture
  const last = new Map()
  const labels = []
  const range = inView(lane.events, scale)
  const dense = range.to - range.from > (scale.right - scale.left) / 2
  for (let k = range.from; k < range.to; k++) {
    const event = lane.events[k]
    const { seq } = event
    const isChosen = picture.selected === seq || picture.marked.has(seq)
    if (picture.shown[seq] === 0 && !isChosen) continue
    const x = scale.x(scale.ofEvent(event))
    if (dense && !isChosen) {
      const key = event.kind === 'packet' ? event.fields.type : event.kind
      const before = last.get(key)
      if (before !== undefined && x - before < 0.8) continue
      last.set(key, x)
    }
    const next = lane.events[lane.next?.[k] ?? k + 1]
    const room = next === undefined ? 400 : scale.x(scale.ofEvent(next)) - x
    drawEvent(picture, lane, event, x, room)
    if (event.kind === 'packet' && room > 30) labels.push({ event, x, room })
  }
  // Above the arrows that they would be crossed by.
  for (const label of labels) drawLabel(picture.context, lane, label)
}

/** @param {CanvasRenderingContext2D} context @param {Lane} lane @param {{ event: EventData, x: number, room: number }} label */
function drawLabel(context, lane, { event, x, room }) {
  const y = isUp(event) ? lane.top + 16 : lane.top + lane.height - 16
  plate(context, packetLabel(event), x + 7, y, Math.min(room, 260) - 12)
}

/** Words on a ground of their own, for where much else is drawn. */
/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} x @param {number} y @param {number} room */
function plate(context, text, x, y, room) {
  const shown = clipped(text, room)
  if (shown === '') return
  context.font = FONT
  context.fillStyle = color('--lane-link')
  context.globalAlpha = 0.85
  context.fillRect(x - 2, y - 7, context.measureText(shown).width + 4, 14)
  context.globalAlpha = 1
  write(context, shown, x, y, room, color('--text'))
}

/** From the device. @param {EventData} event */
const isUp = (event) => event.way === 'up'

/** The events whose x is in view, by halving. @param {EventData[]} events @param {Scale} scale */
function inView(events, scale) {
  const first = (/** @type {number} */ fraction) => {
    let low = 0
    let high = events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (scale.ofEvent(events[middle]) < fraction) low = middle + 1
      else high = middle
    }
    return low
  }
  // One more on the left: a signal's level begins before what is seen.
  return { from: Math.max(0, first(scale.from) - 1), to: Math.min(events.length, first(scale.to) + 1) }
}

/** @param {Picture} picture @param {Lane} lane @param {Bar} bar */
function drawBar(picture, lane, bar) {
  const { context, scale, hits } = picture
  const from = bar.event === undefined ? scale.fraction(bar.from) : scale.ofEvent(bar.event)
  const left = Math.max(scale.left, scale.x(from))
  const right = Math.min(scale.right, scale.x(scale.fraction(bar.to)))
  if (right < scale.left || left > scale.right) return
  const width = Math.max(2, right - left)
  const rowHeight = lane.kind === 'link' ? lane.height : lane.height / lane.rows
  const y = lane.top + bar.row * rowHeight + (lane.kind === 'link' ? 0 : 1)
  const height = rowHeight - (lane.kind === 'link' ? 0 : 2)
  if (bar.status === 'down') hatch(context, left, y, width, height)
  else if (lane.kind === 'link' || bar.status === 'call') {
    context.fillStyle = color(lane.kind === 'link' ? '--connected' : '--call')
    context.fillRect(left, y, width, height)
  } else drawStatus(context, bar, left, y, width, height)
  if (bar.event !== undefined && picture.selected === bar.event.seq) outline(context, left, y, width, height)
  hits.push({ x: left, y, width, height, bar, event: bar.event })
  if (lane.kind === 'link') return
  const ink = isLoud(bar.status) && lane.kind !== 'claims' ? '--on-status' : '--text'
  write(context, bar.text, left + 6, y + height / 2, width - 8, color(ink))
}

/** What did not go well is full of its colour; the rest has it at its edge, so that the eye goes where it should. */
const isLoud = (/** @type {string} */ status) => !['passed', 'pass', 'skipped', 'call'].includes(status)

/** @param {CanvasRenderingContext2D} context @param {Bar} bar @param {number} left @param {number} y @param {number} width @param {number} height */
function drawStatus(context, bar, left, y, width, height) {
  const isWindow = bar.decided !== undefined
  context.fillStyle = colorOf(bar.status)
  context.globalAlpha = isWindow ? 0.16 : isLoud(bar.status) ? 1 : 0.2
  context.fillRect(left, y, width, height)
  context.globalAlpha = 1
  context.fillRect(left, y, Math.min(3, width), height)
  if (isWindow && width > 6) context.fillRect(left + width - 1, y, 1, height)
}

/** @param {Picture} picture @param {Lane} lane @param {EventData} event @param {number} x @param {number} room */
function drawEvent(picture, lane, event, x, room) {
  const mark = picture.marked.get(event.seq)
  if (mark !== undefined || picture.selected === event.seq) drawMark(picture, lane, event, x, mark)
  if (event.kind === 'packet') drawPacket(picture, lane, event, x)
  else if (lane.kind === 'signal') drawLevel(picture, lane, event, x, room)
  else if (event.kind !== 'call') drawPoint(picture, lane, event, x, room)
}

/** @param {Picture} picture @param {Lane} lane @param {EventData} event @param {number} x @param {string | undefined} mark */
function drawMark({ context, selected }, lane, event, x, mark) {
  context.fillStyle = color(mark === 'evidence' ? '--evidence' : '--nearby')
  if (selected === event.seq) context.fillStyle = color('--selected')
  context.globalAlpha = mark === 'nearby' && selected !== event.seq ? 0.35 : 0.6
  context.fillRect(x - 5, lane.top, 10, lane.height)
  context.globalAlpha = 1
}

/** An arrow: from the device's edge of its link to the broker's, or back; one that got lost ends half way. */
/** @param {Picture} picture @param {Lane} lane @param {EventData} event @param {number} x */
function drawPacket({ context, hits }, lane, event, x) {
  const up = isUp(event)
  const lost = event.fields.delivered === false
  const [start, goal] = up ? [lane.top + 2, lane.top + lane.height - 2] : [lane.top + lane.height - 2, lane.top + 2]
  const middle = (start + goal) / 2
  // A disturbed packet is two events: where it came in, and where it left if it did.
  const near = event.way === 'up' ? 'device' : 'broker'
  const begins = event.fields.at === undefined || event.fields.at === near ? start : middle
  const end = lost || event.fields.at === near ? middle : goal
  const way = Math.sign(goal - start)
  context.strokeStyle = context.fillStyle = color(`--t-${familyOf(event)}`)
  context.lineWidth = 2
  context.setLineDash(lost ? [3, 3] : [])
  context.beginPath()
  context.moveTo(x, begins)
  context.lineTo(x, end - way * 4)
  context.stroke()
  context.setLineDash([])
  context.beginPath()
  if (lost) {
    context.moveTo(x - 4, end - 4)
    context.lineTo(x + 4, end + 4)
    context.moveTo(x + 4, end - 4)
    context.lineTo(x - 4, end + 4)
    context.stroke()
  } else {
    context.moveTo(x - 4, end - way * 7)
    context.lineTo(x + 4, end - way * 7)
    context.lineTo(x, end)
    context.fill()
  }
  hits.push({ x: x - 5, y: lane.top, width: 10, height: lane.height, event })
}

/** @param {EventData} event */
function packetLabel({ fields }) {
  const name = String(fields.type).toUpperCase()
  const topic = Array.isArray(fields.topic) ? fields.topic.join(' ') : fields.topic
  const id = fields.packetId === null || fields.packetId === undefined ? '' : ` #${fields.packetId}`
  return `${name}${id}${topic === undefined ? '' : ` ${topic}`}`
}

/** @param {Picture} picture @param {Lane} lane @param {EventData} event @param {number} x @param {number} room */
function drawLevel({ context, hits, scale }, lane, event, x, room) {
  const high = Number(event.fields.value) !== 0
  const y = lane.top + (high ? 4 : lane.height - 4)
  const right = Math.min(scale.right, x + Math.max(room, 1))
  context.fillStyle = color('--signal')
  context.globalAlpha = 0.25
  if (high) context.fillRect(x, y, right - x, lane.height - 8)
  context.globalAlpha = 1
  context.fillRect(x, y - 1, right - x, 2)
  context.fillRect(x - 1, lane.top + 3, 2, lane.height - 6)
  hits.push({ x: x - 4, y: lane.top, width: 8, height: lane.height, event })
  write(context, String(event.fields.value), x + 4, lane.top + lane.height / 2, room - 6, color('--text'))
}

/** @type {Readonly<Partial<Record<import('./model.ts').EventKind, string>>>} */
const POINTS = {
  fault: '--fault',
  socket: '--socket',
  upgrade: '--socket',
  device: '--device',
  exit: '--device',
  serial: '--serial',
  message: '--t-publish',
  broker: '--device',
  violation: '--t-malformed',
}

/** @param {Picture} picture @param {Lane} lane @param {EventData} event @param {number} x @param {number} room */
function drawPoint({ context, hits }, lane, event, x, room) {
  const bad = ['crashed', 'lost', 'died', 'killed', 'refused', 'reset', 'timeout'].includes(String(event.fields.change))
  context.fillStyle = color(bad ? '--s-failed' : (POINTS[event.kind] ?? '--muted'))
  const y = lane.top + lane.height / 2
  context.beginPath()
  if (event.kind === 'serial') context.roundRect(x - 1.5, lane.top + 3, 3, lane.height - 6, 1)
  else if (event.kind === 'fault') {
    context.moveTo(x, y - 7)
    context.lineTo(x + 7, y + 6)
    context.lineTo(x - 7, y + 6)
  } else {
    context.moveTo(x, y - 6)
    context.lineTo(x + 6, y)
    context.lineTo(x, y + 6)
    context.lineTo(x - 6, y)
  }
  context.fill()
  hits.push({ x: x - 6, y: lane.top, width: 12, height: lane.height, event })
  if (room <= 24) return
  if (lane.kind === 'link') plate(context, pointLabel(event), x + 9, y, room - 12)
  else write(context, pointLabel(event), x + 9, y, room - 12, color('--text'))
}

/** @param {EventData} event */
function pointLabel({ kind, fields, text }) {
  if (kind === 'message') return `${fields.topic}`
  if (kind === 'violation') return `breaks ${fields.statement}`
  if (kind === 'fault') return String(fields.what)
  if (kind === 'serial') return String(fields.line)
  if (kind === 'exit') return text.replace(/^\S+ /, '')
  return String(fields.change ?? text)
}
