// The page around the data: styles and scripts of page/ in one file. The scripts are modules that are
// joined here, so each is written and type-checked as one: an import stands on one line, renames nothing
// and names a file that comes before; an export is a declaration.

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createGzip } from 'node:zlib'
import type { ReportData } from './page/model.ts'

/** In the order in which they may use each other while they are read. */
export const SCRIPTS = [
  'dom',
  'format',
  'store',
  'theme',
  'canvas',
  'scale',
  'lanes',
  'draw',
  'legend',
  'strip',
  'backdrop',
  'timeline',
  'event-list',
  'inspector',
  'source',
  'run-view',
  'load-tables',
  'load-view',
  'scenario-view',
  'overview',
  'coverage-view',
  'matrix-view',
  'main',
] as const

const FOLDER = 'harness/report/page'

/** The sources lie beside this file, also where only this file was built. */
export function pageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, FOLDER, 'main.js'))) {
    if (folder === dirname(folder)) throw new Error(`there is no ${FOLDER} beside the program`)
    folder = dirname(folder)
  }
  return join(folder, FOLDER)
}

export function pageHead({ results }: ReportData): string {
  const { summary } = results
  const count = (word: string): number => Number(summary[word] ?? 0)
  const bad = count('total') - count('passed') - count('skipped') - count('gap')
  const [only, ...others] = results.scenarios
  const name = only === undefined || others.length > 0 ? '' : `${html(only.name)} · `
  const title = `${name}${bad > 0 ? `✗ ${bad} of ${count('total')}` : `✓ ${count('passed')} passed`} · mqtt-hil`
  const style = readFileSync(join(pageFolder(), 'style.css'), 'utf8')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
${style}</style>
</head>
<body>
<noscript>This report needs JavaScript; results.json beside it has the same facts.</noscript>
<div id="app"></div>
`
}

const html = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

export function pageTail(plots: boolean): string {
  const script = SCRIPTS.map((name) => joinable(readFileSync(join(pageFolder(), `${name}.js`), 'utf8'))).join('\n')
  return `${plots ? uplot() : ''}<script type="module">\n${script}</script>\n</body>\n</html>\n`
}

const EXPORT = /^export (?=(?:async )?(?:function|const|class) (\w+))/gm

/** A module as a scope of its own, whose exports are names for those that come after it. */
export function joinable(text: string): string {
  const names = [...text.matchAll(EXPORT)].map(([, name]) => name)
  const body = text.replace(/^import .*\n/gm, '').replace(EXPORT, '')
  return names.length === 0
    ? `{\n${body}}`
    : `const { ${names.join(', ')} } = (() => {\n${body}return { ${names.join(', ')} }\n})()`
}

function uplot(): string {
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('uplot/package.json'))
  const code = readFileSync(join(folder, 'dist/uPlot.iife.min.js'), 'utf8')
  const style = readFileSync(join(folder, 'dist/uPlot.min.css'), 'utf8')
  return `<style>${style}</style>\n<script>${code}</script>\n`
}

/**
 * JSON, gzipped, in base64: a tenth of its size, and no character of it means anything to HTML.
 * @param lists further fields of the object: lists whose items are JSON already
 */
export async function packed(value: object, lists: Readonly<Record<string, readonly string[]>> = {}): Promise<string> {
  const parts: Buffer[] = []
  const zipped = createGzip()
  const text = Readable.from(jsonOf(value, lists), { objectMode: false })
  await pipeline(text, zipped, async (from) => {
    for await (const part of from as AsyncIterable<Buffer>) parts.push(part)
  })
  return Buffer.concat(parts).toString('base64')
}

const CHUNK_CHARACTERS = 256 * 1024

function* jsonOf(value: object, lists: Readonly<Record<string, readonly string[]>>): Generator<Buffer> {
  let text = JSON.stringify(value).slice(0, -1)
  for (const [name, items] of Object.entries(lists)) {
    text += `${text === '{' ? '' : ','}${JSON.stringify(name)}:[`
    for (const [k, item] of items.entries()) {
      text += k === 0 ? item : `,${item}`
      if (text.length < CHUNK_CHARACTERS) continue
      yield Buffer.from(text)
      text = ''
    }
    text += ']'
  }
  yield Buffer.from(`${text}}`)
}
