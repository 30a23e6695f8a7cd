// Who plays which role: each device of the file, with what its row of the matrix and whoever runs it have put
// there. What is bound to `*` plays what it can; the other devices stay as they are written.

import { deviceKinds } from '../../devices/index.ts'
import { childOf, Diagnostics, type Node } from '../../scenario/index.ts'
import { compileDevice, type DeviceContext } from '../compile/devices.ts'
import type { DevicePlan } from '../model/plan.ts'
import { type bindingsOf, EVERY_DEVICE } from './bind.ts'
import { bound, runsByItself } from './binding-grammar.ts'

export class Casting {
  readonly #bindings: ReturnType<typeof bindingsOf>
  /** Devices that something was put in place of. */
  readonly bound = new Set<string>()
  /** Why what is bound to `*` plays none of these. */
  readonly #untaken: string[] = []
  #taken = false

  constructor(bindings: ReturnType<typeof bindingsOf>) {
    this.#bindings = bindings
  }

  /** The device's node with what plays it: what is bound to `*` brings no contract. */
  played(name: string, written: Node): Node {
    const { ofMatrix, given } = this.#bindings
    const [ofRow, binding] = [own(ofMatrix, name), own(given, name)]
    const node = ofRow === undefined ? written : bound(written, ofRow)
    return binding === undefined ? node : bound(node, binding)
  }

  /** undefined: something is wrong with it, and has been told. */
  device(name: string, written: Node, context: DeviceContext): DevicePlan | undefined {
    const { ofMatrix, given } = this.#bindings
    const ofRow = own(ofMatrix, name)
    const node = ofRow === undefined ? written : bound(written, ofRow)
    const binding = own(given, name)
    if (ofRow !== undefined || binding !== undefined) this.bound.add(name)
    if (binding !== undefined) {
      // What is written in a file of its own finds its files from there.
      if (binding.node !== undefined && childOf(binding.node, 'commands') !== undefined && runsByItself(node))
        context.unfit.push(`${name} is bound to ${binding.use}, which only acts on commands`)
      const from = binding.node === undefined ? context : { ...context, file: binding.node.place.file }
      return compileDevice(name, bound(node, binding), from, useOf(node))
    }
    return this.#tried(name, node, context) ?? compileDevice(name, node, context, ofRow ? useOf(written) : null)
  }

  /** Why nothing of this scenario can be played by what is bound to `*`; null when something is, or nothing is bound so. */
  get unfit(): string | null {
    const every = this.#bindings.given[EVERY_DEVICE]
    if (every === undefined || this.#taken) return null
    return this.#untaken[0] ?? `it has no device that ${every.text} could play`
  }

  /** What is bound to `*`, when it can be this device. */
  #tried(name: string, node: Node, context: DeviceContext): DevicePlan | undefined {
    const every = this.#bindings.given[EVERY_DEVICE]
    if (every === undefined) return undefined
    // A board can take its part, but with another library, and who says `*` wants the same one.
    const use = useOf(node)
    const why = own(deviceKinds, use)?.binding?.irreplaceable
    if (why !== undefined) {
      this.#untaken.push(`${name} is ${use}, ${why}`)
      return undefined
    }
    const trial = { ...context, diagnostics: new Diagnostics(), unfit: [] as string[] }
    const device = compileDevice(name, bound(node, every), trial, use)
    const [fault = trial.diagnostics.all[0]?.message] = trial.unfit
    if (device === undefined || trial.unfit.length > 0 || trial.diagnostics.hasErrors) {
      this.#untaken.push(fault ?? `${name} is not what ${every.text} can play`)
      return undefined
    }
    context.diagnostics.addAll(trial.diagnostics.all)
    this.#taken = true
    this.bound.add(name)
    return device
  }
}

const own = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined

const useOf = (device: Node): string => {
  const use = childOf(device, 'use')
  return use?.kind === 'scalar' ? String(use.value) : ''
}
