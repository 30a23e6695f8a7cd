// What users read is plain technical English: short sentences, the word that a reader expects. This holds messages, help
// and pages against a list of phrases that were found hard to read, each with what to write instead.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './files.ts'

const PHRASES: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bthere (is|was) no [\w ,]*["“`]/, 'unknown broker "x"'],
  [/\bnothing of the kind\b/, 'no matching event'],
  [/\bso many\b(?! that)/, 'N, or: number of'],
  [/\bso long\b(?! as)/, 'DURATION, or: this time'],
  [/\banew\b/, 'again, or: rewrite'],
  [/\bwhoever\b/, 'the one who, or: anyone who'],
  [/\blast words\b/, 'last log lines'],
  [/\bgive[ns]?\b[^.]{0,30}\bback\b|\bgave\b[^.]{0,30}\bback\b/, 'release'],
  [/\b(can|to) be had\b/, 'is available'],
  [/\bat work\b/, 'active'],
  [/\bfor want of\b/, 'because … is missing'],
  [/\b(is|are|was|were) no (?!longer|more|less|one\b|such)[a-z]+/, 'is not a'],
  [/, too(?=[.;:,)]|$)/, 'also, or: as well'],
  [/\bnobody (answers|knows|reads|would|can|could)\b/, 'nothing answers, or: it cannot be'],
  [/\bwants (a|an|the|its|to|no)\b/, 'takes, needs'],
]
/** A diagnostic states what is wrong. */
const QUESTION = /[\w})"]\?(?= |$)/

/** Texts in quotes, with a space in them: what is shown to somebody. */
const STRING = /'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`|"((?:[^"\\\n]|\\.)*)"/g

interface Found {
  readonly where: string
  readonly text: string
}

const faultOf = ({ where, text }: Found): string[] =>
  PHRASES.flatMap(([phrase, instead]) =>
    phrase.test(text) ? [`${where}: "${text.trim().slice(0, 120)}": write "${instead}"`] : [],
  )

const sources = ['harness', 'emulators'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter(
      (name) =>
        name.endsWith('.ts') && !/(test|testing|contract)\.ts$/.test(name) && !name.startsWith('emulators/traces'),
    ),
)

function stringsIn(file: string): Found[] {
  const code = readFileSync(join(ROOT, file), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  return [...code.matchAll(STRING)]
    .map(([, a, b, c]) => (a ?? b ?? c)!)
    .filter((text) => text.includes(' ') && !text.includes('\n'))
    .map((text) => ({ where: file, text }))
}

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** Sentences of a page, without its code. */
const linesOf = (file: string): Found[] =>
  readFileSync(join(ROOT, file), 'utf8')
    .replace(/^```.*?^```/gms, (block) => block.replace(/.+/g, ''))
    .split('\n')
    .map((text, k) => ({ where: `${file}:${k + 1}`, text: text.replace(/`[^`]*`/g, '`x`') }))

describe('what users read', () => {
  it('of messages and help has none of the phrases', () => {
    expect(sources.flatMap(stringsIn).flatMap(faultOf)).toEqual([])
  })

  it('of messages asks no question, but whether a near word was meant, and what hil init asks', () => {
    const asked = sources
      .filter((file) => !file.startsWith('harness/cli/init/'))
      .flatMap(stringsIn)
      .filter(({ text }) => QUESTION.test(text) && /[a-z] [a-z]/.test(text) && !text.startsWith('did you mean'))
    expect(asked).toEqual([])
  })

  it('of pages has none of the phrases', () => {
    expect(pages.flatMap(linesOf).flatMap(faultOf)).toEqual([])
  })

  it('would be noticed', () => {
    expect(faultOf({ where: 'x', text: 'there is no broker "x"' })).not.toEqual([])
    expect(faultOf({ where: 'x', text: 'try a failed scenario again so many times' })).not.toEqual([])
    expect(faultOf({ where: 'x', text: 'this is no exception' })).not.toEqual([])
    expect(faultOf({ where: 'x', text: 'it is no longer a gap, so long as it passes' })).toEqual([])
  })
})
