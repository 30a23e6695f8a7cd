// The rows of a CSV file as a value of a scenario: a list of maps.

import type { Place } from '../../../emulators/index.ts'
import type { Node } from '../../scenario/index.ts'
import type { CsvCell } from './csv.ts'

/** Each cell reads as an unquoted scalar of YAML would, but for one in quotes, which is text. */
export function csvNode(rows: readonly (readonly (readonly [string, CsvCell])[])[], file: string): Node {
  const at = (line: number): Place => ({ file, line, column: 1, length: 1 })
  return {
    kind: 'list',
    place: at(1),
    items: rows.map((row, k) => ({
      kind: 'map',
      place: at(k + 2),
      entries: row.map(([key, { text, quoted }]) => ({
        key,
        keyPlace: at(1),
        value: { kind: 'scalar', value: quoted ? text : plain(text), text, quoted, place: at(k + 2) },
      })),
    })),
  }
}

function plain(text: string): string | number | boolean | null {
  if (text === '') return ''
  if (/^(true|false)$/.test(text)) return text === 'true'
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text
}
