// docs/api: what the package exports, from the sources by TypeScript's own checker. What a page says of an export is its docstring.

import { join } from 'node:path'
import { API, type Project, SymbolFlags, type Symbol as TsSymbol } from 'typescript/unstable/sync'

export interface ApiExport {
  readonly name: string
  readonly is: 'function' | 'class' | 'interface' | 'type' | 'value'
  /** Its docstring; empty: it has none. */
  readonly doc: string
  /** As it is called or what it stands for; empty: it is too long to help. */
  readonly shape: string
  readonly members: readonly ApiMember[]
}

interface ApiMember {
  readonly name: string
  readonly type: string
  readonly doc: string
}

/** The entries of the package, and the source of each. */
export const ENTRIES = {
  'mqtt-hil': { page: 'mqtt-hil', source: 'harness/index.ts' },
  'mqtt-hil/vitest': { page: 'vitest', source: 'harness/vitest/index.ts' },
  'mqtt-hil/vitest/test': { page: 'vitest-test', source: 'harness/vitest/test.ts' },
  'mqtt-hil/emulators': { page: 'emulators', source: 'emulators/face.ts' },
} as const
export type Entry = keyof typeof ENTRIES

/** Exports of other packages, which have their own documentation. */
const FOREIGN: Readonly<Record<string, string>> = {
  z: '[zod](https://zod.dev), which describes options and settings of your own extensions: the copy that mqtt-hil reads them with.',
  expect: "vitest's `expect`, with the matchers of `HilMatchers`.",
}

const NO_TRUNCATION = 1
/** What is longer helps nobody in a table. */
const LONGEST = 300

const read = new Map<string, Readonly<Record<Entry, readonly ApiExport[]>>>()

/** By entry. `root`: the clone. It starts TypeScript once for a process. */
export function apiOf(root: string): Readonly<Record<Entry, readonly ApiExport[]>> {
  const known = read.get(root)
  if (known !== undefined) return known
  const api = new API({ cwd: root })
  try {
    const config = join(root, 'tsconfig.json')
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)!
    const found = Object.fromEntries(
      Object.entries(ENTRIES).map(([entry, { source }]) => [entry, exportsOf(project, join(root, source))]),
    ) as unknown as Record<Entry, readonly ApiExport[]>
    read.set(root, found)
    return found
  } finally {
    api.close()
  }
}

function exportsOf(project: Project, file: string): ApiExport[] {
  const { checker, program } = project
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
  return checker
    .getExportsOfModule(module)
    .map((symbol) => exportOf(project, symbol))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function exportOf(project: Project, symbol: TsSymbol): ApiExport {
  const { checker } = project
  const meant = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const doc = checker.getDocumentationCommentOfSymbol(meant) || checker.getDocumentationCommentOfSymbol(symbol)
  const is = kindOf(meant.flags)
  const shown = { name: symbol.name, is, doc: flat(doc) || (FOREIGN[symbol.name] ?? '') }
  if (!isOurs(meant)) return { ...shown, is: 'value', shape: '', members: [] }
  if (is === 'value' || is === 'function') {
    const type = checker.getTypeOfSymbol(meant)
    const text = type === undefined ? '' : checker.typeToString(type, undefined, NO_TRUNCATION)
    const called = is === 'function' || text.startsWith('(') || text.startsWith('<')
    return { ...shown, is: called ? 'function' : 'value', shape: shortened(text), members: [] }
  }
  if (is === 'type') return { ...shown, shape: shortened(declared(project, meant)), members: [] }
  return { ...shown, shape: '', members: membersOf(project, meant) }
}

function kindOf(flags: number): ApiExport['is'] {
  if (flags & SymbolFlags.Class) return 'class'
  if (flags & SymbolFlags.Interface) return 'interface'
  if (flags & SymbolFlags.TypeAlias) return 'type'
  return flags & SymbolFlags.Function ? 'function' : 'value'
}

function membersOf({ checker }: Project, symbol: TsSymbol): ApiMember[] {
  return checker
    .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
    .filter((one) => isOurs(one) && !/^(__)?[#_]/.test(one.name))
    .map((one) => {
      const type = checker.getTypeOfSymbol(one)
      const text = type === undefined ? '' : checker.typeToString(type, undefined, NO_TRUNCATION)
      const optional = one.flags & SymbolFlags.Optional ? '?' : ''
      const shown = optional === '' ? text : text.replace(/^undefined \| | \| undefined$/g, '')
      return {
        name: `${one.name}${optional}`,
        type: shortened(shown),
        doc: flat(checker.getDocumentationCommentOfSymbol(one)),
      }
    })
}

/** Members of Error and of what other packages declare are theirs to explain. */
const isOurs = ({ declarations }: TsSymbol): boolean =>
  declarations.length > 0 && !declarations.some(({ path }) => /node_modules|\/lib\.|bundled:/.test(path))

/** What stands behind the `=` of a type. */
function declared(project: Project, symbol: TsSymbol): string {
  const node = symbol.declarations[0]?.resolve(project)
  const text = node === undefined ? '' : node.getSourceFile().text.slice(node.pos, node.end)
  return flat(/=\s*([\s\S]*)$/.exec(text.replace(/\/\*[\s\S]*?\*\//g, ''))?.[1] ?? '').replace(/^\| /, '')
}

/** On one line, and without what TypeScript adds to names that everybody knows. */
const flat = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('<ArrayBufferLike>', '').trim()
const shortened = (text: string): string => (text.length > LONGEST || text === 'any' ? '' : flat(text))
