// The signals beside Ctrl-C, which load.test.ts has.

import { it } from 'vitest'
import { isStoppedBy } from './stopped.testing.ts'

it.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('is stopped by %s in all of its processes, with what it has measured until then', isStoppedBy)
