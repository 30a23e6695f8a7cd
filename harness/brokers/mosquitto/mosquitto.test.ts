import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, type IConnackPacket } from 'mqtt'
import { describe, expect, test, vi } from 'vitest'
import { brokerContract } from '../broker.contract.ts'
import type { Broker } from '../broker.ts'
import { findProgram } from '../find-program.ts'
import { needs } from '../needs.testing.ts'
import { mosquitto } from './mosquitto.ts'

const mosquittoHere = await needs('mosquitto')
brokerContract(mosquitto, { unavailable: await mosquitto.available() })

test('a missing program is a Problem that says what to install', async () => {
  const options = { binary: 'no-such-mosquitto' }
  expect(await mosquitto.available(options)).toBe('no-such-mosquitto is not installed')
  await expect(mosquitto.open(options)).rejects.toMatchObject({
    code: 'broker/not-installed',
    hint: expect.stringContaining('apt-get install mosquitto'),
  })
})

test('programs are looked for on PATH, then where servers are', async () => {
  expect(await findProgram('sh', { PATH: '/nowhere:/bin' }, [])).toBe('/bin/sh')
  expect(await findProgram('sh', { PATH: '' }, ['/bin'])).toBe('/bin/sh')
  expect(await findProgram('sh', {}, [])).toBeNull()
  expect(await findProgram('/bin/sh', {}, [])).toBe('/bin/sh')
})

describe.skipIf(mosquittoHere.skip)(`mosquitto as a child${mosquittoHere.why}`, () => {
  const session = { clientId: 'keeper', clean: false, protocolVersion: 4, reconnectPeriod: 0 } as const

  /** Whether the broker still knew the session. */
  async function visit(broker: Broker, topic: string | null): Promise<boolean> {
    const client = connect({ ...session, host: broker.host, port: broker.port })
    const connack = await new Promise<IConnackPacket>((resolve) => client.once('connect', resolve))
    if (topic !== null) await client.subscribeAsync(topic, { qos: 1 })
    await client.endAsync()
    return connack.sessionPresent
  }

  test.each(['stop', 'kill'] as const)('with persistence, a session outlives a %s', async (how) => {
    await using broker = await mosquitto.open({ persistence: true })
    expect(await visit(broker, 't')).toBe(false)
    // It writes a moment after the change.
    await vi.waitFor(() => expect(broker.log()).toMatch(/SUBACK.*Saving in-memory database/s), 10_000)
    await broker[how]()
    await broker.start()
    expect(await visit(broker, null)).toBe(true)
  })

  test('without, it does not', async () => {
    await using broker = await mosquitto.open()
    await visit(broker, 't')
    await broker.stop()
    await broker.start()
    expect(await visit(broker, null)).toBe(false)
  })

  test('further lines of configuration reach it, and a wrong one is shown', async () => {
    await expect(mosquitto.open({ config: ['no_such_setting 1'] })).rejects.toMatchObject({
      code: 'broker/not-started',
      hint: expect.stringContaining('no_such_setting'),
    })
    await using broker = await mosquitto.open({ config: ['max_keepalive 60'] })
    expect(broker.log()).toContain('running')
  })

  test('what cannot be run is a Problem', async () => {
    await expect(mosquitto.open({ binary: '/bin/false' })).rejects.toMatchObject({ code: 'broker/not-started' })
  })

  test('it dies with a harness that crashes', async () => {
    const source = `
      import { mosquitto } from ${JSON.stringify(new URL('./mosquitto.ts', import.meta.url).href)}
      const broker = await mosquitto.open()
      console.log(broker.pid)
      setTimeout(() => { throw new Error('a bug') }, 50)`
    const jiti = `import { createJiti } from 'jiti'
      await createJiti(${JSON.stringify(import.meta.url)}, { fsCache: false }).evalModule(${JSON.stringify(source)}, { async: true, filename: ${JSON.stringify(new URL('./crash.ts', import.meta.url).pathname)} })`
    const harness = spawn(process.execPath, ['--input-type=module', '-e', jiti], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    harness.stdout.on('data', (text) => {
      said += text
    })
    const [code] = await once(harness, 'close')
    expect(code).not.toBe(0)
    const pid = Number(said.trim())
    expect(pid).toBeGreaterThan(1)
    // Killed, and perhaps not yet collected by whoever inherited it.
    const gone = () => !existsSync(`/proc/${pid}/exe`)
    for (let i = 0; i < 100 && !gone(); i++) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(gone()).toBe(true)
  })
})
