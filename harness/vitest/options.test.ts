// What a program may say at the doors that are not the command line: one schema, and no option is lost silently.

import { expect, it } from 'vitest'
import { runScenario } from '../select/index.ts'
import { linkOptionsOf, optionsOf, settingsOf } from './options.ts'

const TEXT = `name: x
version: 1
devices: { blue: { use: umqtt.simple } }
steps:
  - delay: 1h
`

const ran = (options: object) =>
  runScenario({ text: TEXT }, options as never).then(
    ([run]) => run!.verdicts[0]!.expected,
    ({ code, message }) => `${code} ${message}`,
  )

it('what is misspelt is refused, with the nearest there is', async () => {
  expect(await ran({ brokr: 'aedes' })).toBe(
    'config/bad-option runScenario: unknown option "brokr"; did you mean "broker"?',
  )
  expect(() => settingsOf({ sed: 1 })).toThrow('hil: unknown option "sed"; did you mean "seed"?')
  expect(() => linkOptionsOf({ tsl: true })).toThrow('link(): unknown option "tsl"; did you mean "tls"?')
})

it.each([
  ['5 s', /^config\/bad-option runScenario: /],
  [Number.NaN, /^config\/bad-option runScenario: timeout: /],
  [-1, /^config\/bad-option runScenario: timeout: -1 is not a duration/],
  ['200', /^config\/bad-option runScenario: .*unit/],
])('a timeout of %s is none', async (timeout, told) => {
  expect(await ran({ timeout })).toMatch(told)
})

it.each(['300ms', 300])('a timeout of %s is 300 ms', async (timeout) => {
  expect(await ran({ timeout, clock: 'virtual' })).toBe('the step is done within the time limit of 300ms')
  expect(optionsOf({ timeout }).timeout).toBe(300)
})

it('each option has its type', async () => {
  for (const [options, told] of [
    [{ broker: ['aedes'] }, 'broker: expected text, got a list'],
    [{ vars: { a: 1 } }, 'vars.a: expected text, got 1'],
    [{ bind: 'blue=mqttjs' }, 'bind: expected a map, got the text "bind"'],
    [{ seed: 1.5 }, 'seed: '],
    [{ clock: 'virtaul' }, 'clock: the text "virtaul" is not one of real, virtual, auto; did you mean "virtual"?'],
    [{ signal: {} }, 'expected an AbortSignal'],
    [{ attach: 1 }, 'expected a function'],
  ] as const)
    expect(await ran(options)).toContain(told.replace('"bind"', '"blue=mqttjs"'))
})

it('a scenario that is neither a path nor a text is refused, and told what it could be', async () => {
  const refused = (scenario: unknown) =>
    runScenario(scenario as never).catch(({ code, message }) => `${code} ${message}`)
  expect(await refused({ txt: TEXT })).toMatch(
    /^config\/bad-option runScenario: [\s\S]*unknown option "txt"; did you mean "text"\?/,
  )
  expect(await refused(undefined)).toMatch(/^config\/bad-option runScenario: expected a map, got nothing/)
})
