// Whether a board without a REPL reaches its link: its firmware connects, by its own command or by itself, and the link
// sees what comes.

import type { Problem } from '../../emulators/index.ts'
import { type Finding, linkHost } from '../devices/index.ts'
import type { Event } from '../evidence/index.ts'
import { readText, type ScenarioRun } from '../run/index.ts'
import { childOf, parseScenarioText } from '../scenario/index.ts'
import { runScenario } from '../select/index.ts'

/** How long firmware may take to join its network and to connect. */
const PATIENCE = '60s'

export interface Reached {
  /** Where the link was. */
  readonly at: string
  readonly network: Finding
}

const scenario = (device: string, first: 'connect' | 'boot'): string => `
name: bench check
version: 1
timeout: 5m
observer: false
devices: { dut: ${device} }
steps:
  - ${first === 'connect' ? `connect: { device: dut, within: ${PATIENCE} }` : 'boot: dut'}
  - expect: { socket: { from: dut, event: connected }, since: start, within: ${PATIENCE} }
  - expect: { packet: { from: dut, type: connect }, since: start, within: 15s }
`

/**
 * A device in a file of its own, as for `--bind dut=device:FILE`: it connects by the connect command of its
 * `commands:`, or by itself once it is started. Throws Problem `scenario/wrong`, `binding/…`: what is wrong in the file,
 * and `select/unreadable` when there is none.
 */
export async function reachByFirmware(file: string): Promise<Reached> {
  const { root } = parseScenarioText(file, await readText(file))
  const commands = root === null ? undefined : childOf(root, 'commands')
  const first = commands !== undefined && childOf(commands, 'connect') !== undefined ? 'connect' : 'boot'
  const text = scenario('{ use: raw }', first)
  return reached(
    await runScenario({ text, file: 'bench-check.yaml' }, { broker: 'aedes', bind: { dut: `device:${file}` } }),
  )
}

/** A board of the map, or at a port, whose firmware looks for its broker at `port` of this computer once it is started. */
export async function reachByItself(board: string, port: number): Promise<Reached> {
  const device = `{ use: board, port: ${JSON.stringify(board)}, link: { port: ${port}, from: any }, commands: {} }`
  return reached(await runScenario({ text: scenario(device, 'boot'), file: 'bench-check.yaml' }, { broker: 'aedes' }))
}

function reached([run]: readonly ScenarioRun[]): Reached {
  const { events, problem, plan, bug } = run!
  if (bug !== undefined) throw bug
  const link = plan.devices[0]?.at
  const host = link?.host ?? linkHost()
  const at = link?.port === undefined ? `a free port of ${host}` : `${host}:${link.port}`
  return { at, network: obstacleIn(events, at, plan.skip, problem) }
}

/** What stands between a device and its link at `at`, by what the link and the console have seen. */
export function obstacleIn(
  events: readonly Event[],
  at: string,
  skip: string | null,
  problem: Problem | null,
): Finding {
  if (skip !== null) return { trouble: `it was not asked: ${skip}` }
  if (events.some((event) => event.kind === 'packet' && event.direction === 'up' && event.packet.type === 'connect'))
    return 'ok'
  const said = lastLines(events)
  if (events.some((event) => event.kind === 'socket' && event.change === 'connected'))
    return {
      trouble: `it opens a TCP connection to ${at}, and sends no CONNECT${said}`,
      hint: 'firmware that speaks TLS needs tls: on the device, and firmware that speaks over WebSocket websocket:',
    }
  if (problem !== null) return { trouble: problem.message, hint: problem.hint }
  const failed = events.flatMap((event) => (event.kind === 'call' && event.error !== undefined ? [event.error] : []))[0]
  const why = failed === undefined ? '' : `; its connect command failed: ${failed.args.join(' ') || failed.type}`
  return {
    trouble: `nothing comes from it to ${at}${why}${said}`,
    hint: 'its firmware must look for its broker there: link: { host, port } says where this computer listens, and a firewall must let it in',
  }
}

/** The end of its console, as evidence. */
function lastLines(events: readonly Event[]): string {
  const lines = events.flatMap((event) => (event.kind === 'serial' && event.stream !== 'in' ? [event.line.trim()] : []))
  const last = lines.filter((line) => line !== '').slice(-3)
  return last.length === 0
    ? '; its console says nothing'
    : `; its console says ${last.map((line) => JSON.stringify(line)).join(', ')}`
}
