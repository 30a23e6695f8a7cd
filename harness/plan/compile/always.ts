// The claims under `always`, from nodes to plan: they hold beside the steps from the start of the run, and
// only a `never` can fail at any moment.

import { entryOf, headPlace, type Node } from '../../scenario/index.ts'
import type { ClaimStep } from '../model/plan.ts'
import { prohibition } from '../schema/grammar.ts'
import { buildNever } from './claims.ts'
import { type Context, notKnownYet, resolve } from './context.ts'
import { metaOf, oneLine } from './step-head.ts'

export function compileAlways(nodes: readonly Node[], context: Context): ClaimStep[] {
  return nodes.flatMap((node, k) => {
    const never = entryOf(node, 'never')
    if (
      node.kind !== 'map' ||
      never === undefined ||
      node.entries.some((e) => !['never', 'id', 'name', 'verifies'].includes(e.key))
    ) {
      context.diagnostics.add({
        code: 'scenario/always',
        message: 'under always there are claims of the form never: { … }',
        at: headPlace(node),
        hint: 'what must come belongs among the steps, as an expect',
      })
      return []
    }
    const meta = metaOf(node, never, context)
    const { later, open } = resolve(
      { ...context, saved: 'any', repeats: true },
      never.value,
      prohibition,
      buildNever(never.value, 'always'),
    )
    const hint = 'a claim under always begins with the run; later ones belong among the steps'
    for (const at of open) notKnownYet(at, context.diagnostics, hint)
    if (later === undefined) return []
    return [
      {
        kind: 'claim' as const,
        path: `always.${k}`,
        id: meta.id,
        verb: 'never',
        title: meta.title ?? oneLine(never),
        place: never.keyPlace,
        timeout: null,
        condition: null,
        verifies: meta.verifies,
        claim: later,
      },
    ]
  })
}
