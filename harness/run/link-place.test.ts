// `link: { port, host, from, tls: { cert, key, ca } }` of a device, from the text to the wire.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { milliseconds } from '../../emulators/index.ts'
import { Scratch } from '../cli/testing.ts'
import { freePort } from '../free-port.testing.ts'
import { compile } from '../plan/index.ts'
import { testAuthority } from '../tls/index.ts'
import { plansOf, run } from './testing.ts'

const authority = await testAuthority()
const pair = await authority.server('valid')

const scenario = (link: string): string =>
  `name: test\nversion: 1\ndevices:\n  blue: { use: umqtt.simple, link: ${link} }\nsteps:\n  - connect: blue\n`

describe('a link', () => {
  it('listens at the port that firmware has compiled in', async () => {
    const port = await freePort()
    const { status, events } = await run(plansOf(scenario(`{ port: ${port}, from: ["192.0.2.1"] }`))[0]!)
    expect(status).toBe('passed')
    expect(events.find((e) => e.kind === 'socket' && e.change === 'connected')).toMatchObject({
      ends: { link: { address: '127.0.0.1', port } },
    })
  })

  it('that is to be at one port waits until another scenario has given it back', async () => {
    const port = await freePort()
    const plan = plansOf(scenario(`{ port: ${port}, host: 127.0.0.1 }`))[0]!
    const runs = await Promise.all([run(plan), run(plan)])
    expect(runs.map(({ status }) => status)).toEqual(['passed', 'passed'])
  })

  it('shows a certificate of the user’s own, and the device is given what to trust', async () => {
    using folder = new Scratch()
    const put = (name: string, text: string): void => writeFileSync(join(folder.path, name), text)
    put('cert.pem', pair.cert)
    put('key.pem', pair.key)
    put('ca.pem', authority.cert)
    const text = scenario('{ tls: { cert: cert.pem, key: key.pem, ca: ca.pem, alpn: [mqtt] } }')
    const { status, events } = await run(plansOf(text, join(folder.path, 'x.scenario.yaml'))[0]!)
    expect(status).toBe('passed')
    expect(events.filter((e) => e.kind === 'socket').map(({ change }) => change)).toContain('secured')
  })
})

describe('what is wrong with a link is told before a run', () => {
  const told = (link: string, folder = ''): unknown =>
    compile(join(folder, 'x.scenario.yaml'), scenario(link), {
      broker: () => ({ name: 'aedes', keepaliveSlack: milliseconds(50) }),
    }).diagnostics.all.map(({ code, message }) => `${code}: ${message}`)

  it.each([
    ['{ port: 70000 }', 'scenario/bad-value: expected a port from 1 to 65535'],
    ['{ host: here }', 'scenario/bad-value: expected an IP address'],
    ['{ from: [] }', 'scenario/bad-value: must not be empty'],
    ['{ tls: { cert: a.pem } }', 'scenario/link-certificate: cert: and key: go together'],
    ['{ tls: { ca: a.pem } }', 'scenario/link-certificate: ca: goes with cert: and key:'],
    ['{ tls: { cert: a.pem, key: b.pem, certificate: valid } }', expect.stringContaining('does not go with cert:')],
  ])('%s', (link, message) => {
    expect(told(link)).toEqual([message])
  })

  it('files that are not there, and a key that is not that of the certificate', async () => {
    using folder = new Scratch()
    expect(told('{ tls: { cert: a.pem, key: b.pem } }', folder.path)).toEqual([
      'scenario/no-such-file: a.pem cannot be read: ENOENT',
      'scenario/no-such-file: b.pem cannot be read: ENOENT',
    ])
    writeFileSync(join(folder.path, 'a.pem'), pair.cert)
    writeFileSync(join(folder.path, 'b.pem'), (await authority.server('self-signed')).key)
    expect(told('{ tls: { cert: a.pem, key: b.pem } }', folder.path)).toEqual([
      'scenario/link-certificate: the key is not that of the certificate',
    ])
  })
})
