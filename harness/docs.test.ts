// What the README and docs/ tell a reader to do: each command is one that hil takes, with its flags; each YAML block is
// YAML; each link leads to a file, and from a file of the package to one that the package has, too.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { commands } from './cli/index.ts'
import { parserOf } from './cli/usage.ts'
import { parseScenarioText } from './scenario/index.ts'

const ROOT = resolve(import.meta.dirname, '..')
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

interface Block {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly text: string
}

const blocks: readonly Block[] = PAGES.flatMap((page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^( *)```(\w*)\n(.*?)^ *```$/gms)].map(({ index, 2: language, 3: body }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    language: language!,
    text: body!,
  }))
})

/** `hil …` with its words, wherever a command begins: after a prompt, at the start of a line, after `npx` or `run:`. */
const called = blocks
  .filter(({ language }) => ['', 'sh', 'bash', 'console', 'yml', 'yaml'].includes(language))
  .flatMap(({ page, line, text }) =>
    text
      .replace(/ \\\n\s*/g, ' ')
      .split('\n')
      .flatMap((row, k) => {
        const [, words] = /^\s*(?:- )?(?:run: )?(?:\$ )?(?:npx )?hil ((?:[a-z]+|--?[a-z]).*)$/.exec(row) ?? []
        return words === undefined ? [] : [{ where: `${page}:${line + k + 1}`, words: wordsOf(words) }]
      }),
  )

/** As a shell takes them apart, up to a comment or an operator. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []
  const end = words.findIndex((word) => /^(#|\||&&|&|;|>|2>|<)/.test(word))
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replace(/["']/g, ''))
}

describe('the documentation', () => {
  it('names only commands and flags that there are', async () => {
    expect(called.length).toBeGreaterThan(40)
    const names = new Map(commands.map((command) => [String(command.command).split(' ')[0]!, command]))
    const wrong: string[] = []
    for (const { where, words } of called) {
      const [name = '', ...rest] = words
      const command = names.get(name)
      if (name.startsWith('-')) continue
      if (command === undefined) {
        wrong.push(`${where}: there is no command ${name}`)
        continue
      }
      const { flags } = await parserOf(command)
      const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
      for (const flag of own.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split('=')[0]!))
        if (!flags.includes(flag) && !flags.includes(flag.replace(/^--no-/, '--')))
          wrong.push(`${where}: hil ${name} has no ${flag}`)
    }
    expect(wrong).toEqual([])
  })

  it('runs scenarios by names that a user has: those of the package, or ones of his own', () => {
    const paths = called
      .filter(({ where }) => where.startsWith('docs/'))
      .flatMap(({ where, words }) => words.map((word) => ({ where, word })))
    const wrong = paths.filter(({ word }) => {
      const bundled = /^mqtt-hil(?:\/(.*))?$/.exec(word)
      if (bundled !== null) return !existsSync(join(ROOT, 'scenarios', bundled[1] ?? ''))
      return word.startsWith('scenarios/') && existsSync(join(ROOT, word))
    })
    expect(wrong.map(({ where, word }) => `${where}: ${word}`)).toEqual([])
  })

  it('has YAML that can be read, and no regular expression in it that needs quotes', () => {
    const yaml = blocks.filter(({ language }) => language === 'yaml' || language === 'yml')
    expect(yaml.length).toBeGreaterThan(20)
    const wrong = yaml.flatMap(({ page, line, text }) => {
      const errors = parseAllDocuments(text).flatMap((document) => ('errors' in document ? document.errors : []))
      const warnings =
        errors.length > 0
          ? []
          : parseScenarioText(page, text).diagnostics.filter(({ code }) => code !== 'scenario/empty')
      return [...errors, ...warnings].map(({ message }) => `${page}:${line}: ${message}`)
    })
    expect(wrong).toEqual([])
  })

  it('leads to files that are there, and from the package to what is in the package', () => {
    const shipped = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).files as readonly string[]
    const inPackage = (path: string): boolean =>
      /^(README|LICENSE|CHANGELOG)/.test(path) ||
      (shipped.some((entry) => !/[*!]/.test(entry) && (path === entry || path.startsWith(`${entry}/`))) &&
        !shipped.some(
          (entry) => entry.startsWith('!') && !entry.includes('*') && `${path}/`.startsWith(`${entry.slice(1)}/`),
        ))
    const dead: string[] = []
    for (const page of PAGES) {
      const text = readFileSync(join(ROOT, page), 'utf8').replace(/^ *```.*?^ *```$/gms, '')
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|mailto:|#)/.test(target!)) continue
        const path = relative(ROOT, resolve(ROOT, dirname(page), target!.split('#')[0]!))
        if (!existsSync(join(ROOT, path))) dead.push(`${page}: ${target}`)
        else if (inPackage(page) && !inPackage(path)) dead.push(`${page}: ${target} is not in the package`)
      }
    }
    expect(dead).toEqual([])
  })
})
