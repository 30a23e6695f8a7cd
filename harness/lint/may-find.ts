// Whether a regular expression can find anything in what is said: texts in which `*` is a value. Words that stand next to
// each other in the expression stand so in a text; a value is a word, or the text of several between quotes.

/** The texts that stand in an expression, in order; null: it is not made of texts and gaps alone. */
function textsOf({ source, flags }: RegExp): readonly string[] | null {
  if (/[|()]/.test(source.replaceAll(/\\./g, ''))) return null
  const parts: string[] = ['']
  const tokens = source.match(/\\u\{[^}]*\}|\\x..|\\u....|\\.|\[(?:\\.|[^\]])*\]|\{\d+,?\d*\}|./gsu) ?? []
  const end = (): void => void parts.push('')
  for (const token of tokens) {
    if (/^[*?+]$|^\{\d/.test(token)) {
      // What may be left out, or comes more than once, is a gap.
      parts[parts.length - 1] = parts.at(-1)!.slice(0, -1)
      end()
    } else if (/^[\^$.]$|^\[|^\\[a-zA-Z0-9]/.test(token)) end()
    else parts[parts.length - 1] += token.replace(/^\\/, '')
  }
  return parts.filter((part) => part !== '').map((part) => (flags.includes('i') ? part.toLowerCase() : part))
}

/** Of a whole text; a `*` that it begins with is a word. */
export function saysPattern(text: string): RegExp {
  const [first, ...rest] = text.split('*').map((part) => part.replace(/[.()[\]+?^$|{}]/g, '\\$&'))
  return new RegExp(`^${first === '' ? '\\S+' : `${first}${rest.length > 0 ? '.*' : ''}`}${rest.join('.*')}$`, 's')
}

export function mayFind(regex: RegExp, texts: readonly string[]): boolean {
  const parts = textsOf(regex)
  if (parts === null) return true
  const fold = (text: string): string => (regex.flags.includes('i') ? text.toLowerCase() : text)
  return texts.some((text) => parts.every((part) => mayHold(fold(text), part)))
}

/** Whether `text`, with anything for its values, may have the part in it. */
function mayHold(text: string, part: string): boolean {
  /** Where in the text the next character may stand; in a value that the part began in, the place and a half. */
  let places = new Set<number>([...text].map((char, k) => (char === '*' ? k + 0.5 : k)))
  for (const char of part) {
    const next = new Set<number>()
    for (const place of places) step(text, place, char, next)
    places = next
  }
  return places.size > 0
}

function step(text: string, place: number, char: string, next: Set<number>): void {
  const at = Math.floor(place)
  if (text[at] !== '*') {
    if (text[at] === char) next.add(at + 1)
    return
  }
  const isQuoted = text[at - 1] === '"' && text[at + 1] === '"'
  if (isQuoted && place === at ? char !== '"' : char !== ' ') next.add(place)
  // It may have ended before.
  if (at + 1 < text.length) step(text, at + 1, char, next)
}
