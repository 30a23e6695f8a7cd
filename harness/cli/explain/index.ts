// Every code that a message of hil can have. A test reads the sources and holds this against them.

import { boards } from './boards.ts'
import { world } from './environment.ts'
import type { Explanations } from './explanation.ts'
import { fleet } from './fleet.ts'
import { recording } from './recording.ts'
import { scenario } from './scenario.ts'
import { asked } from './usage.ts'

export const explanations: Explanations = { ...scenario, ...asked, ...world, ...boards, ...fleet, ...recording }
export type { Explanation } from './explanation.ts'
