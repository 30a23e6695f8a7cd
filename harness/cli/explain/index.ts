// Every code that a message of hil can have. A test reads the sources and holds this against them.

import { asked } from './asked.ts'
import { boards } from './boards.ts'
import type { Explanations } from './explanation.ts'
import { fleet } from './fleet.ts'
import { scenario } from './scenario.ts'
import { world } from './world.ts'

export const explanations: Explanations = { ...scenario, ...asked, ...world, ...boards, ...fleet }
export type { Explanation } from './explanation.ts'
