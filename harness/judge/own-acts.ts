// What an action does itself, and what a claim that forbids does therefore not mean: after `publish: blue`, "never a PUBLISH
// from blue" is about further ones. Of each of these acts the first is the action's own.

import type { Event, PacketEvent } from '../evidence/index.ts'
import type { ActionStep, CallPlan, CallStep } from '../plan/model/index.ts'

/** A word for an act of the action itself, the same for the same act; null when the event is none. */
export type OwnAct = (event: Event) => string | null

/** The packets that a client call stands for. */
const PACKETS: Readonly<Record<string, readonly string[]>> = {
  connect: ['connect'],
  publish: ['publish', 'pubrel'],
  subscribe: ['subscribe'],
  unsubscribe: ['unsubscribe'],
  ping: ['pingreq'],
  disconnect: ['disconnect'],
}
/** What becomes of a connection by a call. */
const SOCKETS: Readonly<Record<string, readonly string[]>> = {
  connect: ['connecting', 'connected', 'secured'],
  disconnect: ['closed'],
  call: ['closed', 'reset'],
  exec: ['closed', 'reset'],
}
const ENDS: readonly string[] = ['closed', 'reset']

export function ownActsOfCall({ verb }: CallStep, { device }: CallPlan): readonly OwnAct[] {
  return [
    (event) => {
      if (!('device' in event) || event.device !== device) return null
      switch (event.kind) {
        case 'packet':
          return event.direction === 'up' && event.by === undefined ? packetOf(verb, event) : null
        case 'socket':
          return event.by === 'device' && SOCKETS[verb]?.includes(event.change) === true ? event.change : null
        case 'upgrade':
          return event.direction === 'up' && verb === 'connect' ? 'upgrade' : null
        case 'frame':
          return event.direction === 'up' && event.by === undefined && verb in PACKETS ? 'frame' : null
        default:
          return null
      }
    },
  ]
}

/** A packet that a disturbance hits is seen at both ends of the link. */
function packetOf(verb: string, { packet: { type }, end }: PacketEvent): string | null {
  const what = verb === 'send' ? 'packet' : verb === 'call' || verb === 'exec' ? type : null
  if (what === null && PACKETS[verb]?.includes(type) !== true) return null
  return `${what ?? type}${end === 'broker' ? ' at the broker' : ''}`
}

export function ownActsOfAction(step: ActionStep, args: unknown): readonly OwnAct[] {
  const devices = step.action.devices?.(args) ?? []
  const isOf = (event: Event): boolean => 'device' in event && devices.includes(event.device as string)
  switch (step.verb) {
    case 'network':
      return [(event) => (isOf(event) ? endOfConnection(event, 'link') : null)]
    case 'broker':
      return [(event) => endOfConnection(event, 'broker')]
    case 'power':
    case 'reset':
      return [(event) => (isOf(event) ? endOfConnection(event, 'device') : null)]
    case 'inject':
      return [
        (event) =>
          isOf(event) && (event.kind === 'packet' || event.kind === 'frame') && event.by === 'link'
            ? `${event.kind} ${event.direction} ${'end' in event ? event.end : ''}`
            : null,
      ]
    case 'serial':
      return [(event) => (isOf(event) && event.kind === 'serial' && event.stream === 'in' ? 'line' : null)]
    default:
      return []
  }
}

const endOfConnection = (event: Event, by: 'device' | 'broker' | 'link'): string | null =>
  event.kind === 'socket' && event.by === by && ENDS.includes(event.change)
    ? `${event.device} ${event.connection}`
    : null

/** Tells of each event in turn whether it is an act of the action itself: the first of its kind. */
export function ownActs(acts: readonly OwnAct[]): (event: Event) => boolean {
  const seen = new Set<string>()
  return (event) => {
    for (const [k, act] of acts.entries()) {
      const name = act(event)
      if (name === null || seen.has(`${k} ${name}`)) continue
      seen.add(`${k} ${name}`)
      return true
    }
    return false
  }
}
