// `files:` of a board: what is put on its flash. Files are looked for when the scenario is compiled,
// so that a missing one is a mistake of the scenario and not of the run.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { childOf, type MapEntry, type Node } from '../../scenario/index.ts'
import type { Written } from '../written.ts'
import type { BoardFiles } from './board-files.ts'

type Source = (link: { readonly host: string; readonly port: number }) => Uint8Array

/** What `files:` are found with. */
type Finding = Pick<Written, 'node' | 'file' | 'diagnostics' | 'atLink'>

/** What is missing is added to the diagnostics. */
export function filesOf(written: Finding): { readonly names: ReadonlySet<string>; readonly files: BoardFiles } {
  const sources = new Map<string, Source>()
  const node = childOf(written.node, 'files')
  if (node?.kind === 'scalar') addPath('', String(node.value), node, written, sources)
  else if (node?.kind === 'map') for (const entry of node.entries) addEntry(entry, written, sources)
  return {
    names: new Set(sources.keys()),
    files: (link) => new Map([...sources].map(([name, source]) => [name, source(link)])),
  }
}

function addEntry({ key, value }: MapEntry, written: Finding, sources: Map<string, Source>): void {
  const name = posix.normalize(key).replace(/^\/+/, '')
  const text = childOf(value, 'text')
  if (text !== undefined)
    sources.set(name, (link) => {
      const filled = written.atLink(text, link)
      return Buffer.from(filled.kind === 'scalar' ? String(filled.value) : '')
    })
  else if (value.kind === 'scalar') addPath(name, String(value.value), value, written, sources)
}

function addPath(name: string, given: string, node: Node, written: Finding, sources: Map<string, Source>): void {
  const path = resolve(dirname(written.file), given)
  if (!existsSync(path)) {
    written.diagnostics.add({
      code: 'scenario/no-such-file',
      message: `${given} does not exist`,
      at: node.place,
      hint: 'files: are looked for from the folder of the scenario',
    })
    return
  }
  if (!statSync(path).isDirectory()) {
    sources.set(name === '' ? posix.basename(given) : name, () => readFileSync(path))
    return
  }
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    sources.set(posix.join(name, relative(path, file).split(sep).join('/')), () => readFileSync(file))
  }
}
