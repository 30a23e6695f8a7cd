// `hil --help`: the commands, one below the other. The parser of the command line would write the same, but takes longer
// to load and to lay it out than all else that `hil --help` does.

import type { Command } from './index.ts'

export const ABOUT = 'Tests MQTT devices and brokers with scenario files: emulated, real or any program as a device.'
export const MORE = '`hil explain CODE` explains a message by its code.'

const OPTIONS: readonly (readonly [flag: string, what: string])[] = [
  ['-V, --version', 'Show version number'],
  ['    --help', 'Show help'],
]

/** @param width in columns, at least 60 */
export function overview(commands: readonly Command[], width: number): string {
  const rows = commands.map(({ command, describe }) => [`hil ${command}`, String(describe)] as const)
  return [
    'hil COMMAND',
    '',
    ABOUT,
    '',
    'Commands:',
    ...table(rows, width),
    '',
    'Options:',
    ...table(OPTIONS, width),
    '',
    MORE,
    '',
  ].join('\n')
}

function table(rows: readonly (readonly [string, string])[], width: number): string[] {
  const first = Math.max(...rows.map(([name]) => name.length)) + 4
  return rows.flatMap(([name, what]) =>
    wrapped(what, Math.max(width, 60) - first).map((line, k) => `${(k === 0 ? `  ${name}` : '').padEnd(first)}${line}`),
  )
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
