// Regular expressions of a scenario, matched against text that a device or a broker made up. JavaScript's engine
// backtracks: `/^(a+)+$/` takes longer than anybody lives for 40 characters. An expression whose worst case is small is
// matched directly; any other in a script that V8 ends when its time is up.

import { createContext, Script } from 'node:vm'
import { Problem } from '../../emulators/index.ts'

/** One match may take as long as this; ms. */
export const REGEX_LIMIT_MS = 500

/** Ways through an expression that are tried at most; one takes some nanoseconds for each character. */
const FEW_WAYS = 1e5

/** Characters of a line or a payload. */
const USUAL_LENGTH = 2000

const SLOW = 'run/slow-regex'
const script = new Script('regex.exec(text)')
const context = createContext(Object.assign(Object.create(null), { regex: /x/, text: '' }))

/**
 * A regular expression whose every use (`exec`, `test`, `match`, `replace`) ends within `REGEX_LIMIT_MS`.
 * Its `exec` throws Problem `run/slow-regex` when that is not enough.
 */
export class BoundedRegExp extends RegExp {
  readonly #native: RegExp
  readonly #shape: Shape
  /** It needed longer once, and is not matched any more: each further text would cost as much. */
  #isTooSlow = false

  constructor(source: string, flags?: string) {
    super(source, flags)
    this.#native = new RegExp(source, flags)
    this.#shape = shapeOf(this.source)
  }

  /** No text of a usual length has more ways through it than are tried directly. */
  get isBounded(): boolean {
    return waysThrough(this.#shape, USUAL_LENGTH) <= FEW_WAYS
  }

  override exec(text: string): RegExpExecArray | null {
    if (waysThrough(this.#shape, text.length) <= FEW_WAYS) return super.exec(text)
    if (this.#isTooSlow) throw slow(this, text)
    const native = this.#native
    native.lastIndex = this.lastIndex
    context.regex = native
    context.text = text
    try {
      const found = script.runInContext(context, { timeout: REGEX_LIMIT_MS }) as RegExpExecArray | null
      this.lastIndex = native.lastIndex
      return found
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      this.#isTooSlow = true
      throw slow(this, text)
    } finally {
      context.regex = null
      context.text = null
    }
  }
}

/** What `use` says; `otherwise` when an expression was too slow for it. */
export function unlessSlow<T>(use: () => T, otherwise: (problem: Problem) => T): T {
  try {
    return use()
  } catch (error) {
    if (error instanceof Problem && error.code === SLOW) return otherwise(error)
    throw error
  }
}

const slow = (regex: RegExp, text: string): Problem =>
  new Problem(SLOW, `${shown(regex)} was stopped after ${REGEX_LIMIT_MS} ms on a text of ${text.length} characters`, {
    hint: HINT,
  })

const HINT = 'no repetition inside a repetition, and no two that match the same characters: /^a+$/ for /^(a+)+$/'

const shown = (regex: RegExp): string => {
  const text = String(regex)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

interface Shape {
  /** A repetition or a choice inside a repetition. */
  readonly nested: boolean
  /** The most turns of each repetition that is not inside of another; Infinity: any number. */
  readonly turns: readonly number[]
  /** The alternatives of each choice outside of repetitions. */
  readonly choices: number
}

/** An upper bound of the ways that the engine can try. */
function waysThrough({ nested, turns, choices }: Shape, length: number): number {
  if (nested) return Number.POSITIVE_INFINITY
  // From each position, each repetition can take each number of turns.
  return turns.reduce((ways, most) => ways * (Math.min(most, length) + 1), (length + 1) * choices)
}

/** Of `?`: there, or not. What is in it can still be taken once only. */
const OPTIONAL = 2

/** A group that is open: whether there is a repetition or a choice in it, and how many alternatives it has. */
interface Open {
  varies: boolean
  alternatives: number
}

/** Reads the source; characters that mean nothing here are passed over. It is a valid expression already. */
function shapeOf(source: string): Shape {
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
        if ((last as Open | null)?.varies === true && most.turns > OPTIONAL) nested = true
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
  if (text[0] === '?') return { turns: OPTIONAL, end }
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
