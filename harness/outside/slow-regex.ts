// Whether a regular expression can take for ever: it is tried. From its source come texts that repeat what it repeats and
// end in something else; the engine gets a moment for each. What is told is a text that was too slow, and no guess:
// `/(\w+\s)+/` has a repetition in a repetition as `/(a+)+$/` has, and is fast.

import { createContext, Script } from 'node:vm'
import type { BoundedRegExp } from './regex.ts'

/** For one text; ms. A slow expression needs hours, a fast one some microseconds. */
const TRIAL_MS = 100
/** Each of them doubles the time of an exponential expression. */
const REPETITIONS = 34
/** Characters of a text for those whose time grows by a power of the length: those of a long line. */
const LONG_TEXT = 2000
/** Ends a text so that what was repeated must be taken in another way. */
const ENDS = ['!', '\u0001', '']
const MAX_TRIALS = 200

export interface SlowText {
  /** What is repeated. */
  readonly part: string
  /** Characters of the text that took too long. */
  readonly length: number
}

const script = new Script('regex.test(text)')
const context = createContext(Object.assign(Object.create(null), { regex: /x/, text: '' }))

/** By flags and source: the same expressions stand in many scenarios. */
const known = new Map<string, SlowText | null>()
const MOST_KNOWN = 10_000

/** A text for which it is too slow; null when none of those that are tried is. */
export function slowTextFor(regex: BoundedRegExp): SlowText | null {
  const { source, flags } = regex
  if (regex.isBounded || !canRepeat(source)) return null
  const key = `${flags}/${source}`
  const before = known.get(key)
  if (before !== undefined) return before
  const slow = slowTextOf(source, flags)
  if (known.size < MOST_KNOWN) known.set(key, slow)
  return slow
}

/** Optional parts so few that all their combinations are tried in no time. */
const FEW_OPTIONAL = 12

/** Without a repetition, and with few optional parts, there are few ways to take a text. */
const canRepeat = (source: string): boolean => /[*+{]/.test(source) || source.split('?').length > FEW_OPTIONAL

function slowTextOf(source: string, flags: string): SlowText | null {
  const native = new RegExp(source, flags)
  let trials = 0
  for (const isLong of [false, true])
    for (const prefix of prefixesOf(source))
      for (const part of partsOf(source))
        for (const end of ENDS) {
          if (++trials > MAX_TRIALS) return null
          const times = isLong ? Math.ceil(LONG_TEXT / part.length) : REPETITIONS
          const text = prefix + part.repeat(times) + end
          // Twice: a machine that stands still for a moment is no property of the expression.
          if (isSlow(native, text) && isSlow(native, text)) return { part, length: text.length }
        }
  return null
}

function isSlow(regex: RegExp, text: string): boolean {
  context.regex = regex
  context.text = text
  try {
    script.runInContext(context, { timeout: TRIAL_MS })
    return false
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    return true
  } finally {
    context.regex = null
    context.text = null
  }
}

/** Single characters that atoms of the source take, two of them, and runs of literal ones. */
function partsOf(source: string): readonly string[] {
  const atoms = atomsOf(source)
  const single = [...new Set(atoms.map(({ char }) => char))].slice(0, 8)
  const runs: string[] = []
  let run = ''
  for (const [k, { char, at }] of atoms.entries()) {
    run = k > 0 && atoms[k - 1]!.end === at ? run + char : char
    if (run.length > 1) runs.push(run)
  }
  const longest = runs.filter((one, k) => runs[k + 1]?.startsWith(one) !== true)
  return [...new Set([...single, ...longest.slice(0, 8)])]
}

/** What stands before the first group or the first repetition, as a text that it takes: nothing is matched without it. */
function prefixesOf(source: string): readonly string[] {
  const atoms = atomsOf(source)
  const begins = [...source.matchAll(/\((?!\?[=!<])/g)].map(({ index }) => index)
  const before = begins.map((begin) =>
    atoms
      .filter(({ end }) => end <= begin)
      .map(({ char }) => char)
      .join(''),
  )
  return [...new Set(['', ...before])].slice(0, 4)
}

interface Atom {
  /** A character that it takes. */
  readonly char: string
  readonly at: number
  readonly end: number
}

const OF_ESCAPES: Readonly<Record<string, string>> = {
  d: '0',
  w: 'a',
  s: ' ',
  D: 'a',
  W: ' ',
  S: 'a',
  t: '\t',
  n: '\n',
  r: '\r',
}

/** Its characters, classes and escapes, in order; what is around them is passed over. */
function atomsOf(source: string): readonly Atom[] {
  const TOKEN =
    /\\([dwsDWStnr])|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[1-9bBpPkc])|\\(.)|(\[(?:\\.|[^\]\\])*\])|\((?:\?(?:[:=!]|<[=!]|<\w*>))?|\{\d+(?:,\d*)?\}|[)|*+?^$]|(.)/gsu
  return [...source.matchAll(TOKEN)].flatMap(({ 0: all, 1: escaped, 2: literal, 3: set, 4: char, index }) => {
    const taken =
      escaped !== undefined
        ? OF_ESCAPES[escaped]!
        : set !== undefined
          ? memberOf(set)
          : char === '.'
            ? 'a'
            : (literal ?? char)
    return taken === undefined ? [] : [{ char: taken, at: index, end: index + all.length }]
  })
}

/** A character of a class: the first that it names, or of a negated one the first of some that it takes. */
function memberOf(set: string): string | undefined {
  const regex = new RegExp(set)
  return [...'a0 A-_.:/,;b1', ...set].find((char) => regex.test(char))
}
