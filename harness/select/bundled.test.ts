import { expect, it } from 'vitest'
import { shippedPath } from './bundled.ts'

it.each([
  ['mqtt-hil', 'scenarios'],
  ['mqtt-hil/link', 'scenarios/link'],
  ['mqtt-hil/01-hello.scenario.yaml', 'scenarios/01-hello.scenario.yaml'],
  ['mqtt-hil/01-hello', 'scenarios/01-hello.scenario.yaml'],
  ['mqtt-hil/nowhere', 'scenarios/nowhere'],
  ['mqtt-hilly/x', 'mqtt-hilly/x'],
  ['harness/select', 'harness/select'],
])('%s is %s', (written, path) => {
  expect(shippedPath(written)).toBe(path)
})
