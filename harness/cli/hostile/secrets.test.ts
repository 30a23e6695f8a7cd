// Twelve secrets in twelve places: none of them is in anything that a run writes or prints, whether it passes or fails.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type Ended, hilIn, Scratch } from '../testing.ts'

const SECRETS = {
  plain: 'plantedplain1',
  doubleQuoted: 'planted"double\\2',
  singleQuoted: "planted'single3",
  block: 'plantedblock4',
  prefixedKey: 'plantedprefix5',
  upperKey: 'PLANTEDUPPER6',
  psk: 'plantedpsk7',
  environment: 'plantedenv8',
  variable: 'planted<var>9',
  anchored: 'planted"anchor10',
  malformed: 'plantedbroken11',
  nested: 'plantednested12',
} as const

const scenario = (last: string): string =>
  `
name: twelve
version: 1
vars:
  broker_pass: not given
  anchored: &word "planted\\"anchor10"
devices:
  one: { use: umqtt.simple, with: { user: u, password: ${SECRETS.plain} } }
  two: { use: umqtt.simple, with: { user: u, password: "planted\\"double\\\\2" } }
  three: { use: umqtt.simple, with: { user: u, password: 'planted''single3' } }
  four:
    use: umqtt.simple
    with:
      user: u
      password: |-
        ${SECRETS.block}
  five:
    use: process
    env:
      mqtt_password: ${SECRETS.prefixedKey}
      MQTT_PASSWORD: ${SECRETS.upperKey}
      wifi_psk: ${SECRETS.psk}
      API_TOKEN: "\${{ env.HIL_TEST_TOKEN }}"
      OTHER: "\${{ vars.broker_pass }}"
      deployToken: { }
    command: [node, -e, "console.log(Object.values(process.env).filter((v) => /planted/i.test(v)).join(' and '))"]
  six: { use: umqtt.simple, with: { user: u, password: *word } }
  cut: { use: process, command: [node, broken.cjs], env: { BROKEN_PASSWORD: ${SECRETS.malformed} } }
always:
  - never: { serial: { device: five, line: never } }
steps:
  - connect: one
  - connect: two
  - connect: three
  - connect: four
  - connect: six
  - publish: { device: one, topic: t/1, payload: "x \${{ vars.anchored }}" }
  - publish: { device: one, topic: t/2, payload: ${SECRETS.plain} and ${SECRETS.block} }
  - expect: { packet: { from: cut, type: malformed }, since: start, within: 5s }
  - publish: { device: two, topic: t/3, payload: "planted\\"double\\\\2 planted'single3" }
  - ${last}
`.replace('      deployToken: { }\n', `      deployToken: ${SECRETS.nested}\n`)

/** A device whose CONNECT has a client id that claims more than there is, so that nobody can read it. */
const BROKEN = `
const { HIL_HOST, HIL_PORT, BROKEN_PASSWORD } = process.env
const head = Buffer.from('00044d51545404c2003c00ff63000175', 'hex')
const body = Buffer.concat([head, Buffer.from([0, BROKEN_PASSWORD.length]), Buffer.from(BROKEN_PASSWORD)])
const socket = require('net').connect(Number(HIL_PORT), HIL_HOST)
socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]))
socket.on('error', () => {})
`

function everythingIn(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => {
      const text = readFileSync(file, 'latin1')
      const packed = [...text.matchAll(/type="text\/plain"[^>]*>([A-Za-z0-9+/=]+)</g)]
      const inside = packed.map((match) => gunzipSync(Buffer.from(match[1]!, 'base64')).toString('latin1'))
      return [file, `${text}\n${inside.join('\n')}`] as const
    })
}

const forms = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  secret.replaceAll("'", "''"),
  secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
]

function leaks(ended: Ended, folder: string): readonly string[] {
  const places = [['stdout', ended.out], ['stderr', ended.err], ...everythingIn(folder)] as const
  return Object.entries(SECRETS).flatMap(([name, secret]) =>
    places.flatMap(([place, text]) =>
      forms(secret).some((form) => text.includes(form)) ? [`${name} in ${place.slice(folder.length)}`] : [],
    ),
  )
}

test.each([
  ['passes', 'expect: { message: { topic: t/3 }, within: 10s }', 0],
  ['fails', `expect: { message: { topic: t/9, payload: ${SECRETS.plain} }, within: 300ms }`, 1],
])(
  'a run that %s',
  async (_, last, code) => {
    using folder = new Scratch()
    writeFileSync(join(folder.path, 'twelve.scenario.yaml'), scenario(last))
    writeFileSync(join(folder.path, 'broken.cjs'), BROKEN)
    process.env.HIL_TEST_TOKEN = SECRETS.environment
    try {
      const ended = await hilIn(
        folder.path,
        ...['run', 'twelve.scenario.yaml', '--output', 'results', '--var', `broker_pass=${SECRETS.variable}`],
        ...['--reporter', 'list,json,junit,html,ctrf,tap'],
      )
      expect([ended.code, ended.out, ended.err]).toEqual([code, expect.anything(), expect.anything()])
      expect(leaks(ended, join(folder.path, 'results'))).toEqual([])
      const judged = await hilIn(folder.path, 'judge', 'results')
      expect(leaks(judged, join(folder.path, 'results'))).toEqual([])
    } finally {
      delete process.env.HIL_TEST_TOKEN
    }
  },
  60_000,
)

test.each([
  'mqtts//u:PASSWORDX@h',
  'mqtt://u:PASSWORDX@h:99999',
  'mqqt://u:PASSWORDX@h',
  'mqtt://u:PASSWORDX@127.0.0.1:1',
])('the URL %s of a broker is shown without its password', async (url) => {
  using folder = new Scratch()
  writeFileSync(join(folder.path, 'x.scenario.yaml'), 'name: x\nversion: 1\nsteps:\n  - delay: 1ms\n')
  const { code, out, err } = await hilIn(folder.path, 'run', 'x.scenario.yaml', '--broker', url)
  expect(code).not.toBe(0)
  expect(out + err).not.toContain('PASSWORDX')
})
