// Each command is started, and its sockets and those of its children are looked at: all listen on loopback, unless another
// address was asked for.

import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { brokers } from '../../brokers/index.ts'
import { unlessMissing } from '../../brokers/needs.testing.ts'
import { writeTimeline } from '../../evidence/index.ts'
import { freePort } from '../../free-port.testing.ts'
import { Scratch, type Started, start } from '../testing.ts'
import { headerOfBlue } from './recording.testing.ts'

const isLinux = process.platform === 'linux'

/** The process and all that it has started. */
function treeOf(root: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const]
      } catch {
        return [] // it has just ended
      }
    })
  const tree = [root]
  for (const pid of tree) tree.push(...parents.filter(([, parent]) => parent === pid).map(([child]) => child))
  return tree
}

function inodesOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

const LISTEN = '0A'

/** Addresses, as the kernel writes them, at which the tree of a process listens. */
function listenersOf(root: number): readonly string[] {
  const own = new Set(treeOf(root).flatMap(inodesOf))
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTEN && own.has(inode!))
      .map(([, local]) => local!.split(':')[0]!),
  )
}

/** 127.0.0.0/8, ::1, and ::ffff:127.0.0.0/104; the kernel writes 32 bits at a time, little end first. */
const isLoopback = (address: string): boolean =>
  /^[0-9A-F]{6}7F$/.test(address) ||
  address === '00000000000000000000000001000000' ||
  /^0{16}FFFF0000[0-9A-F]{6}7F$/.test(address)

/** Until so many are there; then all of them. The command is ended. */
async function listening(started: Started, least: number): Promise<readonly string[]> {
  const { child } = started
  try {
    await expect
      .poll(() => (child.exitCode === null ? listenersOf(child.pid!).length : -1), { timeout: 60_000, interval: 50 })
      .toBeGreaterThanOrEqual(least)
    return listenersOf(child.pid!)
  } finally {
    if (child.exitCode === null) {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    }
  }
}

const SCENARIO = `
name: waits
version: 1
timeout: 100s
devices:
  blue: { use: umqtt.simple }
  tool: { use: process, command: [node, -e, "setTimeout(() => {}, 60000)"] }
steps:
  - connect: blue
  - delay: 60s
`

const FLEET = `
name: waits
version: 1
timeout: 100s
fleet:
  sensors: { use: umqtt.simple, count: 2 }
steps:
  - delay: 60s
`

const RECORDING = writeTimeline(
  headerOfBlue(),
  // It connects again after a minute: until then its link listens.
  [
    { kind: 'socket', device: 'blue', change: 'connected', by: 'device', connection: 1, at: 0, seq: 0 },
    { kind: 'socket', device: 'blue', change: 'closed', by: 'device', connection: 1, at: 5, seq: 1 },
    { kind: 'socket', device: 'blue', change: 'connected', by: 'device', connection: 2, at: 60_000, seq: 2 },
  ] as never,
)

for (const name of ['aedes', 'mosquitto', 'nats'] as const) {
  const { skip, why } = unlessMissing(await brokers[name].available())
  test.skipIf(skip || !isLinux)(
    `hil run --broker ${name}${why}`,
    async () => {
      using folder = new Scratch()
      writeFileSync(join(folder.path, 'x.scenario.yaml'), SCENARIO)
      const found = await listening(start(['run', 'x.scenario.yaml', '--broker', name], folder.path), 3)
      expect(found.filter((address) => !isLoopback(address))).toEqual([])
    },
    90_000,
  )
}

test.skipIf(!isLinux).each([
  ['load --metrics', ['load', 'x.scenario.yaml', '--metrics', '0'], 2],
  ['record', ['record'], 2],
  ['record, several devices', ['record', '--device', 'a', '--device', 'b'], 3],
] as const)(
  'hil %s',
  async (_, args, least) => {
    using folder = new Scratch()
    writeFileSync(join(folder.path, 'x.scenario.yaml'), FLEET)
    const found = await listening(start([...args, '--broker', 'aedes'], folder.path), least)
    expect(found.filter((address) => !isLoopback(address))).toEqual([])
  },
  90_000,
)

test.skipIf(!isLinux).each([
  ['watch', ['watch', 'x.scenario.yaml', '--broker', 'aedes'], 3],
  ['replay', ['replay', 'recording', '--broker', 'aedes'], 2],
] as const)(
  'hil %s',
  async (_, args, least) => {
    using folder = new Scratch()
    writeFileSync(join(folder.path, 'x.scenario.yaml'), SCENARIO)
    mkdirSync(join(folder.path, 'recording'))
    writeFileSync(join(folder.path, 'recording/timeline.ndjson'), RECORDING)
    const found = await listening(start(args, folder.path), least)
    expect(found.filter((address) => !isLoopback(address))).toEqual([])
  },
  90_000,
)

// These listen nowhere: they are looked at once they have connected to somebody.
test.skipIf(!isLinux).each([
  ['emulate', (port: number) => ['emulate', 'umqtt.simple', '-p', String(port), '-t', 'a']],
  ['worker', (port: number) => ['worker', '--queue', `redis://127.0.0.1:${port}`]],
] as const)(
  'hil %s',
  async (_, args) => {
    using folder = new Scratch()
    const server = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const connected = once(server, 'connection')
    process.env.HIL_QUEUE_KEY = 'k'.repeat(40)
    const started = start([...args((server.address() as { readonly port: number }).port)], folder.path)
    delete process.env.HIL_QUEUE_KEY
    try {
      await connected
      expect(await listening(started, 0)).toEqual([])
    } finally {
      server.close()
    }
  },
  90_000,
)

test.skipIf(!isLinux)(
  'an address that is asked for is taken, and this test sees it',
  async () => {
    using folder = new Scratch()
    const args = ['record', '--broker', 'aedes', '--listen', `0.0.0.0:${await freePort()}`]
    const found = await listening(start(args, folder.path), 2)
    expect(found.filter((address) => !isLoopback(address))).toEqual(['00000000'])
  },
  90_000,
)
