// The hardware map: which board is which. People write labels, capabilities and signals into it; hil
// writes what it has seen, and leaves everything else as it stands, comments included.

import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { z } from 'zod'
import { Problem } from '../../../emulators/index.ts'
import {
  childOf,
  Diagnostics,
  isError,
  type Node,
  parseScenarioText,
  regexText,
  text,
  validate,
} from '../../scenario/index.ts'
import { contractShape } from '../contract-shape.ts'
import { flashShape } from './flash-shape.ts'
import type { PortInfo } from './ports.ts'
import { powerShape } from './power-settings.ts'
import { quarantineShape } from './quarantine.ts'
import { resetShape } from './reset-settings.ts'

export const MAP_FILE = 'hardware-map.yaml'

const entry = z.strictObject({
  /** What a scenario calls it. */
  label: z.string().min(1),
  serial: z.string().optional(),
  location: z.string().optional(),
  bridge: z.string().optional(),
  /** Where it was seen last. Used when it has neither serial number nor location. */
  port: z.string().optional(),
  chip: z.string().optional(),
  /** `machine.unique_id()` in hex: checked before anything is done to the board. */
  id: z.string().optional(),
  baud: z.number().int().positive().optional(),
  /** What resets it. */
  reset: resetShape.optional(),
  /** What writes an image on it. */
  flash: flashShape.optional(),
  /** What switches its power. */
  power: powerShape.optional(),
  capabilities: z.array(z.string()).optional(),
  /** Why it is put aside, and until when. */
  quarantine: quarantineShape.optional(),
  signals: z
    .record(
      z.string(),
      z.strictObject({
        pin: z.number().int().min(0).max(63),
        active: z.enum(['high', 'low']).optional(),
        serial: regexText().optional(),
      }),
    )
    .optional(),
  /** What its firmware promises, for `promises:` of scenarios. */
  contract: z.unknown().optional(),
})
const shape = z.strictObject({ boards: z.array(entry) })

export type MappedBoard = z.output<typeof entry>

export const mapFile = (): string => process.env.HIL_HARDWARE_MAP ?? MAP_FILE

/** Empty when there is not a map. Throws Problem `board/bad-map`, with the place. */
export const readMap = (file = mapFile()): readonly MappedBoard[] => mapAt(file).boards

const contractFile = z.strictObject({ file: text() })

interface HardwareMap {
  readonly boards: readonly MappedBoard[]
  readonly node: Node | undefined
}

function mapAt(file: string): HardwareMap {
  const said = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (said.replace(/^\uFEFF|#.*$/gm, '').trim() === '') return { boards: [], node: undefined }
  const { root, diagnostics: found } = parseScenarioText(resolve(file), said)
  const node = root === null ? undefined : childOf(root, 'boards')
  if (node?.kind === 'scalar' && node.value === null) return { boards: [], node: undefined }
  const diagnostics = new Diagnostics()
  diagnostics.addAll(found)
  const known = root && validate(shape, root, diagnostics)
  for (const board of node?.kind === 'list' ? node.items : []) {
    const contract = childOf(board, 'contract')
    if (contract === undefined) continue
    validate(childOf(contract, 'file') === undefined ? contractShape : contractFile, contract, diagnostics)
  }
  const wrong = diagnostics.all.find(isError)
  if (wrong !== undefined || !known)
    throw new Problem('board/bad-map', `${file}: ${wrong?.message ?? 'it is not a map'}`, {
      at: wrong?.at,
      hint: wrong?.hint ?? 'boards: is a list of boards, each with label: and port:',
    })
  const labels = known.boards.map((board) => board.label)
  const twice = labels.findIndex((label, k) => labels.indexOf(label) !== k)
  if (twice >= 0)
    throw new Problem('board/bad-map', `${file}: two boards are called ${labels[twice]}`, {
      at: node?.kind === 'list' ? childOf(node.items[twice], 'label')!.place : undefined,
      hint: 'a label is the name of one board',
    })
  const shared = known.boards.findIndex((board, k) =>
    known.boards.slice(0, k).some((other) => isSamePlace(board, other)),
  )
  if (shared >= 0) {
    const board = known.boards[shared]!
    const other = known.boards.find((one) => isSamePlace(board, one))!
    throw new Problem('board/bad-map', `${file}: ${other.label} and ${board.label} are both at ${board.port}`, {
      at: node?.kind === 'list' ? childOf(node.items[shared], 'port')!.place : undefined,
      hint: 'one of them is at another port; serial: or location: tells boards apart that come and go',
    })
  }
  return { boards: known.boards, node }
}

/** By nothing but their port, which is one. */
const isSamePlace = (a: MappedBoard, b: MappedBoard): boolean =>
  a.port !== undefined &&
  a.port === b.port &&
  [a.serial, b.serial, a.location, b.location].every((said) => said === undefined)

/** By which a scenario's roles can be bound. */
export const boardLabels = (): readonly string[] => readMap().map(({ label }) => label)

/** What stands at `contract:` of a board, with its places; undefined: nothing, or there is no such board. */
export function contractOfBoard(label: string): Node | undefined {
  const { boards, node } = mapAt(mapFile())
  const at = boards.findIndex((board) => board.label === label)
  return at < 0 || node?.kind !== 'list' ? undefined : childOf(node.items[at], 'contract')
}

/** The port that a mapped board is at now; null when it is not plugged in. */
export function findPort(board: MappedBoard, ports: readonly PortInfo[]): PortInfo | null {
  const bySerial = ports.filter((port) => board.serial !== undefined && port.serialNumber === board.serial)
  // Cheap bridges all have the same serial number, such as 0001: the socket decides then.
  const narrowed = bySerial.length > 1 ? bySerial.filter((port) => port.location === board.location) : bySerial
  if (narrowed[0] !== undefined) return narrowed[0]
  if (board.serial !== undefined) return null
  const byPlace = ports.find((port) => board.location !== undefined && port.location === board.location)
  return byPlace ?? ports.find((port) => board.location === undefined && port.path === board.port) ?? null
}

export interface DetectedPort extends PortInfo {
  readonly id?: string | null
  readonly chip?: string | null
}

/** Adds boards that are new and brings up to date what was seen of the others. Gives the labels. */
export async function updateMap(seen: readonly DetectedPort[], file = mapFile()): Promise<readonly string[]> {
  const boards = readMap(file)
  const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : START)
  const list = document.get('boards', true)
  if (!isSeq(list)) document.set('boards', document.createNode([]))
  const items = document.get('boards', true)
  if (!isSeq(items)) throw new Problem('board/bad-map', `${file}: boards: is not a list`)
  items.flow = false
  const labels: string[] = []
  for (const port of seen) {
    const at = boardAt(boards, port)
    const facts = factsOf(port)
    if (at < 0) {
      const label = freeLabel([...boards.map((board) => board.label), ...labels])
      items.add(document.createNode({ label, ...facts }))
      labels.push(label)
      continue
    }
    labels.push(boards[at]!.label)
    const node = items.get(at, true) as YAMLMap | undefined
    if (!isMap(node)) continue
    for (const [key, value] of Object.entries(facts)) node.set(key, value)
    // What was true of the place where it was before.
    for (const key of ['serial', 'location', 'bridge']) if (facts[key] === undefined) node.delete(key)
  }
  await writeFile(file, document.toString({ lineWidth: 0 }))
  return labels
}

/** The board that is at a port: by its own id where both are known, else by the place. -1: one that is new. */
function boardAt(boards: readonly MappedBoard[], port: DetectedPort): number {
  const { id } = port
  const byId = typeof id === 'string' ? boards.findIndex((board) => board.id === id) : -1
  if (byId >= 0) return byId
  // One that is known by another id is not this one, wherever it was seen last.
  return boards.findIndex(
    (board) => findPort(board, [port]) !== null && (board.id === undefined || typeof id !== 'string'),
  )
}

const START = `# Which board is which. Add labels, capabilities and signals; hil devices --map
# keeps that, and writes only what it sees: port, serial, location, bridge, chip and id.
boards: []
`

function factsOf({ path, serialNumber, location, bridge, id, chip }: DetectedPort): Record<string, string> {
  const facts = { port: path, serial: serialNumber, location, bridge, chip, id }
  return Object.fromEntries(
    Object.entries(facts).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}

function freeLabel(taken: readonly string[]): string {
  for (let k = 1; ; k++) if (!taken.includes(`board-${k}`)) return `board-${k}`
}
