// Any program that speaks MQTT as a device. It finds its link in HIL_HOST and HIL_PORT and in its
// command line; its output is its serial console. Cutting its power blackholes the link first, so
// that the FIN which the kernel sends for a killed program is not seen.

import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { type Clock, Problem } from '../../../emulators/index.ts'
import { Child } from '../../child/index.ts'
import type { Recorder } from '../../evidence/index.ts'
import type { Commander } from '../console/commander.ts'
import { DeviceConsole } from '../console/console.ts'
import type { ConsoleSettings } from '../console/settings.ts'
import type { Attachment, Device, LinkState } from '../device.ts'
import { urlOf } from '../network/url.ts'

const DARK: LinkState = { kind: 'down', mode: 'blackhole' }

export interface ProcessSettings {
  readonly name: string
  /** A list is run as it is; text goes through the shell. */
  readonly command: string | readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
  readonly attachment: Attachment
  readonly recorder: Recorder
  readonly clock: Clock
  readonly console: ConsoleSettings
  /** true: all of it is at a terminal. null: its output is, where that can be had. false: pipes. */
  readonly tty: boolean | null
  readonly onBug: (error: unknown) => void
  /** For a program that takes calls as lines; absent or null: it takes none. */
  readonly commander?: ((type: (line: string) => void) => Commander) | null
}

export function processDevice(settings: ProcessSettings): Device {
  const { name, attachment, recorder, clock, onBug } = settings
  let child: Child | null = null
  /** Resolves when the exit of the last one is recorded. */
  let gone: Promise<unknown> = Promise.resolve()
  /** What the link was before a power cut darkened it; a scenario's own `network` since then stays. */
  let before: LinkState | null = null
  /** The program that is being started. */
  let starting: Promise<unknown> = Promise.resolve()
  let disposed = false
  const commander = settings.commander?.((text) => console.type(text)) ?? null
  let console = newConsole()

  /** Of a program: what one before it has left of a line is not the beginning of its own. */
  function newConsole(): DeviceConsole {
    const made = new DeviceConsole(
      settings.console,
      { eol: 'lf', pieces: null },
      {
        name,
        recorder,
        clock,
        write: (bytes) => void child?.stdin?.write(bytes),
        onLine: (line, forms) => {
          if (console === made) commander?.heard(line, forms)
        },
        onTrouble: onBug,
      },
    )
    return made
  }

  function start(): Promise<void> {
    const attempt = spawn()
    starting = attempt.catch(() => {}) // whoever boots it hears of it
    return attempt
  }

  async function spawn(): Promise<void> {
    if (disposed) return
    const [file, args, shell] = commandLine(settings.command)
    const notStarted = (why: string, cause?: unknown): Problem =>
      new Problem('device/not-started', `${name}: cannot start ${file}: ${why}`, {
        hint: 'check that it is installed and on the PATH; command: is run in the folder of the scenario',
        cause,
      })
    const missing = shell ? missingProgram(file, settings.directory, { ...process.env, ...settings.environment }) : null
    if (missing !== null) throw notStarted(missing)
    const started = await Child.spawn(file, args, {
      shell,
      cwd: settings.directory,
      group: true,
      input: true,
      terminal: settings.tty === false ? undefined : settings.tty === true ? 'all' : 'output',
      env: {
        ...process.env,
        ...settings.environment,
        HIL_HOST: attachment.host,
        HIL_PORT: String(attachment.port),
        HIL_URL: urlOf(attachment),
        ...provisionsOf(attachment),
      },
    }).catch((cause) => {
      throw notStarted((cause as Error).message, cause)
    })
    child = started
    commander?.begins()
    recorder.record({ kind: 'device', device: name, change: 'boot' })
    const mine = newConsole()
    console = mine
    for (const stream of ['out', 'err'] as const)
      started[`std${stream}`].on('data', (bytes: Buffer) => mine.feed(bytes, stream))
    gone = started.exit.then(({ code, signal }) => {
      mine.flush()
      if (child === started) {
        child = null
        commander?.lost()
      }
      started.signal('SIGKILL') // what it has left behind in its group
      recorder.record({ kind: 'exit', device: name, code, signal })
    })
  }

  async function cut(change: 'off' | 'reset'): Promise<void> {
    before ??= attachment.state
    await attachment.set(DARK)
    child?.signal('SIGKILL')
    await gone
    recorder.record({ kind: 'device', device: name, change })
  }

  async function lit(): Promise<void> {
    if (before !== null && attachment.state === DARK) await attachment.set(before)
    before = null
  }

  const off = (): Problem =>
    new Problem('device/off', `${name} is not running: nothing reads its console`, {
      hint: `boot: ${name} starts it again`,
    })
  const noPins = (): never => {
    throw new Problem('device/no-pins', `${name} is a process: it has no pins`, {
      hint: 'signals and drive are for emulated devices and boards',
    })
  }

  return {
    name,
    get running() {
      return child !== null
    },
    async boot() {
      if (child !== null) return
      await lit()
      await start()
    },
    call(id, call) {
      if (commander !== null && child !== null) return commander.call(id, call)
      if (commander !== null) throw off()
      throw new Problem('device/no-calls', `${name} is a process: it runs on its own and takes no client calls`, {
        hint: 'drive it with serial: { send }, give it commands:, or claim what it does on its own',
      })
    },
    hanging: () => commander?.hanging() ?? null,
    async reset() {
      await cut('reset')
      await lit()
      await start()
    },
    powerOff: () => cut('off'),
    drive: noPins,
    activeLevel: noPins,
    consoleQuiet: () => (child === null ? Promise.resolve() : console.quiet()),
    send(text, eol) {
      if (child === null) throw off()
      if (typeof text === 'string') console.type(text, eol)
      else console.typeBytes(text)
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      await starting
      await child?.end()
      await gone
    },
  }
}

function provisionsOf({ tls, credentials }: Attachment): NodeJS.ProcessEnv {
  const { cafile, cert, key } = tls?.files ?? {}
  const all = {
    HIL_CAFILE: cafile,
    HIL_CERT: cert,
    HIL_KEY: key,
    HIL_USER: credentials?.username,
    HIL_PASSWORD: credentials?.password,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/**
 * Why the program that a shell's text begins with is not there; null: it is, or only the shell can tell. A shell itself ends
 * with 127 then, as a program may.
 */
function missingProgram(text: string, directory: string, env: NodeJS.ProcessEnv): string | null {
  const [program] = /^[\w.+/-]+(?=\s|$)/.exec(text.trim()) ?? []
  if (program === undefined || process.platform === 'win32') return null
  if (!program.includes('/')) {
    const folders = (env.PATH ?? '').split(delimiter)
    if (folders.some((folder) => whyNoProgram(resolve(directory, folder, program)) === null)) return null
    // It may be a word of the shell.
    const { status } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { env, stdio: 'ignore' })
    return status === 0 || status === null ? null : `there is no ${program} on the PATH`
  }
  const why = whyNoProgram(resolve(directory, program))
  if (why === null) return null
  return why === 'EACCES' ? 'it is not executable' : `there is no ${program}`
}

/** The errno of what the system says of it; null: it can be started. */
function whyNoProgram(path: string): string | null {
  try {
    accessSync(path, constants.X_OK)
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? ''
  }
}

function commandLine(command: string | readonly string[]): readonly [string, string[], boolean] {
  if (typeof command === 'string') return [command, [], true]
  const [file, ...args] = command
  return [file!, args, false]
}
