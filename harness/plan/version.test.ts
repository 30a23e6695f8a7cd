// `version:` of a device, from text to the client that it runs.

import { describe, expect, it } from 'vitest'
import type { ClientKind } from '../../emulators/index.ts'
import { compiled as compiledText } from './testing.ts'

const compiled = (device: string, rest = '') =>
  compiledText(`name: n\nversion: 1\n${rest}devices:\n  a: { ${device} }\nsteps:\n  - connect: a\n`)

const clientsOf = (device: string, rest = ''): string[] => {
  const { plans, diagnostics } = compiled(device, rest)
  expect(diagnostics.all).toEqual([])
  return plans.map((plan) => (plan.devices[0]!.settings as { client: ClientKind }).client.version)
}

describe('version', () => {
  it.each([
    ['use: umqtt.simple', '1.8.0'],
    ['use: umqtt.simple, version: 1.3', '1.3'],
    ['use: umqtt.simple, version: "1.3"', '1.3'],
    ['use: umqtt.simple, version: 1.7.0', '1.7.0'],
    ['use: umqtt.simple, version: 1.7', '1.7.1'],
    ['use: umqtt.simple, version: 1', '1.8.0'],
    ['use: umqtt.robust, version: 1.0.2', '1.0.2'],
    ['use: umqtt.simple, version: 1.8.0+20475d3', '1.8.0+20475d3'],
    ['use: minimqtt, version: 8.1', '8.1.0'],
  ])('%s is %s', (device, version) => {
    expect(clientsOf(device)).toEqual([version])
  })

  it('may be an expression', () => {
    const matrix = 'matrix: { v: [1.3, 1.7.0, "1.8"] }\n'
    expect(clientsOf('use: umqtt.simple, version: "${{ matrix.v }}"', matrix)).toEqual(['1.3', '1.7.0', '1.8.0'])
  })

  it.each([
    ['use: umqtt.simple, version: 1.10', 'unknown version 1.10 of umqtt.simple', /^there is 1\.3, 1\.3\.4, /],
    ['use: umqtt.simple, version: 1.7.2', 'unknown version 1.7.2 of umqtt.simple', /^did you mean "1\.7\.[01]"\?/],
    ['use: quecpython, version: 4', 'unknown version 4 of quecpython', /it is there as 24e3ada only/],
  ])('%s: %s', (device, message, hint) => {
    const { diagnostics } = compiled(device)
    expect(diagnostics.all).toMatchObject([
      { code: 'scenario/unknown-version', message, hint: expect.stringMatching(hint) },
    ])
  })
})
