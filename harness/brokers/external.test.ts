import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { connectAsync } from 'mqtt'
import { afterAll, describe, expect, test } from 'vitest'
import { Scratch } from '../cli/testing.ts'
import { claimPort, isFree } from '../link/index.ts'
import { testAuthority } from '../tls/index.ts'
import { aedes } from './aedes.ts'
import { external } from './external.ts'
import { mosquitto } from './mosquitto/mosquitto.ts'
import { needs } from './needs.testing.ts'

const mosquittoHere = await needs('mosquitto')

test('borrows a broker, knows its credentials, and shows them to nobody', async () => {
  await using owner = await aedes.open()
  await using broker = await external.open({
    url: `mqtt://me:s%40cret@${owner.host}:${owner.port}`,
    keepaliveSlack: '250ms',
  })
  expect(broker).toMatchObject({ host: owner.host, port: owner.port, controllable: false, keepaliveSlack: 250 })
  expect(broker.access.credentials).toEqual({ username: 'me', password: 's@cret' })
  expect(inspect(broker, { depth: 9, showHidden: true }) + JSON.stringify(broker)).not.toContain('cret')
})

test('it cannot be stopped, started or killed, and giving it back leaves it alone', async () => {
  await using owner = await aedes.open()
  const options = { url: `mqtt://${owner.host}:${owner.port}` }
  const broker = await external.open(options)
  for (const action of ['stop', 'start', 'kill'] as const) {
    await expect(broker[action]()).rejects.toMatchObject({ code: 'broker/not-ours' })
  }
  await broker[Symbol.asyncDispose]()
  expect(broker.access.credentials).toBeUndefined()
  expect(await external.available(options)).toBeNull()
})

test('a name that has no address is told as that', async () => {
  const options = { url: 'mqtt://no-such-host.invalid:1883' }
  const why = expect.stringMatching(/^no address is known for the name no-such-host\.invalid/)
  await expect(external.open(options)).rejects.toMatchObject({ code: 'broker/unreachable', message: why })
  expect(await external.available(options)).toEqual(why)
})

test('TLS with a server of something else is told as that, without the words of OpenSSL', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('220 ready\r\n')))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await expect(external.open({ url: `mqtts://127.0.0.1:${port}` })).rejects.toMatchObject({
    code: 'broker/no-tls',
    message: `the server at 127.0.0.1:${port} speaks neither TLS nor MQTT`,
  })
  await new Promise((done) => server.close(done))
})

test('one that does not answer is a Problem', async () => {
  const owner = await aedes.open()
  const options = { url: `mqtt://me:secret@127.0.0.1:${owner.port}` }
  await owner[Symbol.asyncDispose]()
  expect(await external.available(options)).toContain('ECONNREFUSED')
  const error = await external.open(options).catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'broker/unreachable' })
  expect(inspect(error, { depth: 9 })).not.toContain('secret')
})

test.each([
  'localhost',
  'http://x',
  'mqtts://',
  'ftp://me:secret@x',
  'mqtt://',
  'mqtt://a%zz:secret@x',
  'mqtt://me:secret@x:99999',
])('%s is no URL of a broker', (url) => {
  const open = () => external.keepaliveSlack({ url })
  expect(open).toThrow(expect.objectContaining({ code: 'broker/bad-options' }))
  expect(open).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }))
})

test('the port is 1883 when none is given, and the slack is that of the slowest', () => {
  expect(external.keepaliveSlack({ url: 'mqtt://[::1]' })).toBe(6000)
})

describe.skipIf(mosquittoHere.skip)(`a broker with TLS${mosquittoHere.why}`, () => {
  test.each([true, 'mutual'])('by mqtts, with the authority’s certificate: %s', async (tls) => {
    await using owner = await mosquitto.open({ tls })
    using files = new Files()
    const authority = await testAuthority()
    const cafile = files.put('ca.crt', authority.cert)
    const own = await authority.client('me')
    const more = tls === true ? {} : { cert: files.put('me.crt', own.cert), key: files.put('me.key', own.key) }
    const url = `mqtts://me:secret@localhost:${owner.port}`
    await using broker = await external.open({ url, cafile, ...more })
    expect(broker.access).toMatchObject({ tls: { ca: authority.cert, serverName: 'localhost' } })
    expect(broker.access.tls?.key).toBe(tls === true ? undefined : own.key)
    expect(inspect(broker, { depth: 9, showHidden: true }) + JSON.stringify(broker)).not.toMatch(/secret|PRIVATE/)
  })

  test('whose certificate nobody trusts is told as that, and may be taken all the same', async () => {
    await using owner = await mosquitto.open({ tls: true })
    const url = `mqtts://localhost:${owner.port}`
    const error = await external.open({ url }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'broker/no-tls', message: expect.stringMatching(/certificate/) })
    await using broker = await external.open({ url, insecure: true })
    expect(broker.access.tls).toMatchObject({ insecure: true })
  })

  test('that does not speak TLS is told as that', async () => {
    await using owner = await mosquitto.open()
    const url = `mqtts://localhost:${owner.port}`
    await expect(external.open({ url, insecure: true })).rejects.toMatchObject({ code: 'broker/no-tls' })
  })

  test('certificate and key go together, and files must be there', async () => {
    await using owner = await mosquitto.open({ tls: true })
    const url = `mqtts://localhost:${owner.port}`
    await expect(external.open({ url, cert: 'a' })).rejects.toMatchObject({ code: 'broker/bad-options' })
    await expect(external.open({ url, cafile: '/no/such' })).rejects.toMatchObject({ code: 'broker/bad-options' })
  })
})

test('files of the options are looked at before anything is opened', () => {
  using files = new Files()
  const url = 'mqtts://localhost:1'
  const text = files.put('a.txt', 'no PEM')
  const wrong = (options: object) => {
    try {
      external.inspect({ url, ...options })
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  expect(wrong({ cafile: 'none.crt' })).toMatch('none.crt cannot be read')
  expect(wrong({ cafile: text })).toMatch('holds no certificate')
  expect(wrong({ cert: text, key: text })).toMatch('holds no certificate')
  expect(wrong({ cafile: 'a.txt', directory: dirname(text) })).toMatch('a.txt holds no certificate')
  expect(wrong({})).toBe('')
})

describe.skipIf(mosquittoHere.skip)(`a broker with WebSocket${mosquittoHere.why}`, () => {
  const web = async (secure: boolean) => {
    const { port, release } = await claimPort((p) => isFree('127.0.0.1', p))
    const tls = secure ? await tlsLines() : []
    const broker = await mosquitto.open({ config: [`listener ${port} 127.0.0.1`, 'protocol websockets', ...tls] })
    // Its second listener may be a moment later than its first.
    await expect.poll(() => isFree('127.0.0.1', port), { timeout: 10_000 }).toBe(false)
    return { url: `${secure ? 'wss' : 'ws'}://localhost:${port}/mqtt`, broker, release }
  }
  const files = new Files()
  afterAll(() => files[Symbol.dispose]())
  const tlsLines = async () => {
    const { cert, key } = await (await testAuthority()).server('valid')
    return [`certfile ${files.put('s.crt', cert)}`, `keyfile ${files.put('s.key', key)}`]
  }

  test.each([false, true])('passes packets both ways, and ends: with TLS %s', async (secure) => {
    const { url, broker: owner, release } = await web(secure)
    await using _ = owner
    await using broker = await external.open({ url, ...(secure ? { insecure: true } : {}) })
    expect(broker.host).toBe('127.0.0.1')
    const client = await connectAsync({ host: broker.host, port: broker.port, protocolVersion: 4, reconnectPeriod: 0 })
    await client.subscribeAsync('t', { qos: 1 })
    const payload = Buffer.alloc(20_000, 'x')
    const heard = new Promise<Buffer>((resolve) => client.once('message', (_topic, text) => resolve(text)))
    await client.publishAsync('t', payload, { qos: 1 })
    expect((await heard).equals(payload)).toBe(true)
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    await owner.kill()
    await closed
    await client.endAsync(true)
    release()
  })

  test('given back, its own port is free again', async () => {
    const { url, broker: owner, release } = await web(false)
    await using _ = owner
    const broker = await external.open({ url })
    const { port } = broker
    expect(await isFree('127.0.0.1', port)).toBe(false)
    await broker[Symbol.asyncDispose]()
    expect(await isFree('127.0.0.1', port)).toBe(true)
    release()
  })
})

class Files extends Scratch {
  put(name: string, text: string): string {
    writeFileSync(join(this.path, name), text)
    return join(this.path, name)
  }
}
