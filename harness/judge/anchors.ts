// The moments that scenarios name: starts and ends of steps, what an expect found, boots, the last
// packet of a device that the broker can have seen.

import { unreachable } from '../../emulators/index.ts'
import type { Event } from '../evidence/index.ts'
import type { Anchor } from '../plan/model/index.ts'
import type { Moment } from './window.ts'

type Edge = 'start' | 'end' | 'first' | 'last'

export class Anchors {
  readonly #steps = new Map<string, Partial<Record<Edge, Moment>>>()
  readonly #lastPacket = new Map<string, Moment>()
  readonly #boots = new Map<string, Moment>()

  observe(event: Event): void {
    if (event.kind === 'packet' && event.direction === 'up' && event.delivered && event.end !== 'device')
      this.#lastPacket.set(event.device, event)
    if (event.kind === 'device' && event.change === 'boot') this.#boots.set(event.device, event)
  }

  /** In a `repeat` the latest round counts. */
  step(id: string, edge: Edge, moment: Moment): void {
    const edges = edge === 'start' ? {} : { ...this.#steps.get(id) }
    edges[edge] = moment
    this.#steps.set(id, edges)
  }

  find(anchor: Anchor): Moment | undefined {
    switch (anchor.kind) {
      case 'start':
        return { at: 0 as Moment['at'], seq: -1 }
      case 'step':
        return this.#steps.get(anchor.id)?.[anchor.edge]
      case 'last-packet-from':
        return this.#lastPacket.get(anchor.device)
      case 'boot':
        return this.#boots.get(anchor.device)
      default:
        return unreachable(anchor)
    }
  }
}

export function showAnchor(anchor: Anchor): string {
  switch (anchor.kind) {
    case 'start':
      return 'the start'
    case 'step':
      return anchor.edge === 'start' ? anchor.id : `${anchor.id}.${anchor.edge}`
    case 'last-packet-from':
      return `the last packet from ${anchor.device}`
    case 'boot':
      return `the boot of ${anchor.device}`
    default:
      return unreachable(anchor)
  }
}
