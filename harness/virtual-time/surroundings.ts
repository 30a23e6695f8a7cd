// What programs find around them, on a world's clock and by its seed: timers, dates, chance, and the network. They are
// put in place for one run and taken away after it. Libraries with timers of their own (aedes, MQTT.js) need no seam.

import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import timers from 'node:timers'
import timerPromises from 'node:timers/promises'
import tls from 'node:tls'
import { Problem } from '../../emulators/index.ts'
import { virtualChance } from './chance.ts'
import { current } from './current.ts'
import { memoryNet } from './net/index.ts'
import { memoryTls } from './net/tls.ts'
import { real } from './real.ts'
import { virtualPromises, virtualTimers } from './timers.ts'
import type { World } from './world.ts'

/** When every virtual run begins: 2020-01-01T00:00:00Z. */
const EPOCH = Date.UTC(2020, 0, 1)

/** In whole milliseconds, as Node has it. */
const dateNow = (): number => (current.world === null ? real.Date.now() : EPOCH + Math.floor(current.world.now))

const VirtualDate = new Proxy(real.Date, {
  construct: (target, args, type) => Reflect.construct(target, args.length === 0 ? [dateNow()] : args, type),
  apply: () => new real.Date(dateNow()).toString(),
  get: (target, key) => (key === 'now' ? dateNow : Reflect.get(target, key)),
})

const millis = (): number => current.world?.now ?? real.now()
const hrtime = Object.assign(
  (since: readonly [number, number] = [0, 0]): [number, number] => {
    const nanos = BigInt(Math.round(millis() * 1e6)) - (BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]))
    return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)]
  },
  { bigint: (): bigint => BigInt(Math.round(millis() * 1e6)) },
)

const refused = (what: string) => (): never => {
  throw new Problem('time/real', `${what} has a time of its own, and this run's time is virtual`, {
    hint: 'clock: real in the scenario, or --clock real',
  })
}

type Table = Record<string, unknown>

/** What is replaced, where, by what. */
const replacements = (world: World, inMemory = memoryNet(world)): readonly (readonly [object, Table])[] => [
  [globalThis, { ...virtualTimers, Date: VirtualDate }],
  [timers, virtualTimers],
  [timerPromises, virtualPromises],
  [performance, { now: millis }],
  [process, { hrtime }],
  ...virtualChance(world),
  [net, { ...inMemory }],
  [tls, memoryTls(inMemory.connect)],
  [net.Socket.prototype, { connect: refused('a socket of the operating system') }],
  [net.Server.prototype, { listen: refused('a listener of the operating system') }],
  [childProcess, Object.fromEntries(STARTERS.map((name) => [name, refused('a process')]))],
]

const STARTERS = ['spawn', 'fork', 'exec', 'execFile']

/** Puts a world in place of the real one; what is returned puts the real one back. */
export function enter(world: World): () => void {
  const undo = replacements(world).map(([where, what]) => replace(where, what))
  current.world = world
  syncBuiltinESMExports()
  return () => {
    current.world = null
    for (const back of undo.reverse()) back()
    syncBuiltinESMExports()
  }
}

function replace(where: object, what: Table): () => void {
  const before = Object.keys(what).map((key) => [key, Object.getOwnPropertyDescriptor(where, key)] as const)
  for (const [key, value] of Object.entries(what))
    Object.defineProperty(where, key, { value, writable: true, configurable: true, enumerable: true })
  return () => {
    for (const [key, descriptor] of before)
      if (descriptor === undefined) Reflect.deleteProperty(where, key)
      else Object.defineProperty(where, key, descriptor)
  }
}
