// The board's own umqtt modules, on the real interpreter, against what the libraries really do.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TraceCase } from '../traces/case.ts'
import { pythonFormat } from '../traces/python.ts'
import { firstDifference, parseCases } from '../traces/replay.ts'
import { ScriptedInterpreter } from './scripted.testing.ts'

const TRACES = join(import.meta.dirname, '../../fixtures/traces')
let interpreter: ScriptedInterpreter

beforeAll(async () => {
  interpreter = await ScriptedInterpreter.load()
})

describe.each(['umqtt.simple', 'umqtt.robust'])('%s of the virtual board', (library) => {
  const file = join(TRACES, `${library}.json`)
  it.each(parseCases(file, readFileSync(file, 'utf8')).map((recorded) => [recorded.name, recorded] as const))(
    '%s: the calls of the library',
    (_, recorded) => {
      expect(firstDifference(recorded.trace, interpreter.play(recorded as TraceCase), pythonFormat.same)).toBeNull()
    },
  )
})
