// Taps devices that somebody else runs: each is given a port of its own, and what passes there to the broker and back
// is written down as it comes. The broker is left as it is found: other people's sessions are on it.

import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { after, type Clock, type Duration, type Instant, Problem, type Timer } from '../../emulators/index.ts'
import type { Broker } from '../brokers/index.ts'
import { writeCapture } from '../capture/index.ts'
import { BoardSession, Lines } from '../devices/index.ts'
import { type Event, TIMELINE_FILE, type Timeline, writeEvent, writeHeader } from '../evidence/index.ts'
import { type Link, openLink } from '../link/index.ts'
import { describeErrno } from '../run/index.ts'
import { type ResourceStack, Session } from '../session/index.ts'
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
  /** or when nothing has happened for so long, once something has. */
  readonly idle?: Duration | undefined
  readonly onReady: (ready: { readonly links: readonly Link[]; readonly broker: Broker }) => void
  readonly onEvent: (event: Event) => void
}

export interface Recorded {
  readonly header: RecordingHeader
  readonly events: readonly Event[]
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
  const session = new Session({
    onStop: (reason) => {
      if (reason.kind === 'broken') ending.end(reason.error as Problem)
    },
  })
  const { clock, timeline, resources } = session
  const ending = new Ending(clock, settings)
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
      links.push(
        await resources.take(`the link of ${device.name}`, linkOf(device, broker, timeline, clock, settings.tls)),
      )
      if (device.console !== undefined) await listenTo(device.name, device.console, timeline, clock, resources)
    }
    const tape = await TimelineWriter.open(folder, header, ending)
    for (const event of timeline.events) tape.write(event)
    const leave = timeline.subscribe((event) => {
      tape.write(event)
      if (event.kind === 'packet' || event.kind === 'socket') ending.happened()
      settings.onEvent(event)
    })
    const files = settings.tls ? [await writeAuthority(folder)] : []
    settings.onReady({ links, broker })
    const problem = await ending.ended
    timeline.record({ kind: 'fault', what: ENDED })
    leave() // what happens while things are given back is no evidence
    const events = [...timeline.events]
    await tape.close()
    const captures = await writeCaptures(folder, header, startedAt, events)
    return {
      header,
      events,
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

/** The timeline's file, written line by line: what is cut short by a crash is there up to it. */
class TimelineWriter {
  readonly #stream: WriteStream

  private constructor(stream: WriteStream) {
    this.#stream = stream
  }

  static async open(folder: string, header: RecordingHeader, ending: Ending): Promise<TimelineWriter> {
    await mkdir(folder, { recursive: true }).catch((cause) => {
      throw cannotWrite(folder, cause)
    })
    const stream = createWriteStream(join(folder, TIMELINE_FILE), { flags: 'wx' })
    await new Promise<void>((resolve, reject) => {
      stream.once('open', () => resolve())
      stream.once('error', (cause) => reject(cannotWrite(folder, cause)))
    })
    stream.on('error', (cause) => ending.end(cannotWrite(folder, cause)))
    stream.write(writeHeader({ ...header }))
    return new TimelineWriter(stream)
  }

  write(event: Event): void {
    if (!this.#stream.destroyed) this.#stream.write(writeEvent(event))
  }

  async close(): Promise<void> {
    if (this.#stream.destroyed) return
    this.#stream.end()
    await finished(this.#stream).catch(() => {}) // told already
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
  recorder: Timeline,
  clock: Clock,
  tls: boolean,
): Promise<Link> {
  const upstream = () => ({ host: broker.host, port: broker.port, tls: broker.access.tls })
  const shown = tls ? await (await testAuthority()).server('valid') : undefined
  return openLink({ device: name, host, port, upstream, tls: shown, recorder, clock, refusesByReset: true })
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

async function writeCaptures(
  folder: string,
  header: RecordingHeader,
  startedAt: Date,
  events: readonly Event[],
): Promise<readonly string[]> {
  const spoke = Object.keys(header.devices).filter((device) =>
    events.some((e) => e.kind === 'socket' && e.device === device),
  )
  for (const device of spoke)
    await writeCapture(join(folder, `${device}.pcapng`), {
      device,
      scenario: header.scenario,
      startedAt,
      events,
      titleOf: (path) => path,
    })
  return spoke.map((device) => `${device}.pcapng`)
}

async function writeAuthority(folder: string): Promise<string> {
  await writeFile(join(folder, 'ca.crt'), (await testAuthority()).cert)
  return 'ca.crt'
}

async function writeLog(folder: string, log: string): Promise<readonly string[]> {
  if (log === '') return []
  await writeFile(join(folder, 'broker.log'), log)
  return ['broker.log']
}
