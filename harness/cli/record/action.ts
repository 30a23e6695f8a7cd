// What `hil record` does: prints where to connect, then a line for each thing that happens, then what it came to.

import { join } from 'node:path'
import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/core/problem.ts'
import {
  type Event,
  isHeard,
  isSaid,
  type Recorded,
  type RecordedDevice,
  recordDevices,
  writeEvent,
} from '../../api/record.ts'
import { type Duration, durationOf, showDuration, showEvent } from '../../api/show.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { addressOf } from '../addresses.ts'
import { tell } from '../errors.ts'
import { interruptible } from '../interrupt.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { RecordArguments } from './command.ts'

export async function recordAction(args: RecordArguments): Promise<ExitCode> {
  const out = terminal()
  const devices = devicesOf(args)
  const duration = args.for === undefined ? undefined : durationOf(args.for, '--for')
  const idle = args.untilIdle === undefined ? undefined : durationOf(args.untilIdle, '--until-idle')
  const folder = args.output ?? join('recordings', `${devices[0]!.name}-${stamp(new Date())}`)
  const interrupt = interruptible(out, '')
  // What a program reads stands on standard output by itself.
  const say = args.json ? out.printError : out.print
  const show = args.json ? (event: Event) => out.print(writeEvent(event)) : shower(out)
  const tallies = new Tallies()
  const { cafile, cert, key, insecure, username, pw } = args
  const recorded = await recordDevices({
    ...{ cafile, cert, key, insecure, username, pw },
    ...{ broker: args.broker, config: args.config, devices, tls: args.tls, folder, duration, idle, terminal: out },
    signal: interrupt.signal,
    onReady({ links, broker, name }) {
      for (const [k, { host, port }] of links.entries()) say(`${devices[k]!.name} connects to ${host}:${port}\n`)
      say(`broker: ${name} at ${broker.host}:${broker.port}\n`)
      if (args.tls) say(`TLS: ${join(folder, 'ca.crt')} is the authority to trust; the name is localhost\n`)
      say(`recording into ${folder}${duration === undefined ? '; Ctrl-C ends it' : ` for ${args.for}`}\n`)
    },
    onEvent: (event) => {
      tallies.observe(event)
      if (!args.quiet || args.json) show(event)
    },
  }).finally(interrupt.done)
  say(summary(recorded, tallies, folder, devices, out))
  return recorded.problem === null ? EXIT.passed : await tell(recorded.problem, out)
}

function devicesOf(args: RecordArguments): readonly RecordedDevice[] {
  const given = args.device ?? ['device']
  const named = given.map((text) => {
    const at = text.indexOf('=')
    const name = at < 0 ? text : text.slice(0, at)
    if (!/^[A-Za-z][\w-]*$/.test(name))
      throw new Problem('cli/bad-device', `--device ${text}: "${name}" is not a valid name`, {
        hint: 'a letter, then letters, digits, _ and -; or NAME=PORT, as in --device blue=1884',
      })
    return { name, ...(at < 0 ? {} : listening(text.slice(at + 1), `--device ${text}`)) }
  })
  const twice = named.find(({ name }, k) => named.findIndex((other) => other.name === name) !== k)
  if (twice !== undefined) throw new Problem('cli/bad-device', `--device: there are two of the name ${twice.name}`)
  if (args.listen !== undefined && (named.length > 1 || given[0]!.includes('=')))
    throw new Problem('cli/bad-device', '--listen is for a single device without a port in --device', {
      hint: 'such as --device blue=0.0.0.0:1884 --device green=0.0.0.0:1885',
    })
  const consoles = consolesOf(
    args.port ?? [],
    named.map(({ name }) => name),
  )
  const listen = args.listen === undefined ? {} : listening(args.listen, `--listen ${args.listen}`)
  return named.map((device) => ({ ...device, ...listen, console: consoles.get(device.name) }))
}

function listening(text: string, flag: string): { readonly host?: string; readonly port: number } {
  const { host, port } = addressOf(text, { flag, needs: 'port', hint: ADDRESS_HINT })
  return { ...(host === null ? {} : { host }), port: port! }
}

const ADDRESS_HINT = '0.0.0.0:1884 is port 1884 of every address of this machine'

function consolesOf(given: readonly string[], names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const at = text.indexOf('=')
      const name = at < 0 ? names[0]! : text.slice(0, at)
      if (at < 0 ? names.length > 1 : !names.includes(name))
        throw new Problem('cli/bad-device', `--port ${text}: the device is missing; write NAME=PORT`, {
          hint: `such as --port ${names[0]}=/dev/ttyUSB0`,
        })
      return [name, text.slice(at + 1)] as const
    }),
  )
}

/** `2026-11-21T10-15-00`: sorts, and can be a name everywhere. */
const stamp = (at: Date): string => at.toISOString().slice(0, 19).replaceAll(':', '-')

/** One calm line each. */
function shower(out: Terminal): (event: Event) => void {
  const c = createColors(out.color)
  return (event) => {
    if (event.kind === 'lag' || event.kind === 'fault') return
    const text = showEvent(event).replace(/^#\d+ \S+ /, '')
    const time = showDuration(event.at as number as Duration).padStart(8)
    const shown = out.live && text.length > out.width - 10 ? `${text.slice(0, out.width - 11)}…` : text
    const paint =
      event.kind === 'violation' || (event.kind === 'packet' && event.packet.type === 'malformed')
        ? c.yellow
        : event.kind === 'packet'
          ? event.direction === 'up'
            ? c.cyan
            : c.green
          : c.dim
    out.print(`${c.dim(time)}  ${paint(shown)}\n`)
  }
}

/** What a device did, counted while it is recorded. */
interface Tally {
  connections: number
  sent: number
  received: number
  violations: number
}

class Tallies {
  readonly #devices = new Map<string, Tally>()

  observe(event: Event): void {
    if (!('device' in event) || event.device === undefined) return
    const tally = this.of(event.device)
    if (event.kind === 'socket' && event.change === 'connected') tally.connections++
    if (isSaid(event)) tally.sent++
    if (isHeard(event)) tally.received++
    if (event.kind === 'violation') tally.violations++
  }

  of(device: string): Tally {
    const tally = this.#devices.get(device) ?? { connections: 0, sent: 0, received: 0, violations: 0 }
    this.#devices.set(device, tally)
    return tally
  }
}

function summary(
  { duration, files }: Recorded,
  tallies: Tallies,
  folder: string,
  devices: readonly RecordedDevice[],
  out: Terminal,
): string {
  const c = createColors(out.color)
  const lines = devices.map(({ name }) => {
    const { connections, sent, received, violations } = tallies.of(name)
    if (connections === 0) return `  ${name}: nothing connected`
    const told = violations === 0 ? '' : c.yellow(`, ${count(violations, 'violation')} of MQTT`)
    return `  ${name}: ${count(connections, 'connection')}, ${count(sent, 'packet')} sent, ${received} received${told}`
  })
  const took = showDuration(Math.round(duration) as Duration)
  return `\n${c.bold(`recorded ${took}`)}\n${lines.join('\n')}\n  ${folder}: ${[...files, 'report.html'].join(', ')}\n`
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
