// The prose of diagnostics, whole, in fixtures/diagnostics: read the difference as a user would.

import { expect, test } from 'vitest'
import { z } from 'zod'
import * as s from './index.ts'

const step = z.strictObject({
  device: s.identifier(),
  topic: s.topicName().optional(),
  payload: s.textMatcher().optional(),
  qos: s.qos().optional(),
  within: s.duration().optional(),
  state: z.enum(['up', 'down']).optional(),
  count: s.count().optional(),
})
const scenario = z.strictObject({
  name: s.text(),
  vars: z.record(z.string(), z.unknown()).optional(),
  steps: z.array(step),
})

function prose(text: string): string {
  const { root, diagnostics: found } = s.parseScenarioText('demo.scenario.yaml', text)
  const diagnostics = new s.Diagnostics()
  diagnostics.addAll(found)
  if (root !== null) {
    const vars = s.childOf(root, 'vars')
    const values = { vars: vars === undefined ? {} : s.typedValue(vars) }
    s.validate(scenario, s.interpolate(root, { values }, diagnostics).node, diagnostics)
  }
  return diagnostics.all.map((one) => s.renderDiagnostic(one, text)).join('\n')
}

const FILES: Readonly<Record<string, string>> = {
  values: `name: 5
steps:
  - device: my board
    topic: room/+/light
    qos: 3
    within: 5
  - device: blue
    payload: 1
    count: { min: 4, mx: 5 }
    state: dwon
  - devcie: blue
    payload: /([/
    within: 2 sec
`,
  expressions: `name: keepalive
vars: { keepalive: 4s, quoted: "4s" }
steps:
  - device: blue
    within: "\${{ 1.5 * vars.keepalve }}"
  - device: blue
    within: "\${{ vars.keepalive + 500 }}"
  - device: blue
    within: "\${{ 1.5 * vars.quoted }}"
    topic: a/\${{ vars. }}/b
`,
  'yaml-blemishes': `name: twice
name: again
steps:
  - &first { device: blue }
  - *frist
  - <<: *first
    qos: 1
`,
  'yaml-expression-in-braces': `name: braces
steps:
  - { device: blue, within: \${{ vars.keepalive }} }
`,
  'yaml-open-quote': `name: "never closed
steps:
  - { device: blue }
`,
}

test.each(Object.keys(FILES))('%s', async (name) => {
  await expect(prose(FILES[name]!)).toMatchFileSnapshot(`../../fixtures/diagnostics/${name}.txt`)
})
