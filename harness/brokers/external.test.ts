import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { aedes } from './aedes.ts'
import { external } from './external.ts'

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
  'mqtts://me:secret@x',
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
