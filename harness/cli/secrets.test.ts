// Plants secrets in every place that a user may put one, and looks for them in all that a run leaves behind.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mosquitto } from '../brokers/mosquitto/mosquitto.ts'
import { needs } from '../brokers/needs.testing.ts'
import { testAuthority } from '../tls/index.ts'
import { type Ended, hil, Scratch } from './testing.ts'

const here = await needs('mosquitto', 'mosquitto_pub')

const DEVICE = 'planted-device-word'
const SHORT = 'pw3'
const BROKER = 'planted-broker-word'
const ENVIRONMENT = 'planted-environment-word'
const VARIABLE = 'planted-variable-word'
const PLANTED = [DEVICE, BROKER, ENVIRONMENT, VARIABLE]

const SCENARIO = `name: secrets
version: 1
timeout: 20s
vars: { password: not given }
broker:
  use: mosquitto
  with: { passwords: { blue: ${DEVICE}, green: "${SHORT}", red: "${ENVIRONMENT}", tool: "\${{ vars.password }}" } }
devices:
  blue: { use: umqtt.simple, with: { user: blue, password: ${DEVICE} }, link: { tls: { mutual: true } } }
  green: { use: minimqtt, with: { username: green, password: "${SHORT}" } }
  red: { use: mqttjs, with: { username: red, password: "\${{ env.HIL_TEST_PASSWORD }}" } }
  tool:
    use: process
    needs: [mosquitto_pub]
    env: { WORD: "\${{ vars.password }}" }
    command: mosquitto_pub -h \${{ link.host }} -p \${{ link.port }} -u tool -P "$WORD" -t from/tool -m "my word is $WORD" -d
  cut: { use: raw }
steps:
  - connect: blue
  - connect: green
  - connect: red
  - expect: { message: { topic: from/tool }, since: start }
  - publish: { device: blue, topic: a/${DEVICE}, payload: ${DEVICE} }
  - expect: { message: { topic: /^a/ } }
  - send: { device: cut, packet: { type: connect, clientId: c, username: u, password: ${DEVICE} }, first: 34 }
  - call: { device: cut, method: close }
  - expect: { packet: { from: cut, type: malformed } }
  - call: { device: blue, method: publish, args: [${DEVICE}], raises: TypeError }
  - expect: { message: { topic: never, payload: ${DEVICE} }, within: 100ms }
`

function everythingIn(folder: string): { file: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => ({ file, bytes: readFileSync(file) }))
}

/** Where a secret is found: as it is, in hexadecimal or in base64. */
function leaks(secret: string, { out, err }: Ended, output: string): string[] {
  const shapes = [
    secret,
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ]
  const places = [
    ...everythingIn(output),
    { file: 'stdout', bytes: Buffer.from(out) },
    { file: 'stderr', bytes: Buffer.from(err) },
  ]
  return places.flatMap(({ file, bytes }) => shapes.filter((s) => bytes.includes(s)).map((s) => `${file}: ${s}`))
}

describe.skipIf(here.skip)(`secrets${here.why}`, () => {
  test('are in nothing that a run shows or leaves behind, when it fails, too', async () => {
    using scratch = new Scratch()
    const file = join(scratch.path, 'secrets.scenario.yaml')
    const output = join(scratch.path, 'results')
    writeFileSync(file, SCENARIO)
    process.env.HIL_TEST_PASSWORD = ENVIRONMENT
    const flags = ['--reporter', 'list,json,junit', '--output', output, '--var', `password=${VARIABLE}`]
    const ended = await hil('run', file, ...flags).finally(() => delete process.env.HIL_TEST_PASSWORD)
    expect(ended.err).toBe('')
    expect(ended.out).toContain('expected: a message, topic "never"')
    expect(ended.code).toBe(1)
    // The run was what it was meant to be.
    const timeline = everythingIn(output).find(({ file: name }) => name.endsWith('timeline.ndjson'))!
    const events = timeline.bytes
      .toString()
      .split('\n')
      .filter(Boolean)
      .slice(1)
      .map((line) => JSON.parse(line))
    const connects = events.filter((e) => e.kind === 'packet' && e.packet.type === 'connect')
    expect(connects.map((e) => e.device).sort()).toEqual(['blue', 'green', 'red', 'tool'])
    for (const { packet } of connects) expect(packet.password.hex).toMatch(/^(2a)+$/)
    expect(events.some((e) => e.kind === 'packet' && e.packet.type === 'malformed' && e.device === 'cut')).toBe(true)
    for (const secret of PLANTED) expect(leaks(secret, ended, output)).toEqual([])
    expect(leaks(SHORT, ended, output)).toEqual([])
    const everything = Buffer.concat(everythingIn(output).map(({ bytes }) => bytes)).toString()
    expect(everything + ended.out + ended.err).not.toMatch(/PRIVATE KEY|BEGIN CERT/)
  })

  test('are not shown by a complaint about the line that they stand in, or about themselves', async () => {
    using scratch = new Scratch()
    const file = join(scratch.path, 'wrong.scenario.yaml')
    const device = `{ use: umqtt.simple, with: { password: 987654, kepalive: 4s, user: [${DEVICE}] } }`
    writeFileSync(
      file,
      `name: x\nversion: 1\ndevices:\n  blue: ${device}\n  green: { use: raw, password: ${DEVICE} }\nsteps:\n  - boot: blue\n`,
    )
    const { code, err, out } = await hil('check', file)
    expect(code).toBe(2)
    expect(err).toContain('kepalive')
    expect(err).toMatch(/password is text/)
    expect(err + out).not.toMatch(new RegExp(`987654|green.*${DEVICE}`))
  })

  test('of a broker by its URL, and its key, stay with it; and the record can be judged again', async () => {
    using scratch = new Scratch()
    const authority = await testAuthority()
    const { cert, key } = await authority.client('me')
    const put = (name: string, text: string): string => {
      writeFileSync(join(scratch.path, name), text)
      return join(scratch.path, name)
    }
    await using owner = await mosquitto.open({ tls: 'mutual', passwords: { me: BROKER } })
    const output = join(scratch.path, 'results')
    const access = [
      '--cafile',
      put('ca.crt', authority.cert),
      '--cert',
      put('me.crt', cert),
      '--key',
      put('me.key', key),
    ]
    const run = (url: string, ...more: string[]) =>
      hil('run', 'scenarios/01-hello.scenario.yaml', '--broker', url, ...access, '--output', output, ...more)
    // The device brings no credentials of its own, and is given those.
    const ended = await run(`mqtts://me:${BROKER}@localhost:${owner.port}`)
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(leaks(BROKER, ended, output)).toEqual([])
    expect(leaks(key.slice(40, 80), ended, output)).toEqual([])
    expect((await hil('judge', output)).code).toBe(0)
    const flags = await run(`mqtts://localhost:${owner.port}`, '-u', 'me', '-P', BROKER)
    expect(flags.code).toBe(0)
    const wrong = await run(`mqtts://localhost:${owner.port}`, '-u', 'me', '-P', `${BROKER}-wrong`)
    expect(wrong.code).toBe(3)
    expect(leaks(BROKER, wrong, output)).toEqual([])
  })

  test('flags for a broker by URL are no use for one that is started here', async () => {
    const ended = await hil('run', 'scenarios/01-hello.scenario.yaml', '--broker', 'aedes', '-u', 'me')
    expect(ended.code).toBe(2)
    expect(ended.err).toContain('select/not-for-broker')
  })
})
