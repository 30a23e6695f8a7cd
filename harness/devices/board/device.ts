// A board as a device of a scenario: its own program runs (firmware), or it does what the steps say
// (puppet). Its console is evidence; what the puppet says to the REPL is not shown there.

import { type Clock, type Duration, errnoName, Problem, type Random } from '../../../emulators/index.ts'
import type { DeviceEvent, PlainValue, Recorder } from '../../evidence/index.ts'
import { Commander } from '../console/commander.ts'
import type { Commands } from '../console/commands.ts'
import { DeviceConsole, type TypingDefaults } from '../console/console.ts'
import type { ConsoleSettings } from '../console/settings.ts'
import type { Attachment, Device } from '../device.ts'
import { provisioned } from '../emulated/provisioned.ts'
import { inLibraryWords, type VerbCall } from '../emulated/verbs.ts'
import { Signals, type SignalWiring } from '../signals.ts'
import { Agent, type CallOutcome, type PuppetSettings } from './agent.ts'
import { addressesIn, decoded, type ElfSettings } from './backtrace.ts'
import type { BoardFiles } from './board-files.ts'
import type { BootResult, Chassis, ChassisEvents } from './chassis.ts'
import { UNPLUGGED } from './port.ts'
import { RawRepl } from './raw-repl.ts'
import { executed, uploaded as puts } from './repl-work.ts'

export interface BoardSettings {
  /** null: its own program runs. */
  readonly puppet: PuppetSettings | null
  /** For a program of its own that takes calls as lines on the console; null: it takes none. */
  readonly commands: Commands | null
  /** What `protocol:` says that its program speaks; null: nothing. */
  readonly level: number | null
  readonly console: ConsoleSettings
  /** How it is typed to when `console` does not say. */
  readonly typing: TypingDefaults
  readonly files: BoardFiles
  readonly signals: Readonly<Record<string, SignalWiring>>
  /** By which addresses of a crash get names; absent or null: they stay numbers. */
  readonly elf?: ElfSettings | null | undefined
}

export interface BoardAround {
  readonly name: string
  readonly attachment: Attachment
  readonly recorder: Recorder
  readonly clock: Clock
  readonly random: Random
  /** Where the board finds its link, when that is not what the attachment says. */
  readonly host?: string | undefined
  readonly onBug: (error: unknown) => void
  readonly onLost?: ((problem: Problem) => void) | undefined
}

interface Running {
  readonly id: string
  readonly method: string
}

/** `chassis`: made anew for this device; it is given back with it. */
export function boardDevice(
  settings: BoardSettings,
  around: BoardAround,
  chassisOf: (events: ChassisEvents) => Chassis,
): Device {
  const { name, attachment, recorder, clock } = around
  const link = { host: around.host ?? attachment.host, port: attachment.port }
  const signals = new Signals(name, settings.signals, recorder)
  const running = new Set<Running>()
  let state: 'off' | 'booting' | 'on' | 'ended' | 'lost' = 'off'
  let uploaded = false
  let disposed = false
  let repl: RawRepl | null = null
  let puppet: Agent | null = null

  const console = new DeviceConsole(settings.console, settings.typing, {
    name,
    recorder,
    clock,
    write: (bytes) => chassis.type(bytes),
    onLine(line, forms) {
      if (!chassis.seesPins) signals.heard(forms)
      commander?.heard(line, forms)
      if (settings.elf) nameFrames(line.line, settings.elf)
    },
    onTrouble: (error) => lostOr(error),
  })
  const serial = (line: string): void => console.line(line)
  const commander =
    settings.commands === null
      ? null
      : new Commander(settings.commands, { ...around, link }, (text) => console.type(text), settings.console.echo)
  const change = (what: DeviceEvent['change'], detail?: string): void =>
    void recorder.record({ kind: 'device', device: name, change: what, detail })

  let decoding: Promise<void> = Promise.resolve()
  const nameFrames = (line: string, elf: ElfSettings): void => {
    const addresses = addressesIn(line)
    if (addresses.length === 0) return
    decoding = decoding.then(() => decoded(addresses, elf)).then((frames) => change('backtrace', frames))
  }

  /** An image of its own, before anything else is done to it. */
  const flashed = async (image: string | null): Promise<boolean> => {
    const done = (await chassis.flash?.(image)) ?? null
    if (done !== null) change('flashed', done)
    return done !== null
  }

  const dark = (): void => {
    puppet?.stop()
    puppet = null
    // Whoever is still typing into it must not go on typing into what comes after it.
    repl?.break(new Problem('board/lost', `${name} was reset or switched off`))
    repl = null
    console.flush()
    commander?.begins()
    for (const { id, method } of running) recorder.record({ kind: 'call', device: name, id, method, state: 'lost' })
    running.clear()
  }

  const lost = (problem: Problem): void => {
    if (state === 'lost' || disposed) return
    state = 'lost'
    repl?.break(problem)
    dark()
    change('lost', problem.message)
    around.onBug(problem) // a Problem ends the run with exit code 3, and what was seen until then
  }

  const chassis = chassisOf({
    onConsole(bytes) {
      if (repl !== null) repl.feed(bytes)
      // What a board says before this run has begun is no evidence.
      else if (state === 'on' || state === 'ended') console.feed(bytes)
    },
    onPin: (pin, value) => signals.changed(pin, value),
    onSocket: (what) =>
      recorder.record({
        kind: 'socket',
        device: name,
        change: what,
        by: what === 'connecting' ? 'device' : 'link',
      }),
    onRestart: (reason) => {
      dark()
      change('reset', reason)
      change('boot')
      state = 'on'
      if (settings.puppet !== null) void pull().catch(lostOr)
    },
    onIdle: (error) => {
      if (settings.puppet !== null || state !== 'on') return
      state = 'ended'
      change(error === null ? 'ended' : 'crashed', error === null ? undefined : withAdvice(error))
    },
    onReleased() {
      console.flush()
      commander?.restarts()
    },
    onUnaskedRestart(cause, detail) {
      if (disposed || state === 'off' || state === 'lost') return
      dark()
      recorder.record({
        kind: 'device',
        device: name,
        change: 'restarted',
        detail,
        cause,
        as: settings.puppet === null ? 'program' : 'puppet',
      })
      state = 'on'
      commander?.begins()
      if (settings.puppet !== null) void pull().catch(lostOr)
    },
    onAway(why) {
      dark()
      change('away', why)
    },
    onAir: (on) => void recorder.record({ kind: 'fault', what: on ? 'Wi-Fi up' : 'Wi-Fi lost', device: name }),
    onLost: lost,
    onLate: (stalled) => void recorder.record({ kind: 'lag', stalled }),
    onBug: around.onBug,
  })

  const lostOr = (error: unknown): void => (error instanceof Problem ? lost(error) : around.onBug(error))

  const newRepl = (): RawRepl =>
    new RawRepl(name, {
      type: (bytes) => chassis.type(bytes),
      clock,
      onStray: (bytes) => console.feed(bytes),
      ...(chassis.restart === undefined
        ? {}
        : { restart: () => chassis.restart!(), onRestarted: (why: string) => change('reset', why) }),
    })

  /** Takes the board over for the puppet. */
  const pull = async (): Promise<void> => {
    if (settings.puppet === null) return
    await chassis.quiet()
    console.flush()
    const mine = newRepl()
    repl = mine
    const client = provisioned(settings.puppet.client, attachment, settings.puppet.options)
    const made = new Agent({ ...settings.puppet, client }, mine, { clock, onLine: serial, onTrouble: lost })
    try {
      await mine.enter()
      await made.begin(name, link.host, link.port)
    } catch (error) {
      if (repl === mine) throw error // else the board has started again meanwhile, and is taken over anew
    }
    if (repl === mine) puppet = made
  }

  const start = async (begin: () => Promise<BootResult | null>): Promise<void> => {
    state = 'on'
    commander?.begins()
    change('boot')
    const begun = await begin()
    if (begun?.started === false) {
      commander?.begins(true)
      change('boot', `it runs already: ${begun.why}`)
    }
    await pull()
  }

  const settled = (call: Running, outcome: CallOutcome): void => {
    if (!running.delete(call)) return
    const { id, method } = call
    if (outcome.state === 'returned')
      recorder.record({ kind: 'call', device: name, id, method, state: 'returned', value: outcome.value })
    else
      recorder.record({ kind: 'call', device: name, id, method, state: 'raised', error: named(outcome.error, chassis) })
  }

  const calling = (id: string, method: string): Running => {
    const call = { id, method }
    running.add(call)
    recorder.record({ kind: 'call', device: name, id, method, state: 'started' })
    return call
  }

  let turn = Promise.resolve()

  /** Work at the REPL; a program of the board's own is ended for it. */
  const atRepl = (id: string, method: string, act: (repl: RawRepl) => Promise<CallOutcome>): void => {
    if (state !== 'on' && state !== 'ended')
      throw new Problem('device/off', `${name} is off`, { hint: `boot: ${name} starts it again` })
    const call = calling(id, method)
    if (puppet !== null) {
      puppet.lend(act, (outcome) => settled(call, outcome))
      return
    }
    turn = turn.then(() => alone(call, act)).catch(lostOr)
  }

  const alone = async (call: Running, act: (repl: RawRepl) => Promise<CallOutcome>): Promise<void> => {
    if (!running.has(call)) return // the board was reset meanwhile
    if (state === 'on') {
      state = 'ended'
      change('ended', `for ${call.method}`)
    }
    console.flush()
    const mine = newRepl()
    repl = mine
    try {
      await mine.enter()
      const outcome = await act(mine)
      await mine.leave()
      if (repl !== mine) return
      repl = null
      settled(call, outcome)
    } catch (error) {
      if (repl === mine) throw error
    }
  }

  return {
    name,
    get running() {
      return state === 'on'
    },
    async boot() {
      if (state === 'on' || state === 'booting') return
      if (state === 'ended') return this.reset()
      if (!uploaded) {
        state = 'booting'
        await flashed(null)
        await chassis.upload(settings.files(link))
        uploaded = true
        if (chassis.seesPins) for (const [pin, level] of signals.inputLevels()) chassis.drive(pin, level)
      }
      await start(() => chassis.boot())
    },
    call(id, general) {
      if (general.verb === 'exec') return atRepl(id, 'exec', (mine) => executed(mine, general.code, serial))
      if (general.verb === 'upload') return atRepl(id, 'upload', (mine) => puts(mine, general.files(link)))
      if (commander !== null && state === 'on') return commander.call(id, general)
      if (puppet === null || settings.puppet === null)
        throw new Problem('device/off', `${name} is off, or runs its own program`, {
          hint: `boot: ${name} starts it again`,
        })
      const puppetNow = puppet
      const [first, ...others] = inLibraryWords(settings.puppet.client, general, settings.puppet.options)
      const call = calling(id, first.method)
      const go = (next: VerbCall, rest: readonly VerbCall[]): void =>
        puppetNow.call(next, (outcome) => {
          const [following, ...more] = rest
          if (outcome.state === 'returned' && following !== undefined) go(following, more)
          else settled(call, outcome)
        })
      go(first, others)
    },
    hanging: () => commander?.hanging() ?? (running.size === 0 ? null : chassis.hanging()),
    async reset() {
      dark()
      change('reset')
      signals.dark()
      await start(() => chassis.reset().then(() => null))
    },
    async powerOff() {
      if (state === 'off') return
      state = 'off'
      dark()
      await chassis.powerOff()
      change('off')
      signals.dark()
    },
    ...(chassis.flash === undefined
      ? {}
      : {
          async flash(image: string | null) {
            dark()
            signals.dark()
            await flashed(image)
            await start(() => chassis.boot())
          },
          async erase() {
            dark()
            signals.dark()
            await chassis.erase?.()
            state = 'ended'
            change('erased')
          },
        }),
    drive(signal, level) {
      const pin = signals.driven(signal, level)
      chassis.drive(pin, level)
      recorder.record({ kind: 'signal', device: name, signal, value: level, by: 'harness' })
    },
    ...(chassis.wifi === undefined
      ? {}
      : { wifi: (state: 'lost' | 'up', time?: Duration) => chassis.wifi!(state, time ?? null) }),
    ...(chassis.identity === undefined ? {} : { identity: () => chassis.identity!() }),
    ...(chassis.away === undefined
      ? {}
      : {
          away() {
            const why = state === 'off' ? null : chassis.away!()
            return why === null ? null : new Problem('board/lost', why, { hint: UNPLUGGED })
          },
        }),
    activeLevel: (signal) => signals.activeLevel(signal),
    consoleQuiet: () => (chassis.seesPins || state === 'off' || state === 'lost' ? Promise.resolve() : console.quiet()),
    send(text, eol) {
      if (state !== 'on' && state !== 'ended')
        throw new Problem('device/off', `${name} is off: nothing reads its console`)
      if (typeof text === 'string') console.type(text, eol)
      else console.typeBytes(text)
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      state = 'off'
      repl?.break(new Problem('board/lost', `${name} was released`))
      puppet?.stop()
      puppet = null
      repl = null
      await chassis[Symbol.asyncDispose]()
      console.flush()
      await decoding
    },
  }
}

/** An OSError's number by its name, as in the rest of the evidence. */
function named(
  error: { readonly type: string; readonly args: readonly PlainValue[] },
  { errnos }: Chassis,
): { readonly type: string; readonly args: readonly PlainValue[] } {
  if (error.type !== 'OSError') return error
  return { ...error, args: error.args.map((a) => (typeof a === 'number' ? errnoName(a, errnos) : a)) }
}

/** A module that is not there can mostly be given to the board. */
function withAdvice(error: string): string {
  const module = /^ImportError: no module named '([\w.]+)'/.exec(error)?.[1]
  if (module === undefined) return error
  if (RADIOS.has(module)) return `${error}, and its radio cannot be emulated: use a real board`
  return `${error}: give it to the board, as files: { lib/${module.replaceAll('.', '/')}.py: … }`
}

const RADIOS: ReadonlySet<string> = new Set(['bluetooth', 'ubluetooth', 'aioble', 'espnow', 'aioespnow'])
