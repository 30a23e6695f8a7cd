// What an editor offers in a test in TypeScript: asked of TypeScript's own language service, at places of types.test.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { API } from 'typescript/unstable/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clients, firmware } from '../../emulators/index.ts'
import { deviceKinds } from '../devices/index.ts'
import { ROOT } from './testing.ts'

const file = join(import.meta.dirname, 'types.test.ts')
const text = readFileSync(file, 'utf8')

let api: API
let offered: (before: string) => string[]

beforeAll(() => {
  api = new API({ cwd: ROOT })
  const config = join(ROOT, 'tsconfig.json')
  const { checker } = api.updateSnapshot({ openProjects: [config] }).getProject(config)!
  offered = (before) => {
    const at = text.indexOf(before)
    expect(at, `${before} stands in ${file}`).toBeGreaterThan(0)
    const found = checker.getCompletionsAtPosition(file, at + before.length)?.entries ?? []
    return found.map(({ name }) => name.replace('?', '')).sort()
  }
}, 300_000)

afterAll(() => api?.close())

it('kinds of devices', () => {
  expect(offered("await device('")).toEqual([...Object.keys(deviceKinds), 'virtual'].sort())
})

it('the options of that kind, and of that firmware', () => {
  const shown = clients['umqtt.simple'].options.map(({ name }) => name).filter((name) => !/^(server|port)$/.test(name))
  expect(offered("device('umqtt.simple', { with: { ")).toEqual(shown.sort())
  const group = firmware.tasmota.options.map(({ name }) => name)
  expect(group).toEqual(expect.arrayContaining(offered("firmware: 'tasmota', with: { ")))
})

it('the methods of its library, and the names of its signals', () => {
  expect(offered("blue.call('")).toEqual(Object.keys(clients['umqtt.simple'].methods).sort())
  expect(offered("blue.drive('")).toEqual(['door', 'led'])
})

it('packets, and the fields of each', () => {
  expect(offered("expect(blue).toHaveSent('")).toEqual(expect.arrayContaining(['connect', 'malformed', 'publish']))
  const puback = ['flags', 'hex', 'length', 'packetId', 'properties', 'reasonCode']
  expect(offered("toHaveReceived('puback', { ")).toEqual(puback)
  expect(offered("from: 'blue', type: 'subscribe', match: { ")).toEqual(
    ['flags', 'hex', 'length', 'noLocal', 'packetId', 'properties', 'qos']
      .concat(['retainAsPublished', 'retainHandling', 'topic'])
      .sort(),
  )
  expect(offered("socket: { from: 'blue', event: '")).toContain('handshake-failed')
})
