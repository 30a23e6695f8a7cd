// Who is who in a fleet: every device and every stream of messages has one number in the whole of it,
// whatever shard it runs in, so that books from several machines fit together.

import type { FleetGroup, FleetPlan } from '../../plan/index.ts'

export interface DeviceName {
  readonly group: number
  readonly i: number
}

export class Numbering {
  readonly groups: readonly FleetGroup[]
  readonly devices: number
  readonly streams: number
  readonly #firstDevice: readonly number[]
  readonly #firstStream: readonly number[]

  constructor(plan: FleetPlan) {
    this.groups = plan.groups
    let devices = 0
    let streams = 0
    this.#firstDevice = plan.groups.map((group) => {
      const first = devices
      devices += group.count
      return first
    })
    this.#firstStream = plan.groups.map((group) => {
      const first = streams
      streams += group.count * group.publications.length
      return first
    })
    this.devices = devices
    this.streams = streams
  }

  device(group: number, i: number): number {
    return this.#firstDevice[group]! + i
  }

  nameOf(device: number): DeviceName {
    const group = last(this.#firstDevice, device)
    return { group, i: device - this.#firstDevice[group]! }
  }

  stream(group: number, i: number, publication: number): number {
    return this.#firstStream[group]! + i * this.groups[group]!.publications.length + publication
  }

  /** The group of a stream; its device and publication. */
  streamOf(stream: number): DeviceName & { readonly publication: number } {
    const group = this.groupOfStream(stream)
    const inside = stream - this.#firstStream[group]!
    const each = Math.max(1, this.groups[group]!.publications.length)
    return { group, i: Math.floor(inside / each), publication: inside % each }
  }

  groupOfStream(stream: number): number {
    // A group without publications begins where the next one does, and the last of them counts.
    return last(this.#firstStream, stream)
  }
}

/** The last place whose value is at most `n`. */
function last(starts: readonly number[], n: number): number {
  let found = 0
  for (let k = 0; k < starts.length && starts[k]! <= n; k++) found = k
  return found
}
