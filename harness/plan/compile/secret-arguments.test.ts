// Secrets that a step says by their place, not under a key with a telling name.

import { describe, expect, it } from 'vitest'
import { planFrom } from '../testing.ts'

/** [a device, a call, where the secret stands in it] */
const CALLS: readonly [string, string, string][] = [
  ['{ use: pubsubclient }', 'connect, args: [cid, me, planted-word]', 'the third argument'],
  ['{ use: arduino-mqtt }', 'connect, args: [cid, me, planted-word]', 'the third argument'],
  ['{ use: espmqttclient }', 'setCredentials, args: [me, planted-word]', 'the second argument'],
  ['{ use: espmqttclient }', 'setCredentials, args: [me, { bytes: planted-word }]', 'bytes'],
  ['{ use: esp-mqtt }', 'set_config, kwargs: { credentials.authentication.password: planted-word }', 'a keyword'],
]

const scenario = (device: string, call: string): string => `name: test
version: 1
devices:
  blue: ${device}
steps:
  - call: { device: blue, method: ${call} }
`

describe('a secret among the arguments of a call', () => {
  it.each(CALLS)('%s: %s, %s', (device, call) => {
    const plan = planFrom(scenario(device, call))
    expect(plan.secrets).toContain('planted-word')
    expect(JSON.stringify([plan.text, plan.steps.map(({ title }) => title)])).not.toContain('planted')
    // What is beside it stays.
    expect(plan.text).toContain('method: ')
    expect(planFrom(scenario(device, call.replace('planted-word', 'pw3'))).text).not.toContain('pw3')
  })

  it('is none where the library has another parameter at that place', () => {
    const plan = planFrom(scenario('{ use: umqtt.simple }', 'publish, args: [topic-of-blue, planted-word]'))
    expect(plan.secrets).toEqual([])
    expect(plan.text).toContain('planted-word')
  })

  it('is found when the step names its device beside the call, and with an expression', () => {
    const text = scenario('{ use: pubsubclient }', 'x').replace(
      /- call.*/,
      '- device: blue\n    call: { method: connect, args: [cid, me, "$' + '{{ env.HIL_WORD }}"] }',
    )
    expect(planFrom(text, { env: { HIL_WORD: 'planted-word' } }).secrets).toContain('planted-word')
  })
})

it('the authentication data of MQTT 5 is a secret', () => {
  const packet = 'type: connect, properties: { authenticationMethod: m, authenticationData: planted-word }'
  const plan = planFrom(`name: test
version: 1
devices:
  blue: { use: raw, protocol: 5 }
steps:
  - send: { device: blue, packet: { ${packet} } }
`)
  expect(plan.secrets).toContain('planted-word')
  expect(plan.text).not.toContain('planted')
})

it('a title that is cut in the middle of a secret does not show how it begins', () => {
  const titles = Array.from({ length: 60 }, (_, k) => {
    const call = `connect, args: [${'x'.repeat(k + 1)}, me, plantedplantedplantedword]`
    return planFrom(scenario('{ use: pubsubclient }', call)).steps[0]!.title
  })
  // In some the cut is behind the secret, in some within it, and in some before it.
  expect(titles.filter((title) => title.endsWith('…')).length).toBeGreaterThan(30)
  expect(titles.filter((title) => /me, •{1,24}…$/.test(title)).length).toBeGreaterThan(20)
  for (const title of titles) expect(title).not.toMatch(/me, p/)
})
