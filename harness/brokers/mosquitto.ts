// Mosquitto, as a child process with a configuration of its own. It looks for dead clients only every few
// seconds, so that a will may come up to 6 s after 1.5 x keep alive.

import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem, seconds } from '../../emulators/index.ts'
import { Child, showExit } from '../child/child.ts'
import { claimPort, isFree, type PortClaim } from '../link/index.ts'
import { atExit } from './at-exit.ts'
import { type Broker, type BrokerKind, defineBroker, type Environment } from './broker.ts'
import { Deaths } from './deaths.ts'
import { findProgram } from './find-program.ts'
import { reach } from './reach.ts'
import { Tail } from './tail.ts'

const SLACK = seconds(6)
const HOST = '127.0.0.1'
const START_LIMIT_MS = 10_000
const PROBE_EVERY_MS = 100

const options = z.strictObject({
  binary: z.string().default('mosquitto').describe('name or path of the program'),
  persistence: z.boolean().default(false).describe('keep sessions and retained messages over a restart'),
  log: z
    .enum(['all', 'brief'])
    .default('all')
    .describe('all: every packet, too much under load; brief: errors, warnings, state'),
  config: z.array(z.string()).default([]).describe('further lines of mosquitto.conf, e.g. "max_keepalive 60"'),
})

type MosquittoSettings = z.output<typeof options>

export const mosquitto: BrokerKind = defineBroker({
  name: 'mosquitto',
  summary: 'as a child process, if it is installed',
  options,
  keepaliveSlack: () => SLACK,
  async available({ binary }, env) {
    return (await findProgram(binary, env)) === null ? `${binary} is not installed` : null
  },
  open,
})

async function open(settings: MosquittoSettings, env: Environment): Promise<Broker> {
  const program = await findProgram(settings.binary, env)
  if (program === null) {
    throw new Problem('broker/not-installed', `${settings.binary} is not installed`, {
      hint: '`apt-get install mosquitto` (`brew install mosquitto`), or use --broker aedes, which needs nothing',
    })
  }
  const broker = new MosquittoBroker(settings, program, await mkdtemp(join(tmpdir(), 'hil-mosquitto-')))
  try {
    await broker.open()
  } catch (error) {
    await broker[Symbol.asyncDispose]()
    throw error
  }
  return broker
}

class MosquittoBroker implements Broker {
  readonly name = 'mosquitto'
  readonly host = HOST
  readonly keepaliveSlack = SLACK
  readonly controllable = true
  readonly credentials = null
  readonly #settings: MosquittoSettings
  readonly #program: string
  readonly #folder: string
  readonly #deaths = new Deaths()
  readonly #tail = new Tail((line) => this.#read(line))
  #claim: PortClaim | null = null
  #child: Child | null = null
  /** The child that is meant to live; any other may end as it likes. */
  #wanted: Child | null = null
  #version = ''
  #onRunning = (): void => {}
  readonly #callOffRemoval: () => void

  constructor(settings: MosquittoSettings, program: string, folder: string) {
    this.#settings = settings
    this.#program = program
    this.#folder = folder
    this.#callOffRemoval = atExit(() => rmSync(folder, { recursive: true, force: true }))
  }

  async open(): Promise<void> {
    this.#claim = await claimPort(async (port) => (await isFree(HOST, port)) && this.#begin(port))
  }

  get version(): string {
    return this.#version
  }

  get port(): number {
    return this.#claim!.port
  }

  get pid(): number | null {
    return this.#wanted?.pid ?? null
  }

  async start(): Promise<void> {
    if (this.#wanted !== null || (await this.#begin(this.port))) return
    throw new Problem('broker/port-taken', `port ${this.port} was taken while mosquitto was down`, {
      hint: 'another program listens there now; run again',
    })
  }

  async stop(): Promise<void> {
    this.#wanted = null
    await this.#child?.end()
  }

  async kill(): Promise<void> {
    this.#wanted = null
    await this.#child?.kill()
  }

  log(): string {
    return this.#tail.toString()
  }

  onDeath(listener: (death: Problem) => void): () => void {
    return this.#deaths.on(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
    this.#callOffRemoval()
    this.#claim?.release()
  }

  /** Resolves to false when the port turns out to be taken. */
  async #begin(port: number): Promise<boolean> {
    const file = join(this.#folder, 'mosquitto.conf')
    await writeFile(file, this.#configuration(port))
    const running = new Promise<void>((resolve) => {
      this.#onRunning = resolve
    })
    const child = await this.#spawn(file)
    this.#child = child
    const ready = await this.#firstOf(child, running, port)
    if (ready === 'running') {
      this.#guard(child)
      return true
    }
    await child.kill()
    this.#child = null
    if (/address already in use/i.test(this.#tail.last(10))) return false
    throw new Problem('broker/not-started', `mosquitto did not start: ${ready}`, {
      hint: `its last words:\n${this.#tail.last(10)}`,
    })
  }

  async #spawn(file: string): Promise<Child> {
    try {
      const child = await Child.spawn(this.#program, ['-c', file])
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => this.#tail.write(text))
      return child
    } catch (cause) {
      throw new Problem('broker/not-started', `${this.#program} cannot be run: ${(cause as Error).message}`, { cause })
    }
  }

  /** `running`, or why not. */
  async #firstOf(child: Child, running: Promise<void>, port: number): Promise<string> {
    const timers: NodeJS.Timeout[] = []
    const tooLate = new Promise<string>((resolve) => {
      timers.push(setTimeout(() => resolve(`no sign of life within ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS))
    })
    // Old versions do not say when they are ready.
    const answers = new Promise<string>((resolve) => {
      const probe = (): void =>
        void reach(HOST, port, PROBE_EVERY_MS).then(
          () => resolve('running'),
          () => {},
        )
      timers.push(setInterval(probe, PROBE_EVERY_MS))
    })
    const said = running.then(() => 'running')
    const outcome = await Promise.race([child.exit.then(showExit), said, answers, tooLate])
    for (const timer of timers) clearTimeout(timer)
    return outcome
  }

  #guard(child: Child): void {
    this.#wanted = child
    void child.exit.then((exit) => {
      if (this.#child === child) this.#child = null
      if (this.#wanted !== child) return
      this.#wanted = null
      this.#deaths.tell(this.name, showExit(exit), this.#tail.last(10))
    })
  }

  #read(line: string): void {
    const [, version, what] = /mosquitto version (\S+) (starting|running)/.exec(line) ?? []
    if (version !== undefined) this.#version = version
    if (what === 'running') this.#onRunning()
  }

  #configuration(port: number): string {
    const { persistence, log, config } = this.#settings
    const lines = [
      `listener ${port} ${HOST}`,
      'allow_anonymous true',
      'log_dest stderr',
      ...(log === 'all' ? ['log_type all'] : ['log_type error', 'log_type warning', 'log_type information']),
      `persistence ${persistence}`,
      // Every change at once, so that a kill loses nothing that a client was told is safe.
      ...(persistence
        ? [`persistence_location ${this.#folder}/`, 'autosave_on_changes true', 'autosave_interval 1']
        : []),
      // Started by root it would become another user, who may not write into our folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      ...config,
    ]
    return `${lines.join('\n')}\n`
  }
}
