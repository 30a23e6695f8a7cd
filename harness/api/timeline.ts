// A timeline of its own, for links without a scenario.

import { realClock } from '../../emulators/index.ts'
import { Timeline } from '../evidence/index.ts'

/** On the machine's monotonic clock, from 0. */
export const newTimeline = (): Timeline => new Timeline(realClock())
