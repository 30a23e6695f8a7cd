// `skip`: the scenario ends here, as skipped, and tells why. For what is known only while it runs, such as an option that
// the broker says it lacks; what failed before has failed.

import { z } from 'zod'
import type { Action } from './step.ts'

/** The way out of a run that is skipped; its message is the reason. */
export class SkippedError extends Error {}

const args = z.string().min(1)

export const skip: Action<z.output<typeof args>> = {
  kind: 'action',
  name: 'skip',
  summary: 'end the scenario as skipped, with the reason; stands under if:',
  args,
  devices: () => [],
  async run(reason) {
    throw new SkippedError(reason)
  },
  show: (reason) => `skip: ${reason}`,
}
