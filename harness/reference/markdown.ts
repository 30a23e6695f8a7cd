// The little Markdown that the generated pages are made of.

/** Columns are padded, so that the text reads well, too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cell))
  const widths = head.map((_, k) => Math.max(3, ...cells.map((row) => [...row[k]!].length)))
  const line = (row: readonly string[]): string => `| ${row.map((c, k) => padded(c, widths[k]!)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const padded = (text: string, width: number): string => text + ' '.repeat(width - [...text].length)

export const code = (text: string): string => `\`${text}\``
export const yaml = (text: string): string => `\`\`\`yaml\n${text.trim()}\n\`\`\``

/** The template with each `<!-- NAME -->` line replaced; a name that is unknown, or not used, is an error. */
export function fill(template: string, parts: Readonly<Record<string, string>>): string {
  const open = new Set(Object.keys(parts))
  const filled = template.replace(/^<!-- ([a-z-]+) -->$/gm, (_, name: string) => {
    const part = parts[name]
    if (part === undefined) throw new Error(`the template asks for ${name}, which is not made`)
    open.delete(name)
    return part
  })
  if (open.size > 0) throw new Error(`the template has no place for ${[...open].join(', ')}`)
  return filled
}

/** What links to headings end in: as GitHub makes them, numbered where two are the same. */
export function slugsOf(headings: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return headings.map((heading) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  })
}
