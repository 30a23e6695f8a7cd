// The words for moments: `press`, `press.end`, `attempts.last`, `last-packet-from:blue`, `boot:blue`, `start`.

import { type Diagnostic, didYouMean } from '../../scenario/index.ts'
import type { Anchor } from '../model/plan.ts'

type Edge = 'start' | 'end' | 'first' | 'last'
const EDGES: readonly string[] = ['start', 'end', 'first', 'last']

export interface KnownNames {
  /** Ids of steps that may be named here, with whether each is an `expect`. */
  readonly steps: ReadonlyMap<string, { readonly isExpect: boolean }>
  readonly devices: ReadonlySet<string>
}

/** The anchor, or what is wrong with the words. */
export function parseAnchor(text: string, known: KnownNames): Anchor | Pick<Diagnostic, 'code' | 'message' | 'hint'> {
  if (text === 'start') return { kind: 'start' }
  const ofDevice = /^(last-packet-from|boot):(.+)$/.exec(text)
  if (ofDevice !== null) {
    const device = ofDevice[2]!
    if (!known.devices.has(device))
      return {
        code: 'scenario/unknown-device',
        message: `unknown device "${device}"`,
        hint: didYouMean(device, known.devices),
      }
    return { kind: ofDevice[1] as 'last-packet-from' | 'boot', device }
  }
  const [id = '', edge, ...rest] = text.split('.')
  const step = known.steps.get(id)
  if (step === undefined)
    return {
      code: 'scenario/unknown-anchor',
      message: `no earlier step has the id "${id}"`,
      hint:
        didYouMean(id, known.steps.keys()) ??
        'give a step before it this id:, or use start, last-packet-from:DEVICE or boot:DEVICE',
    }
  if (rest.length > 0 || (edge !== undefined && !EDGES.includes(edge)))
    return {
      code: 'scenario/unknown-anchor',
      message: `a step has no "${text.slice(id.length + 1)}"`,
      hint: `write ${id}, ${id}.end, ${id}.first or ${id}.last`,
    }
  if ((edge === 'first' || edge === 'last') && !step.isExpect)
    return {
      code: 'scenario/unknown-anchor',
      message: `"${id}" is not an expect, so it has no ${edge} match`,
      hint: `${id} is its start, ${id}.end its end`,
    }
  return { kind: 'step', id, edge: (edge ?? 'start') as Edge }
}
