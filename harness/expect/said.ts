// The words of what the harness itself says: a claim on others waits for ever.

import type { ValueMatcher } from '../scenario/index.ts'
import { isOpen } from './domain.ts'
import type { Impossible, Surroundings } from './matcher.ts'
import { showWanted } from './show-value.ts'
import { neverText } from './text-domain.ts'
import { textsIn } from './topics.ts'

const HINT = 'a text is the whole sentence; the words of a /regex/ stand next to each other in it'

/** Why no text of these is as wanted, at any depth of the matcher; `nobody`: "no lint says". */
export function neverSaid(
  name: string,
  wanted: ValueMatcher | undefined,
  texts: Surroundings['said'],
  nobody: string,
): Impossible | null {
  if (wanted === undefined) return null
  if (wanted === null)
    return {
      message: `${name}: null never matches, because this is never left out`,
      hint: `leave ${name} out`,
      word: name,
    }
  if (texts === undefined) return null
  const text = textsIn(wanted).find((one) => !isOpen(one) && !texts.may!(one))
  if (text !== undefined)
    return { message: `${nobody} ${showWanted(text)}`, hint: HINT, word: text === '' ? name : text }
  const regex = regexesIn(wanted).find((one) => !texts.mayFind!(one))
  if (regex !== undefined) return { message: `${nobody} anything that ${regex} finds`, hint: HINT, word: name }
  return neverText(name, wanted, { what: 'a sentence', ...texts })
}

/** The regular expressions that a matcher names, also those that it excludes. */
function regexesIn(wanted: ValueMatcher): readonly RegExp[] {
  if (wanted instanceof RegExp) return [wanted]
  if (typeof wanted !== 'object' || wanted === null) return []
  if (Array.isArray(wanted)) return wanted.flatMap(regexesIn)
  if ('in' in wanted) return wanted.in.flatMap(regexesIn)
  return 'not' in wanted ? regexesIn(wanted.not) : []
}
