// What every canvas here needs: its size in real pixels, words that fit, a hand that drags it.

import { color } from './theme.js'

export const FONT = '11px ui-sans-serif, system-ui, sans-serif'
/** Pixels a character takes, nearly. */
const CHARACTER = 6

/** A canvas of this size in CSS pixels, cleared. @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
export function sized(canvas, width, height) {
  const ratio = Math.max(devicePixelRatio, matchMedia('print').matches ? 2 : 1)
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'))
  context.scale(ratio, ratio)
  return context
}

/** @param {HTMLElement} element @param {(dx: number) => void} onMove */
export function drag(element, onMove) {
  let last = /** @type {number | null} */ (null)
  element.addEventListener('pointerdown', (event) => {
    last = event.clientX
    element.setPointerCapture(event.pointerId)
  })
  element.addEventListener('pointermove', (event) => {
    if (last === null || event.buttons !== 1) return
    onMove(event.clientX - last)
    last = event.clientX
  })
  element.addEventListener('pointerup', () => {
    last = null
  })
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} x @param {number} y @param {number} room @param {string} ink */
export function write(context, text, x, y, room, ink) {
  const shown = clipped(text, room)
  if (shown === '') return
  context.font = FONT
  context.fillStyle = ink
  context.textBaseline = 'middle'
  context.fillText(shown, x, y)
}

/** As much of a text as fits; nothing where that would be a letter or two. @param {string} text @param {number} room */
export function clipped(text, room) {
  const most = Math.floor(room / CHARACTER)
  if (most < 3) return ''
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} width @param {number} height */
export function hatch(context, x, y, width, height) {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  context.strokeStyle = color('--down')
  context.lineWidth = 1.5
  context.beginPath()
  const first = Math.floor((x - height) / 8) * 8
  for (let at = first; at < x + width; at += 8) {
    context.moveTo(at, y + height)
    context.lineTo(at + height, y)
  }
  context.stroke()
  context.restore()
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} width @param {number} height */
export function outline(context, x, y, width, height) {
  context.strokeStyle = color('--selected')
  context.lineWidth = 2
  context.strokeRect(x, y, width, height)
}
