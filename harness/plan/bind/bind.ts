// All bindings of one run of a scenario: those of its row of the matrix, then those from outside,
// which win. Mistakes of the file are diagnostics; what came from outside was checked at its door.

import { type Place, Problem } from '../../../emulators/index.ts'
import { deviceKinds } from '../../devices/index.ts'
import {
  childOf,
  type Diagnostics,
  didYouMean,
  entryOf,
  headPlace,
  type Node,
  placeOf,
  Quantity,
  type ScopeMap,
  type ScopeValue,
} from '../../scenario/index.ts'
import { type Binding, type Bindings, parseBinding } from './binding-grammar.ts'

/** In place of a device's name, from outside: every device that it can play. */
export const EVERY_DEVICE = '*'

/** Throws Problem `binding/…` when one from outside cannot be read, `binding/one-board` when one board is to play them all. */
export function bindingsOf(
  row: ScopeValue | undefined,
  given: Readonly<Record<string, string>> | undefined,
  root: Node,
  diagnostics: Diagnostics,
): { readonly ofMatrix: Bindings; readonly given: Bindings } {
  const list = childOf(childOf(root, 'matrix'), 'bind')
  return {
    ofMatrix: list === undefined ? {} : ofMatrix(row, list, childOf(root, 'devices'), diagnostics),
    given: bindingsFromOutside(given ?? {}),
  }
}

export function bindingsFromOutside(given: Readonly<Record<string, string>>): Bindings {
  const bindings = Object.fromEntries(Object.entries(given).map(([device, text]) => [device, parseBinding(text)]))
  for (const [device, binding] of Object.entries(bindings))
    if (binding.given?.key === 'command') bindings[device] = { ...binding, directory: process.cwd() }
  const every = bindings[EVERY_DEVICE]
  if (every !== undefined && deviceKinds[every.use]?.binding?.isSingle === true)
    throw new Problem('binding/one-board', `${every.text} is one board, and ${EVERY_DEVICE} is every device`, {
      hint: `name the device that it plays: --bind blue=${every.text}`,
    })
  return bindings
}

function ofMatrix(row: ScopeValue | undefined, list: Node, devices: Node | undefined, diagnostics: Diagnostics) {
  const bindings: Record<string, Binding> = {}
  if (!isMap(row)) {
    diagnostics.add({
      code: 'binding/no-map',
      message: 'bind: is a list of maps from device to what plays it',
      at: headPlace(list),
      hint: 'such as bind: [{ blue: umqtt.robust }, { blue: minimqtt }]',
    })
    return bindings
  }
  for (const [device, text] of Object.entries(row)) {
    const at = typeof text === 'string' ? placeOf(list, text) : headPlace(list)
    const binding = typeof text === 'string' ? read(text, at, diagnostics) : undefined
    if (typeof text !== 'string')
      diagnostics.add({ code: 'binding/not-text', message: `what plays ${device} is a word, such as umqtt.robust`, at })
    else if (entryOf(devices, device) === undefined)
      diagnostics.add({
        code: 'binding/unknown-device',
        message: `unknown device "${device}" to bind`,
        at,
        hint: didYouMean(device, namesIn(devices)) ?? 'bind: names devices of this scenario',
      })
    else if (binding !== undefined) bindings[device] = binding
  }
  return bindings
}

const namesIn = (map: Node | undefined): readonly string[] =>
  map?.kind === 'map' ? map.entries.map(({ key }) => key) : []

function read(text: string, at: Place, diagnostics: Diagnostics): Binding | undefined {
  try {
    return parseBinding(text)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    diagnostics.add({ code: error.code, message: error.message, at, hint: error.hint })
    return undefined
  }
}

const isMap = (value: ScopeValue | undefined): value is ScopeMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Quantity)
