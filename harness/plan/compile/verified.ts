// What `verifies:` names must be there: a statement of MQTT by its number, in a version that the scenario speaks.

import { MQTT5 } from '../../devices/index.ts'
import { idsOf } from '../../lint/index.ts'
import { didYouMean, entryOf, type Node, placeOf } from '../../scenario/index.ts'
import { levelsIn } from './claim-names.ts'
import type { Context } from './context.ts'

/** Adds what is wrong to the diagnostics; issues and links are not looked at. */
export function checkVerified(ids: readonly string[], node: Node, context: Context): void {
  const numbers = ids.filter((id) => id.startsWith('MQTT-'))
  if (numbers.length === 0) return
  const levels = levelsIn(context)
  const spoken = (['3.1.1', '5'] as const).filter(
    (version) => levels === null || levels.some((level) => (level === MQTT5) === (version === '5')),
  )
  for (const id of numbers) {
    if (spoken.some((version) => idsOf(version).has(id))) continue
    const other = (['3.1.1', '5'] as const).find((version) => idsOf(version).has(id))
    const near = didYouMean(
      id,
      spoken.flatMap((version) => [...idsOf(version)]),
    )
    context.diagnostics.add({
      code: 'scenario/unanswerable',
      message:
        other === undefined
          ? `MQTT has no statement ${id}`
          : `${id} is of MQTT ${other}, and no device here speaks that`,
      at: placeOf(entryOf(node, 'verifies')?.value ?? node, id),
      hint:
        other === undefined
          ? (near ?? 'hil coverage lists the statements that there are')
          : `the two versions number their statements differently: name the one of MQTT ${spoken[0]}`,
    })
  }
}
