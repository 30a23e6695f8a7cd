// Words that a project's config brings, read from its text. The config is a program, and who only completes a word must not run it.

import { readFileSync } from 'node:fs'
import { NAMES } from '../config/names.ts'

/** Maps of the config whose keys are words. */
export type WordMap = 'clients' | 'devices' | 'brokers' | 'steps' | 'matchers' | 'disturbances'

/**
 * The keys that stand in a map of the config, as far as they are written there: what is spread into it or computed is not seen. Without a
 * config, or when it cannot be read, none. `file`: default harness.config.ts of the current folder.
 */
export function configWords(map: WordMap, file?: string): readonly string[] {
  for (const name of file === undefined ? NAMES : [file])
    try {
      return wordsIn(readFileSync(name, 'utf8'), map)
    } catch {
      // there is none of that name
    }
  return []
}

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|[\w$]+|[^\s\w$]/g
const OPENING = new Set(['{', '[', '('])
const CLOSING = new Set(['}', ']', ')'])

/** `text`: of a module whose config is an object that is written out. */
export function wordsIn(text: string, map: WordMap): readonly string[] {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token).filter((token) => !/^\/[/*]/.test(token))
  const begin = tokens.findIndex((_, k) => plain(tokens[k]!) === map && tokens[k + 1] === ':' && tokens[k + 2] === '{')
  if (begin < 0) return []
  const words: string[] = []
  let depth = 0
  for (let k = begin + 2; k < tokens.length; k++) {
    const token = tokens[k]!
    if (OPENING.has(token)) depth++
    else if (CLOSING.has(token)) depth--
    if (depth === 0) break
    const isKey = depth === 1 && (tokens[k - 1] === '{' || tokens[k - 1] === ',') && /^['"\w$]/.test(token)
    if (isKey && [':', ',', '}', '('].includes(tokens[k + 1] ?? '')) words.push(plain(token))
  }
  return words
}

const plain = (token: string): string => token.replace(/^(['"])(.*)\1$/, '$2')
