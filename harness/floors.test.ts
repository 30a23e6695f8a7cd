// The floors of the house (harness/reference/floors.ts) are kept. A file imports from its own room and from floors below it, never upward or sideways,
// and another room only by its index.ts; files do not import each other in a circle. docs/architecture.md tells why, and
// its table of floors is made from this one.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deviceKinds } from './devices/index.ts'
import { circles, type Edges } from './floors.testing.ts'
import { FLOORS, floorsTable } from './reference/floors.ts'

const ROOT = resolve(import.meta.dirname, '..')

/** Sideways on purpose. */
const DOORS: readonly (readonly [from: string, to: string, why: string])[] = [
  ['harness/link', 'harness/evidence', 'what touches the world writes evidence'],
  ['harness/devices', 'harness/evidence', 'what touches the world writes evidence'],
  ['harness/brokers', 'harness/link', 'one allocator of ports, or two would fight'],
  ['harness/steps', 'harness/expect', 'a disturbance selects packets by the words that claims have for them'],
]

/** Past a room's index.ts on purpose. */
const SIDE_ENTRANCES: readonly (readonly [target: string, why: string])[] = [
  ['harness/config/package.ts', 'the version is told without loading the config'],
  ['harness/config/names.ts', 'completion looks for the config without loading what reads it'],
  ['harness/outside/terminal.ts', 'help is printed without loading the emulators'],
  ['harness/scenario/suggest.ts', 'a mistyped command is told without loading the language'],
  ['harness/report/reporter-names.ts', 'the help of hil run lists reporters without loading them'],
  ['emulators/core/problem.ts', 'the package is imported without loading the emulators'],
  ['harness/evidence/load-data.ts', 'the page of the report is built for a browser'],
]
/**
 * The command line stands on harness/api and on what a terminal needs besides. Each file of harness/api is a door of its own, so that
 * a command loads what it needs.
 */
const TERMINAL: readonly (readonly [target: string, why: string])[] = [
  ['harness/problems/index.ts', 'exit codes, and what hil explain tells'],
  ['harness/outside/index.ts', 'no message shows a password'],
  ...SIDE_ENTRANCES.filter(([door]) => door !== 'harness/config/names.ts'),
]

/** Rooms that document or deface the inside of others. */
const INSIDERS: readonly string[] = ['harness/reference', 'fixtures/defective', 'bench', 'harness']

const rooms = FLOORS.flat().map(([room]) => room)

/** The innermost room that a file is in. */
function roomOf(file: string): string {
  const found = rooms.filter((room) => file.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0]
  if (found === undefined)
    throw new Error(`${file} is in no room: add its folder to FLOORS in harness/reference/floors.ts`)
  return found
}

const floorOf = (room: string): number => FLOORS.findIndex((floor) => floor.some(([name]) => name === room))

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => name.endsWith('.ts') && !/\.(test|contract|testing)\.ts$/.test(name) && !/\btesting\.ts$/.test(name),
    )
    .map((name) => join(folder, name))

interface Import {
  readonly file: string
  readonly target: string
  readonly isType: boolean
}

const IMPORT =
  /(?:(?:^|\n)(?:import|export)(?<type>\s+type\b)?[^'";]*?\sfrom\s*|(?:^|\n)import\s*|\bimport\(\s*)'(?<path>\.[^']+)'/g

const importsOf = (file: string): Import[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].map(({ groups }) => ({
    file,
    target: relative(ROOT, resolve(join(ROOT, dirname(file)), groups!.path!)),
    isType: groups!.type !== undefined,
  }))

/** Why an import may not be; null when it may. */
function objection({ file, target }: Omit<Import, 'isType'>): string | null {
  const from = roomOf(file)
  const to = roomOf(target)
  if (from === to) return null
  const isSide = SIDE_ENTRANCES.some(([side]) => side === target)
  if (from.startsWith('harness') && to.startsWith('emulators') && target !== 'emulators/index.ts' && !isSide)
    return `${file} imports ${target}: the harness knows the emulators by emulators/index.ts alone`
  if (from.startsWith('emulators') && !to.startsWith('emulators'))
    return `${file} imports ${target}: emulators/ could be lifted out as a package`
  if (floorOf(to) >= floorOf(from) && !DOORS.some(([a, b]) => a === from && b === to))
    return `${file} (${from}) imports ${floorOf(to) === floorOf(from) ? 'sideways' : 'upward'} from ${to}: ${target}`
  if (from === 'harness/cli' && dirname(target) === 'harness/api') return null
  if (from === 'harness/cli' && !TERMINAL.some(([door]) => door === target))
    return `${file} imports ${target}: the command line stands on harness/api, as any program can`
  const isInner = to.startsWith('harness/') && target !== `${to}/index.ts` && !from.startsWith(`${to}/`)
  // The compiler is built around its model.
  const isOwn = to === 'harness/plan/model' && from === 'harness/plan'
  if (isInner && !isOwn && !INSIDERS.includes(from) && !isSide)
    return `${file} imports ${target}: ${to} is known by its index.ts`
  return null
}

const imports = ['emulators', 'harness', 'bench', 'fixtures/defective'].flatMap(sources).flatMap(importsOf)

describe('floors', () => {
  it('are kept by every import', () => {
    expect(imports.map(objection).filter((o) => o !== null)).toEqual([])
  })

  it('would notice an upward, a sideways and an inner import', () => {
    const planted = [
      { file: 'harness/scenario/x.ts', target: 'harness/plan/model/plan.ts' },
      { file: 'harness/brokers/x.ts', target: 'harness/devices/index.ts' },
      { file: 'harness/link/x.ts', target: 'emulators/drive/single-board.ts' },
      { file: 'emulators/drive/x.ts', target: 'harness/link/index.ts' },
      { file: 'harness/run/x.ts', target: 'harness/judge/window.ts' },
      { file: 'harness/judge/x.ts', target: 'harness/plan/model/plan.ts' },
      { file: 'harness/cli/run/x.ts', target: 'harness/select/index.ts' },
      { file: 'harness/cli/init/x.ts', target: 'harness/api/draft/draft.ts' },
    ]
    expect(planted.map(objection).filter((o) => o === null)).toEqual([])
  })

  it('have no door that is not used', () => {
    const unused = DOORS.filter(([a, b]) => !imports.some((i) => roomOf(i.file) === a && roomOf(i.target) === b))
    expect(unused).toEqual([])
    expect(TERMINAL.filter(([door]) => !imports.some((i) => i.target === door))).toEqual([])
    expect(SIDE_ENTRANCES.filter(([target]) => !imports.some((i) => i.target === target))).toEqual([])
  })

  it('have each folder of the harness as a room', () => {
    const folders = readdirSync(join(ROOT, 'harness'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => `harness/${name}`).filter((name) => !rooms.includes(name))).toEqual([])
  })

  it('stand in docs/architecture.md as they are here; npm run docs writes them', () => {
    expect(readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')).toContain(floorsTable())
  })
})

describe('circles', () => {
  const edges = (wanted: (one: Import) => boolean): Edges => {
    const map = new Map<string, Set<string>>()
    for (const one of imports.filter(wanted)) map.set(one.file, (map.get(one.file) ?? new Set()).add(one.target))
    return map
  }

  it('of files that import values: none', () => {
    expect(circles(edges(({ isType }) => !isType))).toEqual([])
  })

  it('of files in different folders, types included: none', () => {
    const across = circles(edges(() => true)).filter((files) => new Set(files.map((file) => dirname(file))).size > 1)
    expect(across).toEqual([])
  })

  it('would be noticed', () => {
    const planted: Edges = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['a', 'd'])],
    ])
    expect(circles(planted)).toEqual([['a', 'b', 'c']])
  })
})

describe('kinds of devices', () => {
  const below = ['plan', 'steps', 'expect', 'judge', 'session', 'run'].flatMap((room) => sources(`harness/${room}`))
  const named = new RegExp(`(?<![\\w-])'(${Object.keys(deviceKinds).join('|').replaceAll('.', '\\.')})'`)

  it('are known by name in their own room alone', () => {
    const code = (file: string): string[] =>
      readFileSync(join(ROOT, file), 'utf8')
        .replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
        .split('\n')
    expect(
      below.flatMap((file) => code(file).flatMap((line) => (named.test(line) ? [`${file}: ${line.trim()}`] : []))),
    ).toEqual([])
  })

  it('would be noticed', () => {
    expect("if (use === 'mqttjs') return").toMatch(named)
  })
})

describe('the scripts of the report’s page', () => {
  const folder = 'harness/report/page'
  const scripts = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.js'))
  const importsOfScript = (name: string): string[] =>
    [...readFileSync(join(ROOT, folder, name), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
      (match) => match[1]!,
    )

  it('import each other and types of the page’s model alone: nothing of Node', () => {
    const foreign = scripts.flatMap((name) =>
      importsOfScript(name).filter((path) => !/^\.\/[\w-]+\.(js|ts)$/.test(path)),
    )
    expect(scripts.length).toBeGreaterThan(3)
    expect(foreign).toEqual([])
  })

  it('have no circles', () => {
    const edges: Edges = new Map(
      scripts.map((name) => [name, new Set(importsOfScript(name).map((path) => path.replace('./', '')))]),
    )
    expect(circles(edges)).toEqual([])
  })
})

describe('what tests share', () => {
  const HOOK = /^(?:before|after)(?:Each|All)\(/m
  const shared = ['harness', 'emulators', 'fixtures/defective'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\btesting\.ts$/.test(name))
      .map((name) => `${folder}/${name}`),
  )

  // A worker loads a module once: hooks of a shared one would be those of the first test file alone.
  it('registers no hook for a whole file; onTestFinished clears up', () => {
    expect(shared.length).toBeGreaterThan(20)
    expect(shared.filter((file) => HOOK.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([])
  })

  it('would be noticed', () => {
    expect('import a\nafterEach(async () => {})\n').toMatch(HOOK)
  })
})
