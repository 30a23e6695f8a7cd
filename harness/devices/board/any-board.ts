// `port: any`, `port: any:CAPABILITY`: which boards of the hardware map fit; and what the map says that they promise.

import { childOf, type Node } from '../../scenario/index.ts'
import { contractOfBoard, type MappedBoard, readMap } from './hardware-map.ts'

export const ANY = 'any'

/** What any board with MicroPython has, by the words that `needs:` uses. */
export const CAPABILITIES: readonly string[] = ['micropython', 'wifi', 'serial', 'reset', 'boot-button']

/** Of `any:esp32` the `esp32`, of `any` nothing; null: it names one board or port. */
export const wantedOfAny = (port: string): string | null =>
  port === ANY || port.startsWith(`${ANY}:`) ? port.slice(ANY.length + 1) : null

/** The boards that have what is wanted and what `needs:` of the device's node says. */
export function fitting(
  node: Node,
  wanted: string,
): { readonly fit: readonly MappedBoard[]; readonly needs: readonly string[] } {
  const needs = [...(wanted === '' ? [] : [wanted]), ...namesIn(childOf(node, 'needs'))]
  return { fit: readMap().filter((mapped) => needs.every((need) => has(mapped, need))), needs }
}

/** What the map says that the firmware of this board promises; of `any` what all that fit promise alike. */
export function promisedBy(node: Node): Node | undefined {
  const port = childOf(node, 'port')
  if (port?.kind !== 'scalar') return undefined
  const wanted = wantedOfAny(String(port.value))
  if (wanted === null) return contractOfBoard(String(port.value))
  const { fit } = fitting(node, wanted)
  const alike = new Set(fit.map(({ contract }) => JSON.stringify(contract ?? null)))
  return alike.size === 1 ? contractOfBoard(fit[0]!.label) : undefined
}

const namesIn = (node: Node | undefined): readonly string[] =>
  node?.kind === 'list' ? node.items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : [])) : []

/** By a capability, or by a part of its chip's name. */
const has = ({ capabilities = [], chip = '' }: MappedBoard, need: string): boolean =>
  CAPABILITIES.includes(need) || capabilities.includes(need) || chip.toLowerCase().includes(need.toLowerCase())
