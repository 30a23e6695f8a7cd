// Text for a terminal of so many columns: a line that wraps cannot be taken back whole.

/** At most `width` characters; what is longer ends in `…`. */
export function clip(text: string, width: number): string {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, Math.max(1, width - 1)).join('')}…`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence of colour takes no column
const COLOR = /\u001b\[[\d;]*m/

/** As `clip`, for text with colours in it. */
export function clipColored(text: string, width: number): string {
  let room = width
  let out = ''
  let rest = text
  while (rest !== '') {
    const color = COLOR.exec(rest)
    const plain = [...rest.slice(0, color?.index)]
    if (plain.length > room || (plain.length === room && hasText(rest.slice(color?.index ?? rest.length))))
      return `${out}${plain.slice(0, Math.max(0, room - 1)).join('')}…${out.includes('\u001b') || color ? '\u001b[0m' : ''}`
    out += plain.join('') + (color?.[0] ?? '')
    room -= plain.length
    rest = color === null ? '' : rest.slice(color.index + color[0].length)
  }
  return out
}

const hasText = (text: string): boolean => text.replace(new RegExp(COLOR, 'g'), '') !== ''
