// Taps devices that somebody else runs: each is given a port of its own, and what passes there to the broker and back
// is written down as it comes. The broker is left as it is found: other people's sessions are on it.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, type Clock, type Duration, type Instant, Problem, type Timer } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import { writeCapture } from '../capture/index.ts'
import { BoardSession, Lines } from '../devices/index.ts'
import { type Event, openTimeline, TIMELINE_FILE, type Timeline, TimelineWriter } from '../evidence/index.ts'
import { type Link, openLink } from '../link/index.ts'
import { writeFileWhole } from '../outside/index.ts'
import { describeErrno } from '../run/index.ts'
import { type Limits, limitsOf, type ResourceStack, Session } from '../session/index.ts'
import { testAuthority } from '../tls/index.ts'
import type { RecordingHeader } from './header.ts'

export interface RecordedDevice {
  readonly name: string
  /** Where it connects to; default: 127.0.0.1, at a free port. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** Its serial console: a port, or a label of the hardware map. */
  readonly console?: string | undefined
}

export interface RecordSettings {
  readonly openBroker: () => Promise<Broker>
  /** As the command line calls it. */
  readonly brokerName: string
  readonly devices: readonly RecordedDevice[]
  /** Devices speak TLS to their links. */
  readonly tls: boolean
  /** Made when it is not there. */
  readonly folder: string
  /** It ends when this is aborted, */
  readonly signal: AbortSignal
  /** after so long, */
  readonly duration?: Duration | undefined
  /** or when nothing has happened duration, once something has. */
  readonly idle?: Duration | undefined
  /** Default: those of `limitsOf`. */
  readonly limits?: Limits | undefined
  readonly onReady: (ready: { readonly links: readonly Link[]; readonly broker: Broker }) => void
  readonly onEvent: (event: Event) => void
}

/** What a recording came to; `duration` in milliseconds. */
export interface Recorded {
  readonly header: RecordingHeader
  readonly startedAt: Date
  readonly duration: number
  /** In the folder. */
  readonly files: readonly string[]
  /** Why it ended before anybody wanted that. */
  readonly problem: Problem | null
}

/** How the end of a recording is called in it: nothing was looked at from then on. */
export const ENDED = 'the recording ended'

/** Throws Problem `broker/…`, `link/…`, `board/…` when there is nothing to record with, `run/not-recorded` or `cli/recording-exists` when there is nowhere to write. */
export async function record(settings: RecordSettings): Promise<Recorded> {
  const { devices, folder } = settings
  const startedAt = new Date()
  const limits = settings.limits ?? limitsOf()
  const session = new Session({
    limits,
    keepsEvents: false, // they are in the file
    onStop: (reason) => {
      if (reason.kind === 'broken') ending.end(reason.error as Problem)
      if (reason.kind === 'limit') ending.end(reason.problem)
    },
  })
  const { clock, timeline, resources } = session
  const ending = new Ending(clock, settings)
  const early: Event[] = []
  let take = (event: Event): void => void early.push(event)
  const leave = timeline.subscribe((event) => take(event))
  try {
    const broker = await session.openBroker(settings.openBroker)
    const header: RecordingHeader = {
      recording: true,
      scenario: `recording of ${devices.map(({ name }) => name).join(', ')}`,
      broker: { name: settings.brokerName, kind: broker.name, version: broker.version, gaps: [] },
      startedAt: startedAt.toISOString(),
      devices: Object.fromEntries(devices.map(({ name }) => [name, 'recorded'])),
    }
    const links: Link[] = []
    for (const device of devices) {
      links.push(await resources.take(`the link of ${device.name}`, linkOf(device, broker, session, settings.tls)))
      if (device.console !== undefined) await listenTo(device.name, device.console, timeline, clock, resources)
    }
    const file = await openFile(folder, header, ending, limits.disk)
    const connected = new Set<string>()
    const files = settings.tls ? [await writeAuthority(folder)] : []
    settings.onReady({ links, broker })
    take = (event) => {
      file.write(event)
      if (event.kind === 'socket') connected.add(event.device)
      if (event.kind === 'packet' || event.kind === 'socket') ending.happened()
      settings.onEvent(event)
    }
    // A device may have connected before everything was ready.
    for (const event of early.splice(0)) take(event)
    const problem = await ending.ended
    timeline.record({ kind: 'fault', what: ENDED })
    leave() // what happens while things are given back is no evidence
    file.close()
    const captures = await writeCaptures(folder, header, startedAt, connected)
    return {
      header,
      startedAt,
      duration: clock.now(),
      files: [TIMELINE_FILE, ...captures, ...files, ...(await writeLog(folder, session.secrets.text(broker.log())))],
      problem,
    }
  } finally {
    ending.forget()
    await session[Symbol.asyncDispose]()
  }
}

/** Why and when it is over. */
class Ending {
  readonly ended: Promise<Problem | null>
  readonly #clock: Clock
  readonly #idle: Duration | undefined
  readonly #signal: AbortSignal
  readonly #timers: Timer[] = []
  #end: (problem: Problem | null) => void = () => {}
  #last: Instant | null = null

  constructor(clock: Clock, { signal, duration, idle }: RecordSettings) {
    this.#clock = clock
    this.#idle = idle
    this.#signal = signal
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    signal.addEventListener('abort', this.#stop)
    if (signal.aborted) this.#stop()
    if (duration !== undefined) this.#timers.push(clock.at(after(clock.now(), duration), this.#stop))
  }

  end(problem: Problem): void {
    this.#end(problem)
  }

  happened(): void {
    const isFirst = this.#last === null
    this.#last = this.#clock.now()
    if (isFirst && this.#idle !== undefined) this.#watch(this.#idle)
  }

  forget(): void {
    this.#signal.removeEventListener('abort', this.#stop)
    for (const timer of this.#timers) timer.cancel()
  }

  readonly #stop = (): void => this.#end(null)

  #watch(idle: Duration): void {
    const over = (): void => {
      if (this.#clock.now() - this.#last! >= idle) this.#stop()
      else this.#watch(idle)
    }
    this.#timers.push(this.#clock.at(after(this.#last!, idle), over))
  }
}

async function openFile(
  folder: string,
  header: RecordingHeader,
  ending: Ending,
  maxBytes: number,
): Promise<TimelineWriter> {
  try {
    await mkdir(folder, { recursive: true })
    return new TimelineWriter(join(folder, TIMELINE_FILE), { ...header }, maxBytes, (cause) =>
      ending.end(cause instanceof Problem ? cause : cannotWrite(folder, cause)),
    )
  } catch (cause) {
    throw cannotWrite(folder, cause as NodeJS.ErrnoException)
  }
}

const cannotWrite = (folder: string, cause: NodeJS.ErrnoException): Problem =>
  cause.code === 'EEXIST'
    ? new Problem('cli/recording-exists', `there is a recording in ${folder} already`, {
        hint: 'recordings are not written over: name another folder with --output',
      })
    : new Problem('run/not-recorded', `${folder} cannot be written: ${describeErrno(cause)}`, {
        hint: 'name another folder: --output FOLDER',
        cause,
      })

async function linkOf(
  { name, host, port }: RecordedDevice,
  broker: Broker,
  session: Session,
  tls: boolean,
): Promise<Link> {
  const { timeline, clock, limits } = session
  const upstream = () => ({ host: broker.host, port: broker.port, tls: broker.access.tls })
  const shown = tls ? await (await testAuthority()).server('valid') : undefined
  return openLink({
    device: name,
    host,
    port,
    upstream,
    tls: shown,
    recorder: timeline,
    limits,
    onLimit: (problem) => session.limitPassed(problem),
    clock,
    refusesByReset: true,
  })
}

async function listenTo(
  device: string,
  console: string,
  timeline: Timeline,
  clock: Clock,
  resources: ResourceStack,
): Promise<void> {
  const session = await resources.take(`the console of ${device}`, BoardSession.open(console))
  const lines = new Lines((line) => timeline.record({ kind: 'serial', device, ...line, stream: 'out' }), clock)
  session.onConsole = (bytes) => lines.feed(bytes)
  session.onGone = ({ message }) => {
    lines.flush()
    timeline.record({ kind: 'device', device, change: 'lost', detail: message })
  }
}

/** @param devices those that connected */
async function writeCaptures(
  folder: string,
  header: RecordingHeader,
  startedAt: Date,
  devices: ReadonlySet<string>,
): Promise<readonly string[]> {
  const events: Iterable<Event> = {
    [Symbol.iterator]: () => openTimeline(join(folder, TIMELINE_FILE)).events[Symbol.iterator](),
  }
  const captures = Object.keys(header.devices).filter((device) => devices.has(device))
  for (const device of captures)
    await writeCapture(join(folder, `${device}.pcapng`), {
      device,
      scenario: header.scenario,
      startedAt,
      events,
      titleOf: (path) => path,
    })
  return captures.map((device) => `${device}.pcapng`)
}

async function writeAuthority(folder: string): Promise<string> {
  await writeFileWhole(join(folder, 'ca.crt'), (await testAuthority()).cert)
  return 'ca.crt'
}

async function writeLog(folder: string, log: string): Promise<readonly string[]> {
  if (log === '') return []
  await writeFileWhole(join(folder, 'broker.log'), log)
  return ['broker.log']
}
