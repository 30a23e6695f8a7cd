// Which statement of MQTT a claim names: one that nothing reports makes it a claim about nothing.

import { MQTT5 } from '../devices/index.ts'
import { suggest, type ValueMatcher } from '../scenario/index.ts'
import type { Impossible } from './matcher.ts'
import { neverText } from './text-domain.ts'

/** A statement, at any depth of the matcher, that is none of `reported`; null: each of them may come. */
export function notReported(
  statement: ValueMatcher | undefined,
  reported: ReadonlySet<string> | undefined,
): Impossible | null {
  if (reported === undefined) return null
  const wrong = namedIn(statement).find((one) =>
    typeof one === 'string' ? !reported.has(one) : ![...reported].some((id) => one.test(id)),
  )
  if (wrong === undefined)
    return neverText('statement', statement, {
      what: 'a statement that a lint reports',
      optional: true,
      values: [...reported],
    }) === null
      ? null
      : { message: 'statement is none that a lint reports', hint: 'leave statement out to take any', word: 'statement' }
  const near = typeof wrong === 'string' ? suggest(wrong, [...reported]) : undefined
  return {
    message: `no lint reports ${String(wrong)}`,
    hint:
      near === undefined
        ? 'leave statement out to take any'
        : `did you mean "${near}"? Leave statement out to take any`,
    word: typeof wrong === 'string' ? wrong : 'statement',
  }
}

/** A statement that binds the other side alone, so that no violation by this one names it; null: each may come. */
export function ofTheOtherSide(
  statement: ValueMatcher | undefined,
  side: 'device' | 'broker',
  statementsOf: Readonly<Record<'device' | 'broker', ReadonlySet<string>>> | undefined,
): Impossible | null {
  const found = notReported(statement, statementsOf?.[side])
  if (found === null) return null
  const [other, hint] =
    side === 'device' ? ['brokers', 'write by: broker or to: DEVICE'] : ['devices', 'write by: device or from: DEVICE']
  return {
    message: `${found.word === 'statement' ? 'what is named' : found.word} binds ${other} alone`,
    hint,
    word: found.word,
  }
}

/** A statement of the other version of MQTT than all these connections speak; null: each may be broken on one. */
export function ofTheOtherVersion(
  statement: ValueMatcher | undefined,
  levels: readonly number[] | null,
  statementsAt: ((version: '3.1.1' | '5') => ReadonlySet<string>) | undefined,
): Impossible | null {
  if (statement === undefined || levels === null || levels.length === 0 || statementsAt === undefined) return null
  const versions = new Set(levels.map((level) => (level === MQTT5 ? '5' : '3.1.1')))
  const found = notReported(statement, new Set([...versions].flatMap((version) => [...statementsAt(version)])))
  if (found === null) return null
  const [has, speaks] = levels.includes(MQTT5) ? ['MQTT 3.1.1', 'MQTT 5'] : ['MQTT 5', 'MQTT 3.1.1']
  return {
    message: `${found.word === 'statement' ? 'what is named' : found.word} is of ${has}, and this is about connections of ${speaks}`,
    hint: `the two number their statements differently: write the one of ${speaks}, or leave statement out`,
    word: found.word,
  }
}

function namedIn(matcher: ValueMatcher | undefined): readonly (string | RegExp)[] {
  if (typeof matcher === 'string' || matcher instanceof RegExp) return [matcher]
  if (typeof matcher !== 'object' || matcher === null) return []
  if (Array.isArray(matcher)) return matcher.flatMap(namedIn)
  if ('eq' in matcher) return namedIn(matcher.eq)
  if ('in' in matcher) return matcher.in.flatMap(namedIn)
  return 'not' in matcher ? namedIn(matcher.not) : []
}
