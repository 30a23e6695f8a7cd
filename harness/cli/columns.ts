// Tables on a terminal.

/** Cells in columns as wide as their widest, two blanks between them. */
export function inColumns(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, k) => Math.max(...lines.map((line) => line[k]!.length)))
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, k) => cell.padEnd(widths[k]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
