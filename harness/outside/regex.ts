// Regular expressions of a scenario, matched against text that a device or a broker made up. JavaScript's engine
// backtracks: `/^(a+)+$/` takes longer than anybody lives for 40 characters. An expression whose worst case is small is
// matched directly; any other in a script that V8 ends when its time is up.

import { createContext, Script } from 'node:vm'
import { Problem } from '../../emulators/index.ts'

/** One match may take as long as this; ms. */
export const REGEX_LIMIT_MS = 500
/** An expression that needed longer is not matched any more: each further text would cost as much. */
const tooSlow = new WeakSet<RegExp>()

/** Ways through an expression that are tried at most; one takes some nanoseconds for each character. */
const FEW_WAYS = 1e5

const script = new Script('regex.test(text)')
const context = createContext(Object.assign(Object.create(null), { regex: /x/, text: '' }))

/** `regex.test(text)`, within `REGEX_LIMIT_MS`. Throws Problem `run/slow-regex`. */
export function testRegex(regex: RegExp, text: string): boolean {
  if (waysThrough(regex, text.length) <= FEW_WAYS) return regex.test(text)
  if (tooSlow.has(regex)) throw slow(regex, text)
  context.regex = regex
  context.text = text
  try {
    return script.runInContext(context, { timeout: REGEX_LIMIT_MS }) as boolean
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    tooSlow.add(regex)
    throw slow(regex, text)
  } finally {
    context.regex = null
    context.text = null
  }
}

const slow = (regex: RegExp, text: string): Problem =>
  new Problem(
    'run/slow-regex',
    `${shown(regex)} was stopped after ${REGEX_LIMIT_MS} ms on a text of ${text.length} characters`,
    { hint: HINT },
  )

const HINT = 'no repetition inside a repetition, and no two that match the same characters: /^a+$/ for /^(a+)+$/'

const shown = (regex: RegExp): string => {
  const text = String(regex)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** Why an expression may take exponential time, with what to do; null when it cannot. For `hil check`. */
export function whySlow(regex: RegExp): { readonly message: string; readonly hint: string } | null {
  const { nested } = shapeOf(regex)
  if (!nested) return null
  const message = `${shown(regex)} repeats what repeats: some texts take it too long, and are then not judged`
  return { message, hint: HINT }
}

interface Shape {
  /** A repetition or a choice inside a repetition. */
  readonly nested: boolean
  /** The most turns of each repetition that is not inside of another; Infinity: any number. */
  readonly turns: readonly number[]
  /** The alternatives of each choice outside of repetitions. */
  readonly choices: number
}

const shapes = new WeakMap<RegExp, Shape>()

/** An upper bound of the ways that the engine can try. */
function waysThrough(regex: RegExp, length: number): number {
  const { nested, turns, choices } = shapeOf(regex)
  if (nested) return Number.POSITIVE_INFINITY
  // From each position, each repetition can take each number of turns.
  return turns.reduce((ways, most) => ways * (Math.min(most, length) + 1), (length + 1) * choices)
}

function shapeOf(regex: RegExp): Shape {
  let shape = shapes.get(regex)
  if (shape === undefined) {
    shape = readShape(regex.source)
    shapes.set(regex, shape)
  }
  return shape
}

/** A group that is open: whether there is a repetition or a choice in it, and how many alternatives it has. */
interface Open {
  varies: boolean
  alternatives: number
}

/** Reads the source; characters that mean nothing here are passed over. It is a valid expression already. */
function readShape(source: string): Shape {
  let nested = false
  const turns: number[] = []
  let choices = 1
  const open: Open[] = [{ varies: false, alternatives: 1 }]
  /** The last thing, which a quantifier would repeat; null: a single character. */
  let last: Open | null = null
  let k = 0
  const close = (): void => {
    const group = open.pop()!
    choices *= group.alternatives
    if (group.alternatives > 1) group.varies = true
    if (group.varies && open.length > 0) open.at(-1)!.varies = true
    last = group
  }
  while (k < source.length) {
    const char = source[k]!
    const most = mostTurns(source, k)
    if (most !== null) {
      if (most.turns !== 1) {
        if ((last as Open | null)?.varies === true) nested = true
        turns.push(most.turns)
        open.at(-1)!.varies = true
      }
      k = most.end
      continue
    }
    last = null
    if (char === '\\') {
      // What a back reference takes is as long as its group was.
      if (/[1-9k]/.test(source[k + 1] ?? '')) turns.push(Number.POSITIVE_INFINITY)
      k += 2
    } else if (char === '[') k = endOfClass(source, k)
    else if (char === '(') {
      open.push({ varies: false, alternatives: 1 })
      k = endOfOpening(source, k)
    } else if (char === ')') {
      close()
      k++
    } else {
      if (char === '|') open.at(-1)!.alternatives++
      k++
    }
  }
  choices *= open[0]!.alternatives
  return { nested, turns, choices }
}

/** The quantifier that begins at `k`: its most turns, and where it ends. */
function mostTurns(source: string, k: number): { readonly turns: number; readonly end: number } | null {
  const [text, , upper] = /^(?:[*+?]|\{(\d+)(,\d*)?\})\??/.exec(source.slice(k, k + 40)) ?? []
  if (text === undefined) return null
  const end = k + text.length
  if (text[0] === '?') return { turns: 1 + 1, end } // there or not
  if (text[0] !== '{') return { turns: Number.POSITIVE_INFINITY, end }
  const [lower = '0', most] = text.slice(1, text.indexOf('}')).split(',')
  if (upper === undefined) return { turns: Number(lower) <= 1 ? 1 : Number(lower), end }
  return { turns: most === '' ? Number.POSITIVE_INFINITY : Math.max(2, Number(most)), end }
}

/** `(`, `(?:`, `(?=`, `(?<name>`, `(?i:` … */
function endOfOpening(source: string, k: number): number {
  const [text = '('] = /^\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[ims-]*:))?/.exec(source.slice(k, k + 200)) ?? []
  return k + text.length
}

/** Behind a class of characters. With the flag v classes nest; the inner ones are read as characters of the outer. */
function endOfClass(source: string, k: number): number {
  for (let at = k + 1; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === ']') return at + 1
  }
  return source.length
}
