// What `hil coverage` reads of results.json: the tags tell of which version of MQTT the statements are.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hil, Scratch } from '../testing.ts'

const ran = (tags: readonly string[], verifies: string) => ({
  name: tags.join(' '),
  file: 'x.scenario.yaml',
  variant: '',
  status: 'passed',
  reason: null,
  tags,
  verifies: [verifies],
  broker: { name: 'reference', version: '1.0' },
  bindings: { dut: 'mqttjs' },
  steps: [],
})

it('counts for each version the scenarios that are about it', async () => {
  using scratch = new Scratch()
  const scenarios = [ran(['device'], 'MQTT-3.1.0-1'), ran(['device', 'mqtt5'], 'MQTT-3.2.2-15')]
  writeFileSync(join(scratch.path, 'results.json'), JSON.stringify({ schema: 'mqtt-hil/results', scenarios }))
  const five = await hil('coverage', scratch.path, '--mqtt', '5', '--side', 'client')
  expect(five.out).toMatch(/^1 of 109 statements .* for the client/m)
  expect(five.out).not.toContain('MQTT-3.2.2-15 is not tested')
  expect(five.out).toContain('MQTT-3.1.0-1 is not tested')
  const four = await hil('coverage', scratch.path, '--side', 'client')
  expect(four.out).toMatch(/^1 of \d+ statements .* for the client/m)
})
