// Dark and light: the system's choice, until the button says otherwise. What is drawn on a canvas asks
// here for its colours, which are those of the style sheet, and is told when they change.

import { h } from './dom.js'

/** @type {Set<() => void>} */
const listeners = new Set()
/** @type {Map<string, string>} */
let colors = new Map()

/** A colour by its name in the style sheet: `--passed`. @param {string} name */
export function color(name) {
  let value = colors.get(name)
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888'
    colors.set(name, value)
  }
  return value
}

/** @param {() => void} listener */
export function onColors(listener) {
  listeners.add(listener)
}

function changed() {
  colors = new Map()
  for (const listener of listeners) listener()
}

/** The button that changes it; before there is one, nothing is dark. */
export function themeButton() {
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
  const paper = matchMedia('print')
  /** @type {string | null} */
  let choice = null
  const button = h('button', { class: 'quiet', type: 'button' })
  const wanted = () => choice ?? (systemIsDark.matches ? 'dark' : 'light')
  /** On paper it is light: what is drawn must be drawn again before, and after. @param {boolean} onPaper */
  const apply = (onPaper) => {
    const isDark = wanted() === 'dark'
    document.documentElement.dataset.theme = onPaper ? 'light' : wanted()
    button.textContent = isDark ? '☀ Light' : '☾ Dark'
    button.setAttribute('aria-label', isDark ? 'switch to light colours' : 'switch to dark colours')
    changed()
  }
  button.addEventListener('click', () => {
    choice = wanted() === 'dark' ? 'light' : 'dark'
    apply(false)
  })
  systemIsDark.addEventListener('change', () => apply(paper.matches))
  paper.addEventListener('change', () => apply(paper.matches))
  addEventListener('beforeprint', () => apply(true))
  addEventListener('afterprint', () => apply(false))
  apply(paper.matches)
  return button
}
