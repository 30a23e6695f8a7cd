// What `hil explain` does.

import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/core/problem.ts'
import { EXIT, type ExitCode, type ProblemEntry, problems } from '../../problems/index.ts'
import { didYouMean } from '../../scenario/suggest.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { ExplainArguments } from './command.ts'

export async function explainAction({ code, json }: ExplainArguments): Promise<ExitCode> {
  const out = terminal()
  const found = chosen(code)
  if (json) {
    out.print(
      `${JSON.stringify(
        found.map(([code, entry]) => ({ code, ...entry })),
        null,
        2,
      )}\n`,
    )
    return EXIT.passed
  }
  if (found.length === 1) whole(found[0]!, out)
  else for (const one of found) brief(one, out)
  return EXIT.passed
}

type Entry = readonly [code: string, ProblemEntry]

/** A code, all codes of an area, or all; a code that is written without its area is found when there is one such. */
function chosen(word: string | undefined): readonly Entry[] {
  const all = Object.entries(problems).sort(([a], [b]) => (a < b ? -1 : 1))
  if (word === undefined) return all
  for (const fits of [(code: string) => code === word, (code: string) => code.startsWith(`${word}/`), endsWith(word)]) {
    const found = all.filter(([code]) => fits(code))
    if (found.length > 0) return found
  }
  throw new Problem('cli/unknown-code', `no message has the code "${word}"`, {
    hint: didYouMean(word, Object.keys(problems)) ?? 'hil explain lists them all',
  })
}

const endsWith = (word: string) => (code: string) => code.endsWith(`/${word}`)

function whole([code, { meaning, fix, example }]: Entry, out: Terminal): void {
  const c = createColors(out.color)
  out.print(`${c.bold(code)}\n\n${wrapped(meaning, out.width)}\n\n${wrapped(fix, out.width)}\n`)
  if (example !== undefined) out.print(`\n${example.replace(/^/gm, '    ')}\n`)
}

function brief([code, { meaning }]: Entry, out: Terminal): void {
  const c = createColors(out.color)
  out.print(`${c.bold(code)}\n${wrapped(meaning, out.width)}\n`)
}

const INDENT = '  '

function wrapped(text: string, width: number): string {
  const room = Math.max(20, Math.min(width, 100) - INDENT.length)
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!
    if (last !== '' && last.length + 1 + word.length > room) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines.map((line) => `${INDENT}${line}`).join('\n')
}
