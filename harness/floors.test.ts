// The floors of the house as data. A file imports from its own room and from floors below, never
// upward or sideways; the exceptions are named. docs/architecture.md tells why.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

/** Lowest floor first; the rooms of one floor do not know each other. */
const FLOORS: readonly (readonly string[])[] = [
  ['emulators/core', 'emulators/mqtt'],
  ['emulators'],
  ['harness/outside'],
  ['harness/child', 'harness/scenario', 'harness/tls', 'harness/websocket'],
  ['harness/packets', 'harness/problems'],
  ['harness/evidence', 'harness/brokers', 'harness/devices', 'harness/link'],
  ['harness/steps', 'harness/expect', 'harness/lint'],
  ['harness/plan', 'harness/judge', 'harness/capture'],
  ['harness/session'],
  ['harness/run'],
  ['harness/record'],
  ['harness/compare'],
  ['harness/report', 'harness/load'],
  ['harness/config'],
  ['harness/select'],
  ['harness/cli', 'harness/vitest', 'harness/reference'],
  ['bench', 'harness'],
]

/** Sideways on purpose. */
const DOORS: readonly (readonly [string, string, string])[] = [
  ['harness/judge', 'harness/plan', 'the judge reads the plan’s types'],
  ['harness/link', 'harness/evidence', 'what touches the world writes evidence'],
  ['harness/devices', 'harness/evidence', 'what touches the world writes evidence'],
  ['harness/brokers', 'harness/link', 'one allocator of ports, or two would fight'],
  ['harness/steps', 'harness/expect', 'a disturbance selects packets by the words that claims have for them'],
]

const rooms = FLOORS.flat()

/** The innermost room that a file is in. */
function roomOf(file: string): string {
  const found = rooms.filter((room) => file.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0]
  if (found === undefined) throw new Error(`${file} is in no room: add its folder to FLOORS`)
  return found
}

const floorOf = (room: string): number => FLOORS.findIndex((floor) => floor.includes(room))

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(name))
    .map((name) => join(folder, name))
}

interface Import {
  readonly file: string
  readonly target: string
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!)
  return specifiers.map((specifier) => ({
    file,
    target: relative(ROOT, resolve(join(ROOT, dirname(file)), specifier)),
  }))
}

/** Why an import may not be; null when it may. */
function objection({ file, target }: Import): string | null {
  const from = roomOf(file)
  const to = roomOf(target)
  if (from === to) return null
  if (from.startsWith('harness') && to.startsWith('emulators') && target !== 'emulators/index.ts')
    return `${file} imports ${target}: the harness knows the emulators by emulators/index.ts alone`
  if (from.startsWith('emulators') && !to.startsWith('emulators'))
    return `${file} imports ${target}: emulators/ could be lifted out as a package`
  if (floorOf(to) < floorOf(from)) return null
  if (DOORS.some(([a, b]) => a === from && b === to)) return null
  const how = floorOf(to) === floorOf(from) ? 'sideways' : 'upward'
  return `${file} (${from}) imports ${how} from ${to}: ${target}`
}

describe('floors', () => {
  const imports = ['emulators', 'harness', 'bench'].flatMap(sources).flatMap(importsOf)

  it('are kept by every import', () => {
    expect(imports.map(objection).filter((o) => o !== null)).toEqual([])
  })

  it('would notice an upward, a sideways and an inner import', () => {
    const planted = [
      { file: 'harness/scenario/x.ts', target: 'harness/plan/model/plan.ts' },
      { file: 'harness/brokers/x.ts', target: 'harness/devices/index.ts' },
      { file: 'harness/link/x.ts', target: 'emulators/drive/single-board.ts' },
      { file: 'emulators/drive/x.ts', target: 'harness/link/index.ts' },
    ]
    expect(planted.map(objection).filter((o) => o === null)).toEqual([])
  })

  it('have no door that nobody uses', () => {
    const unused = DOORS.filter(([a, b]) => !imports.some((i) => roomOf(i.file) === a && roomOf(i.target) === b))
    expect(unused).toEqual([])
  })
})
