// A board that starts again while it is being taken over: what was typed into the interpreter before must not go on
// being typed into the new one. A Ctrl-C of the old attempt would cut the source of the new one in two.

import { expect, test } from 'vitest'
import { runText } from '../../run/testing.ts'

// From before its prompt is there until its puppet is set up.
test.concurrent.each([100, 180, 260])('reset %i ms after it has reset itself', async (wait) => {
  const { status, problem, bug, verdicts } = await runText(`name: n
version: 1
timeout: 30s
devices:
  blue: { use: micropython }
steps:
  - exec: { device: blue, code: "import machine; machine.reset()", start: true }
  - delay: ${wait}ms
  - reset: blue
  - exec: { device: blue, code: "import time; time.sleep(2.5); print('undisturbed')", returns: undisturbed, within: 10s }
  - connect: { device: blue, within: 10s }
  - publish: { device: blue, topic: t, payload: hi, qos: 1, within: 10s }
  - expect: { message: { topic: t, payload: hi } }`)
  expect({ problem, bug }).toEqual({ problem: null, bug: undefined })
  expect(verdicts.filter((v) => v.kind !== 'pass')).toEqual([])
  expect(status).toBe('passed')
})
