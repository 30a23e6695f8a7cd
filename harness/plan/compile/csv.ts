// Comma-separated values [RFC 4180]: a cell in double quotes may hold commas, quotes (doubled) and line ends. The first
// line has the names of the columns.

export interface CsvCell {
  readonly text: string
  /** It stood in quotes: text, whatever it looks like. */
  readonly quoted: boolean
}

export type CsvTable =
  | { readonly rows: readonly (readonly (readonly [column: string, CsvCell])[])[] }
  | { readonly wrong: string; readonly line: number }

/** The rows, each with its cells by column; or what is wrong with the text, and in which line. */
export function parseCsv(text: string): CsvTable {
  const records: { readonly cells: CsvCell[]; readonly line: number }[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  const source = text.replace(/^\uFEFF/, '').replace(/(\r?\n)+$/, '')
  let cells: CsvCell[] = []
  let line = 1
  let begun = 1
  for (let end = source === ''; !end; ) {
    const found = cell.exec(source)
    if (found === null) return { wrong: 'a quote is not closed, or stands inside a cell', line }
    const [whole, quoted, bare = '', after = ''] = found
    cells.push(
      quoted === undefined
        ? { text: bare.trim(), quoted: false }
        : { text: quoted.replaceAll('""', '"'), quoted: true },
    )
    line += whole.split('\n').length - 1
    end = cell.lastIndex >= source.length && after !== ','
    if (after !== ',') {
      records.push({ cells, line: begun })
      cells = []
      begun = line
    }
  }
  const [head, ...rest] = records
  if (head === undefined) return { wrong: 'the file is empty', line: 1 }
  const [only, ...others] = head.cells
  const divider = others.length === 0 && only?.quoted === false ? /[;\t]/.exec(only.text)?.[0] : undefined
  if (divider !== undefined)
    return { wrong: `its columns are divided by ${divider === ';' ? 'semicolons' : 'tabs'}, not by commas`, line: 1 }
  const columns = head.cells.map(({ text }) => text)
  const twice = columns.find((name, k) => columns.indexOf(name) !== k)
  if (twice !== undefined) return { wrong: `there are two columns "${twice}"`, line: 1 }
  const odd = rest.find((record) => record.cells.length !== columns.length)
  if (odd !== undefined)
    return { wrong: `a row of ${odd.cells.length} cells under ${columns.length} columns`, line: odd.line }
  return { rows: rest.map((record) => record.cells.map((one, k) => [columns[k]!, one] as const)) }
}
