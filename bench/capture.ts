// The link held against a capture of the same packets: tcpdump stamps each segment in the kernel, on the device's
// side and on the broker's. What lies between the two is what the link adds; what lies between the first and the
// record's stamp is the error of its clock. Wants tcpdump, tshark and the right to capture on the loopback.

import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, realClock } from '../emulators/index.ts'
import { LagMeter, Timeline } from '../harness/evidence/index.ts'
import { openLink } from '../harness/link/index.ts'
import type { Measure } from './measure.ts'
import { numbersIn } from './peers.ts'

const COUNT = 3000
const RATES = [200, 1000]
/** tcpdump says that it listens a moment before it does. */
const SETTLE_MS = 300

export async function capture(): Promise<readonly Measure[]> {
  const why = unable()
  if (why !== null) return [{ name: 'link against a capture', value: 'not measured', baseline: why, ratio: null }]
  const measures: Measure[] = []
  for (const busy of [false, true]) for (const rate of RATES) measures.push(...(await measured(rate, busy)))
  return measures
}

function unable(): string | null {
  for (const program of ['tcpdump', 'tshark'])
    if (spawnSync(program, ['--version']).error !== undefined) return `${program} is not installed`
  const { status, stderr } = spawnSync('tcpdump', ['-i', LOOPBACK, '-d', 'tcp'], { encoding: 'utf8' })
  return status === 0 ? null : `tcpdump may not capture: ${stderr.trim().split('\n').at(-1)}`
}

const LOOPBACK = process.platform === 'darwin' ? 'lo0' : 'lo'

async function measured(rate: number, busy: boolean): Promise<readonly Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hil-bench-'))
  const file = join(folder, 'link.pcap')
  const peers = fork(import.meta.filename.replace(/capture(\.[jt]s)$/, 'peers$1'))
  const others = busy ? Array.from({ length: availableParallelism() }, () => spawn('yes', { stdio: 'ignore' })) : []
  try {
    const [{ port }] = (await once(peers, 'message')) as [{ port: number }]
    const clock = realClock()
    const lag = new LagMeter({ clock })
    const timeline = new Timeline(clock, lag)
    lag.start()
    await using link = await openLink({
      device: 'bench',
      upstream: () => ({ host: '127.0.0.1', port }),
      recorder: timeline,
    })
    const stop = await dump(file, [link.port, port])
    await task(peers, { port: link.port, first: 1, count: COUNT, everyMs: 1000 / rate })
    await stop()
    lag.stop()
    const stamps = { link: link.port, broker: port, ...segments(file) }
    return report(`${rate}/s${busy ? ', every core busy' : ''}`, stamps, timeline, wallOf(clock))
  } finally {
    for (const other of others) other.kill('SIGKILL')
    peers.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Resolves when it captures, to what ends it. */
async function dump(file: string, ports: readonly number[]): Promise<() => Promise<void>> {
  const filter = ports.map((port) => `tcp port ${port}`).join(' or ')
  const how = ['-i', LOOPBACK, '-B', '16384', '--time-stamp-precision=nano', '-Z', 'root', '-U', '-w', file, filter]
  const child = spawn('tcpdump', how, { stdio: ['ignore', 'ignore', 'pipe'] })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/listening on/.test(said)) resolve()
    })
    child.once('exit', () => reject(new Error(said)))
  })
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  await settle()
  return async () => {
    await settle()
    const gone = once(child, 'exit')
    child.kill('SIGINT')
    await gone
  }
}

async function task(peers: ChildProcess, what: object): Promise<void> {
  const done = once(peers, 'message')
  peers.send(what)
  await done
}

interface Segments {
  /** Wall clock in ms of each message's first sight, by the port that it went to or came from. */
  readonly to: ReadonlyMap<number, ReadonlyMap<number, number>>
  readonly from: ReadonlyMap<number, ReadonlyMap<number, number>>
}

function segments(file: string): Segments {
  const fields = ['frame.time_epoch', 'tcp.srcport', 'tcp.dstport', 'tcp.payload'].flatMap((name) => ['-e', name])
  const { stdout } = spawnSync('tshark', ['-r', file, '-Y', 'tcp.len > 0', '-T', 'fields', ...fields], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  const to = new Map<number, Map<number, number>>()
  const from = new Map<number, Map<number, number>>()
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [epoch, source, target, payload] = line.split('\t') as [string, string, string, string]
    // As two numbers: a double holds an epoch in ms to a quarter of a microsecond only.
    const [whole, part] = epoch.split('.') as [string, string]
    const at = Number(whole) * 1000 + Number(`0.${part}`) * 1000
    for (const number of numbersIn(Buffer.from(payload.replaceAll(':', ''), 'hex'))) {
      note(to, Number(target), number, at)
      note(from, Number(source), number, at)
    }
  }
  return { to, from }
}

function note(sights: Map<number, Map<number, number>>, port: number, number: number, at: number): void {
  const seen = sights.get(port) ?? new Map<number, number>()
  if (!seen.has(number)) seen.set(number, at)
  sights.set(port, seen)
}

/** From an instant of the clock to ms of the wall clock. */
function wallOf(clock: Clock): (at: number) => number {
  const offset = performance.timeOrigin + performance.now() - clock.now()
  return (at) => at + offset
}

function report(
  what: string,
  { link, broker, to, from }: Segments & { readonly link: number; readonly broker: number },
  timeline: Timeline,
  wall: (at: number) => number,
): readonly Measure[] {
  const ways = { up: [to.get(link), to.get(broker)], down: [from.get(broker), from.get(link)] } as const
  const added: number[] = []
  const errors: number[] = []
  const excess: number[] = []
  for (const event of timeline.events) {
    if (event.kind !== 'packet' || event.packet.type !== 'publish') continue
    const [number] = numbersIn(Buffer.from(event.raw))
    const [entered, left] = ways[event.direction].map((sights) => sights?.get(number!))
    if (entered === undefined || left === undefined) continue
    const error = wall(event.at) - entered
    added.push(left - entered)
    errors.push(error)
    // Later than it happened by more than the stamp itself says.
    excess.push(Math.max(0, error - Math.max(1, event.lag ?? 0)))
  }
  const { length } = added
  return [
    row(`added by the link, ${what}`, added, `${length} packets, both ways`),
    row(`stamp behind the capture, ${what}`, errors, beyond(excess)),
  ]
}

/** What an event's own `lag` does not admit. */
function beyond(excess: readonly number[]): string {
  const worst = Math.max(...excess)
  const share = (100 * excess.filter((ms) => ms > 0).length) / excess.length
  return `beyond their lag ${share.toFixed(2)} %, by ${worst.toFixed(1)} ms at worst`
}

function row(name: string, values: number[], baseline: string): Measure {
  const sorted = values.sort((a, b) => a - b)
  const at = (p: number): string => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))]
    return value === undefined ? '?' : `${(value * 1000).toFixed(0)}`
  }
  return { name, value: `${at(50)} µs`, baseline: `p99 ${at(99)} µs, worst ${at(100)} µs; ${baseline}`, ratio: null }
}
