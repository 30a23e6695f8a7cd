// A broker as a child process: claims a port, writes its configuration into a folder of its own, knows when it is
// ready, restarts it on the same port and tells when it dies. A recipe says what is special about one program.

import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Duration, Problem, seconds, showDuration } from '../../emulators/index.ts'
import { atExit, Child, removeAfterUs, runAfterUs, showExit } from '../child/index.ts'
import { claimPort, isFree, type PortClaim } from '../link/index.ts'
import { oneLine, unlessSlow } from '../outside/index.ts'
import type { Broker, BrokerAccess, Credentials, WebAddress } from './broker.ts'
import { Deaths } from './exit.ts'
import { Tail } from './log-tail.ts'
import { reach } from './probe.ts'
import { type BrokerCommand, type BrokerStart, HOST, type Recipe } from './recipe.ts'

const PROBE_EVERY_MS = 100
/** How long a broker that answers is waited for to have said its version. */
const VERSION_LIMIT_MS = 5000

/** Throws Problem `broker/not-started`; then nothing is left behind. */
export async function openChildBroker(recipe: Recipe): Promise<Broker> {
  const broker = new ChildBroker(recipe, await mkdtemp(join(tmpdir(), `hil-${recipe.name}-`)))
  try {
    await broker.open()
  } catch (error) {
    await broker[Symbol.asyncDispose]()
    throw error
  }
  return broker
}

class ChildBroker implements Broker {
  readonly name: string
  readonly host = HOST
  readonly keepaliveSlack: Duration
  readonly controllable = true
  readonly #recipe: Recipe
  readonly #folder: string
  readonly #deaths = new Deaths()
  readonly #tail = new Tail((line) => this.#read(line))
  #claims: PortClaim[] = []
  #webClaim: PortClaim | null = null
  #claim: PortClaim | null = null
  #beside: AsyncDisposable | null = null
  #child: Child | null = null
  /** Where the child was started. */
  #started: BrokerStart | null = null
  /** The child that is meant to live; any other may end as it likes. */
  #wanted: Child | null = null
  #version: string
  #onReady = (): void => {}
  #onVersion = (): void => {}
  /** The line came that says that it is ready: what it says of itself before has been read. */
  #saidReady = false
  readonly #callOffRemoval: () => void

  constructor(recipe: Recipe, folder: string) {
    this.name = recipe.name
    this.keepaliveSlack = recipe.keepaliveSlack
    this.#recipe = recipe
    this.#folder = folder
    this.#version = recipe.knownVersion ?? ''
    const offAtExit = atExit(() => {
      const kill = this.#child === null ? undefined : recipe.kill?.(this.#started!)
      if (kill !== undefined) spawnSync(kill.program, kill.args, { stdio: 'ignore', cwd: kill.cwd })
      rmSync(folder, { recursive: true, force: true })
    })
    const offAfterUs = removeAfterUs(folder)
    this.#callOffRemoval = () => {
      offAtExit()
      offAfterUs()
    }
  }

  async open(): Promise<void> {
    for (let n = this.#recipe.furtherPorts ?? 0; n > 0; n--)
      this.#claims.push(await claimPort((port) => isFree(HOST, port)))
    if (this.#recipe.websocket !== undefined) this.#webClaim = await claimPort((port) => isFree(HOST, port))
    this.#claim = await claimPort(async (port) => {
      if (!(await isFree(HOST, port))) return false
      this.#beside ??= (await this.#recipe.beside?.(this.#place(port))) ?? null
      return this.#begin(port)
    })
  }

  get version(): string {
    return this.#version
  }

  get port(): number {
    return this.#claim!.port
  }

  get websocket(): WebAddress | undefined {
    const { websocket: path } = this.#recipe
    return path === undefined ? undefined : { host: HOST, port: this.#webClaim!.port, path }
  }

  get pid(): number | null {
    return this.#wanted?.pid ?? null
  }

  // Getters on the class, so that no logger or JSON.stringify finds them.
  get access(): BrokerAccess {
    return this.#recipe.access ?? {}
  }

  get deviceCredentials(): Credentials | null {
    return this.#recipe.deviceCredentials ?? null
  }

  async start(): Promise<void> {
    if (this.#wanted !== null || (await this.#begin(this.port))) return
    throw new Problem('broker/port-taken', `port ${this.port} was taken while ${this.name} was down`, {
      hint: 'another program listens there now; run again',
    })
  }

  async stop(): Promise<void> {
    this.#wanted = null
    await this.#child?.end(this.#recipe.stopLimit)
  }

  async kill(): Promise<void> {
    this.#wanted = null
    await this.#end()
  }

  async #end(): Promise<void> {
    const child = this.#child
    if (child === null) return
    const kill = this.#recipe.kill?.(this.#started!)
    if (kill !== undefined) await run(kill)
    await child.kill()
  }

  log(): string {
    return this.#tail.toString()
  }

  onDeath(listener: (death: Problem) => void): () => void {
    return this.#deaths.on(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await this.#beside?.[Symbol.asyncDispose]()
    this.#beside = null
    // What a killed child has started may still write there for a moment.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    this.#callOffRemoval()
    for (const claim of [this.#claim, this.#webClaim, ...this.#claims]) claim?.release()
  }

  #place(port: number): BrokerStart {
    const web = this.#webClaim === null ? {} : { web: this.#webClaim.port }
    return { port, further: this.#claims.map((claim) => claim.port), ...web, folder: this.#folder }
  }

  /** Resolves to false when the port turns out to be taken. */
  async #begin(port: number): Promise<boolean> {
    this.#started = this.#place(port)
    const command = await this.#recipe.prepare(this.#started)
    this.#saidReady = false
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve
    })
    const child = await this.#spawn(command)
    this.#child = child
    const kill = this.#recipe.kill?.(this.#started)
    if (kill !== undefined) void child.exit.then(runAfterUs([kill.program, ...kill.args], kill.cwd))
    const { ready: sign, probe = sign === undefined } = this.#recipe
    let outcome = await this.#firstOf(child, ready, probe ? port : null)
    // Its second listener may be a moment later than its first.
    if (outcome === 'ready' && this.#webClaim !== null) outcome = await this.#firstOf(child, null, this.#webClaim.port)
    if (outcome === 'ready') {
      await this.#versionOf(child)
      this.#guard(child)
      return true
    }
    await this.#end()
    this.#child = null
    if (this.#recipe.portTaken.test(this.#tail.last(10))) return false
    throw new Problem('broker/not-started', `${this.name} did not start: ${outcome}`, {
      hint: `last log lines:\n${this.#tail.last(10)}`,
    })
  }

  async #spawn({ program, args, env, cwd }: BrokerCommand): Promise<Child> {
    try {
      const child = await Child.spawn(program, args, {
        group: this.#recipe.group ?? false,
        byHelper: true,
        ...(env === undefined ? {} : { env }),
        ...(cwd === undefined ? {} : { cwd }),
      })
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => this.#tail.write(text))
      return child
    } catch (cause) {
      throw new Problem('broker/not-started', `${program} cannot be run: ${(cause as Error).message}`, { cause })
    }
  }

  /** `ready`, because it says so or because somebody accepts connections at a port, or why not. */
  async #firstOf(child: Child, said: Promise<void> | null, probed: number | null): Promise<string> {
    const { startLimit = seconds(10) } = this.#recipe
    const timers: NodeJS.Timeout[] = []
    const tooLate = new Promise<string>((resolve) => {
      timers.push(setTimeout(() => resolve(`not ready within ${showDuration(startLimit)}`), startLimit))
    })
    const answers = new Promise<string>((resolve) => {
      if (probed === null) return
      const ask = (): void =>
        void reach(HOST, probed, PROBE_EVERY_MS).then(
          () => resolve('ready'),
          () => {},
        )
      if (said === null) ask()
      timers.push(setInterval(ask, PROBE_EVERY_MS))
    })
    const signs = said === null ? [] : [said.then(() => 'ready')]
    const outcome = await Promise.race([child.exit.then(showExit), ...signs, answers, tooLate])
    for (const timer of timers) clearTimeout(timer)
    return outcome
  }

  /** A port can answer before the line with the version has been read; gaps hold for versions. */
  async #versionOf(child: Child): Promise<void> {
    if (this.#recipe.version === undefined || this.#version !== '' || this.#saidReady) return
    let limit: NodeJS.Timeout | undefined
    const said = new Promise<void>((resolve) => {
      this.#onVersion = resolve
      limit = setTimeout(resolve, VERSION_LIMIT_MS)
    })
    await Promise.race([said, child.exit])
    clearTimeout(limit)
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
    const { version, ready } = this.#recipe
    // A pattern that is too slow for a line has not found anything in it; a broker that is not seen to be ready is told of.
    const found = unlessSlow(
      () => version?.exec(line)?.[1],
      () => undefined,
    )
    if (found !== undefined) {
      this.#version = oneLine(found).slice(0, LONGEST_VERSION)
      this.#onVersion()
    }
    const isReady = unlessSlow(
      () => ready?.test(line) === true,
      () => false,
    )
    if (!isReady) return
    this.#saidReady = true
    this.#onReady()
  }
}

async function run({ program, args, env, cwd }: BrokerCommand & { readonly cwd: string }): Promise<void> {
  const child = await Child.spawn(program, args, { ...(env === undefined ? {} : { env }), cwd })
  child.stdout.resume()
  child.stderr.resume()
  await child.exit
}

/** Characters of a version; it stands in records and reports. */
const LONGEST_VERSION = 100
